using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Operators that write elements to given positions.</summary>
public static class Scattering
{
    /// <summary>A copy of the data with single elements updated.</summary>
    /// <param name="data">Any type, at least one dimension.</param>
    /// <param name="indices">As many dimensions as the data: numbers along <paramref name="axis"/>, the other numbers being the index's own; negative ones count from the end.</param>
    /// <param name="updates">The indices' shape.</param>
    /// <param name="output">Result.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="reduction"><c>none</c>, <c>add</c>, <c>mul</c>, <c>min</c> or <c>max</c> of element and update.</param>
    public static void ScatterElements(TensorValue data, TensorValue indices, TensorValue updates, [Output] TensorValue output, long axis = 0, string reduction = "none")
    {
        int dimension = Strides.Axis(axis, data.Rank);
        AxisWalker.Check(data, indices, dimension);
        if (updates.ElementType != data.ElementType || !updates.Shape.SequenceEqual(indices.Shape))
        {
            throw new KernelException($"Updates {updates} at {indices} don't fit {data}.");
        }

        ScatterReduction kind = ScatterDispatch.Parse(reduction);
        output.CopyFrom(data);
        if (indices.Length > 0)
        {
            ScatterDispatch.Run(data.ElementType, kind, new ElementsAction(indices, updates, output, dimension));
        }
    }

    /// <summary>A copy of the data with blocks updated.</summary>
    /// <param name="data">Any type, at least one dimension.</param>
    /// <param name="indices"><c>[..., k]</c>: tuples of the numbers along the first k dimensions; negative ones count from the end.</param>
    /// <param name="updates">The indices' shape without the last dimension, then the data's remaining dimensions.</param>
    /// <param name="output">Result.</param>
    /// <param name="reduction"><c>none</c>, <c>add</c>, <c>mul</c>, <c>min</c> or <c>max</c> of element and update.</param>
    public static void ScatterND(TensorValue data, TensorValue indices, TensorValue updates, [Output] TensorValue output, string reduction = "none")
    {
        TupleIndex tuples = TupleIndex.Create(data, indices, 0);
        int rank = tuples.ResultRank;
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        tuples.ResultShape(shape);
        if (updates.ElementType != data.ElementType || !updates.Shape.SequenceEqual(shape))
        {
            throw new KernelException($"Updates {updates} at {indices} don't fit {data}.");
        }

        ScatterReduction kind = ScatterDispatch.Parse(reduction);
        output.CopyFrom(data);
        if (updates.Length > 0)
        {
            ScatterDispatch.Run(data.ElementType, kind, new TuplesAction(tuples, updates, output));
        }
    }

    /// <summary>A cache with a part of each sequence replaced.</summary>
    /// <param name="pastCache"><c>[batch, ..., maximum length, ...]</c>.</param>
    /// <param name="update">The same shape but for <paramref name="axis"/>.</param>
    /// <param name="writeIndices"><c>[batch]</c>: the first position that is replaced; absent for 0.</param>
    /// <param name="presentCache">Result.</param>
    /// <param name="axis">The dimension of the sequence, not the first.</param>
    /// <param name="mode"><c>linear</c>, or <c>circular</c>: positions beyond the end go on at the start.</param>
    public static void TensorScatter(TensorValue pastCache, TensorValue update, TensorValue? writeIndices, [Output] TensorValue presentCache, long axis = -2, string mode = "linear")
    {
        int dimension = Strides.Axis(axis, pastCache.Rank);
        if (dimension == 0 || update.ElementType != pastCache.ElementType || update.Rank != pastCache.Rank
            || !update.Shape[..dimension].SequenceEqual(pastCache.Shape[..dimension])
            || !update.Shape[(dimension + 1)..].SequenceEqual(pastCache.Shape[(dimension + 1)..])
            || (writeIndices is not null && writeIndices.Length != pastCache.Shape[0])
            || mode is not ("linear" or "circular"))
        {
            throw new KernelException($"Update {update} along dimension {axis} in mode {mode} at {writeIndices} doesn't fit {pastCache}.");
        }

        presentCache.CopyFrom(pastCache);
        long size = pastCache.Shape[dimension];
        long count = update.Shape[dimension];
        long inner = Strides.Product(pastCache.Shape[(dimension + 1)..]);
        long perBatch = Strides.Product(pastCache.Shape[1..dimension]);
        for (long row = 0; row < pastCache.Shape[0] * perBatch; row++)
        {
            long start = writeIndices is null ? 0 : Integers.At(writeIndices, row / perBatch);
            if (start < 0 || count > size || (mode == "linear" && start > size - count))
            {
                throw new KernelException($"{count} positions from {start} on are outside a cache of {size}.");
            }

            for (long i = 0; i < count; i++)
            {
                long at = size == 0 ? 0 : ((start % size) + i) % size;
                Elements.CopyRange(update, ((row * count) + i) * inner, presentCache, ((row * size) + at) * inner, inner);
            }
        }
    }

    private readonly ref struct ElementsAction(TensorValue indices, TensorValue updates, TensorValue output, int axis) : IScatterAction
    {
        public void Run<T, TArithmetic>(ScatterReduction reduction)
            where TArithmetic : IScatterArithmetic<T>
        {
            ref T y = ref Elements.First<T>(output);
            ref T from = ref Elements.First<T>(updates);
            using var walker = new AxisWalker(output, indices, axis);
            for (long i = 0; i < indices.Length; i++)
            {
                ref T at = ref Unsafe.Add(ref y, (nint)walker.Next(Integers.At(indices, i)));
                at = TArithmetic.Combine(at, Unsafe.Add(ref from, (nint)i), reduction);
            }
        }
    }

    private readonly ref struct TuplesAction(TupleIndex tuples, TensorValue updates, TensorValue output) : IScatterAction
    {
        private readonly TupleIndex _tuples = tuples;

        public void Run<T, TArithmetic>(ScatterReduction reduction)
            where TArithmetic : IScatterArithmetic<T>
        {
            ref T y = ref Elements.First<T>(output);
            ref T from = ref Elements.First<T>(updates);
            long length = _tuples.BlockLength;
            for (long i = 0; i < _tuples.Count; i++)
            {
                ref T at = ref Unsafe.Add(ref y, (nint)_tuples.Offset(i));
                ref T update = ref Unsafe.Add(ref from, (nint)(i * length));
                for (long j = 0; j < length; j++)
                {
                    ref T element = ref Unsafe.Add(ref at, (nint)j);
                    element = TArithmetic.Combine(element, Unsafe.Add(ref update, (nint)j), reduction);
                }
            }
        }
    }
}
