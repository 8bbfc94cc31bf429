using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator RotaryEmbedding for every floating-point type.</summary>
public static unsafe class RotaryEmbeddings
{
    /// <summary>Rotates pairs of elements of each head by an angle that depends on the position.</summary>
    /// <param name="x">Input, <c>[batch, heads, sequence, head size]</c> or <c>[batch, sequence, heads * head size]</c>.</param>
    /// <param name="cosCache">Cosines, <c>[positions, pairs]</c> with <paramref name="positionIds"/>, <c>[batch, sequence, pairs]</c> without.</param>
    /// <param name="sinCache">Sines, like the cosines.</param>
    /// <param name="positionIds">Position of each token, <c>[batch, sequence]</c>.</param>
    /// <param name="y">Result, like <paramref name="x"/>.</param>
    /// <param name="interleaved">1 when a pair is adjacent, 0 when its elements are half a rotated part apart.</param>
    /// <param name="numHeads">Number of heads of an input with three dimensions.</param>
    /// <param name="rotaryEmbeddingDim">How many elements of a head are rotated; all when 0.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other, or a position is outside.</exception>
    public static void RotaryEmbedding(
        TensorValue x,
        TensorValue cosCache,
        TensorValue sinCache,
        TensorValue? positionIds,
        [Output] TensorValue y,
        long interleaved = 0,
        long numHeads = 0,
        long rotaryEmbeddingDim = 0)
    {
        var heads = new AttentionHeads(x, numHeads, "num_heads");
        long rotated = rotaryEmbeddingDim == 0 ? heads.Size : rotaryEmbeddingDim;
        if (rotated < 0 || rotated > heads.Size || rotated % 2 != 0 || !sinCache.Shape.SequenceEqual(cosCache.Shape) || cosCache.Rank < 2 || cosCache.Shape[^1] != rotated / 2)
        {
            throw new KernelException($"{rotated} of {heads.Size} elements of a head can't be rotated by {cosCache} and {sinCache}.");
        }

        bool fits = positionIds is null
            ? cosCache.Rank == 3 && cosCache.Shape[0] == heads.Batch && cosCache.Shape[1] == heads.Sequence
            : cosCache.Rank == 2 && positionIds.Rank == 2 && positionIds.Shape[0] == heads.Batch && positionIds.Shape[1] == heads.Sequence;
        if (!fits)
        {
            throw new KernelException($"{x} at the positions {positionIds} can't be rotated by {cosCache}.");
        }

        y.Resize(x.ElementType, x.Shape);
        if (RealNumbers.IsDouble(x))
        {
            Run<double>(heads, x, cosCache, sinCache, positionIds, y, rotated, interleaved != 0);
        }
        else
        {
            Run<float>(heads, x, cosCache, sinCache, positionIds, y, rotated, interleaved != 0);
        }
    }

    private static void Run<T>(AttentionHeads heads, TensorValue x, TensorValue cosCache, TensorValue sinCache, TensorValue? positionIds, TensorValue y, long rotated, bool interleaved)
        where T : unmanaged, INumber<T>
    {
        using var input = new RealInput<T>(x);
        using var cosines = new RealInput<T>(cosCache);
        using var sines = new RealInput<T>(sinCache);
        using var output = new RealOutput<T>(y);
        long pairs = rotated / 2;
        for (long batch = 0; batch < heads.Batch; batch++)
        {
            for (long token = 0; token < heads.Sequence; token++)
            {
                long position = (batch * heads.Sequence) + token;
                if (positionIds is not null)
                {
                    long id = Integers.At(positionIds, position);
                    position = (ulong)id < (ulong)cosCache.Shape[0] ? id : throw new KernelException($"Position {id} is not in {cosCache}.");
                }

                for (long head = 0; head < heads.Heads; head++)
                {
                    long at = heads.Offset(batch, head, token);
                    Rotate(input.Pointer + at, output.Pointer + at, cosines.Pointer + (position * pairs), sines.Pointer + (position * pairs), pairs, interleaved);
                    long rest = (heads.Size - rotated) * sizeof(T);
                    Buffer.MemoryCopy(input.Pointer + at + rotated, output.Pointer + at + rotated, rest, rest);
                }
            }
        }

        output.Commit();
    }

    private static void Rotate<T>(T* x, T* y, T* cosines, T* sines, long pairs, bool interleaved)
        where T : unmanaged, INumber<T>
    {
        for (long i = 0; i < pairs; i++)
        {
            long first = interleaved ? 2 * i : i;
            long second = interleaved ? first + 1 : i + pairs;
            T real = x[first];
            T imaginary = x[second];
            y[first] = (cosines[i] * real) - (sines[i] * imaginary);
            y[second] = (sines[i] * real) + (cosines[i] * imaginary);
        }
    }
}
