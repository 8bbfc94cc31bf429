namespace ModelBuild.Kernels;

/// <summary>Operators that pick elements by a condition.</summary>
public static unsafe class Conditions
{
    /// <summary>Value of an axis that is not given.</summary>
    private const long Flat = long.MinValue;

    /// <summary>The parts of a dimension for which a condition holds.</summary>
    /// <param name="input">Any type.</param>
    /// <param name="condition">Truth values, no more than the dimension has parts unless they are false; parts without one are dropped.</param>
    /// <param name="output">Result.</param>
    /// <param name="axis">The dimension; absent for single elements, row by row, which gives one dimension.</param>
    public static void Compress(TensorValue input, TensorValue condition, [Output] TensorValue output, long axis = Flat)
    {
        int dimension = axis == Flat ? 0 : Strides.Axis(axis, input.Rank);
        long size = axis == Flat ? input.Length : input.Shape[dimension];
        if (condition.ElementType != TensorElementType.Bool || condition.Rank != 1)
        {
            throw new KernelException($"A list of truth values is expected, not {condition}.");
        }

        byte* holds = condition.Data;
        long count = 0;
        for (long i = 0; i < condition.Length; i++)
        {
            count += holds[i] != 0 ? 1 : 0;
            if (holds[i] != 0 && i >= size)
            {
                throw new KernelException($"Condition {i} is outside a dimension of {size}.");
            }
        }

        int rank = axis == Flat ? 1 : input.Rank;
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        if (axis != Flat)
        {
            input.Shape.CopyTo(shape);
        }

        shape[dimension] = count;
        output.Resize(input.ElementType, shape);
        long inner = axis == Flat ? 1 : Strides.Product(input.Shape[(dimension + 1)..]);
        long outer = axis == Flat ? 1 : Strides.Product(input.Shape[..dimension]);
        long to = 0;
        for (long i = 0; i < condition.Length; i++)
        {
            if (holds[i] != 0)
            {
                Blocks.Copy(input, i * inner, size * inner, output, to * inner, count * inner, inner, outer);
                to++;
            }
        }
    }

    /// <summary>Where a tensor is not zero.</summary>
    /// <param name="x">Numbers, truth values or texts (not empty).</param>
    /// <param name="y"><c>[dimensions of x, number of elements that are not zero]</c>, 64-bit integers, in row-major order.</param>
    public static void NonZero(TensorValue x, [Output] TensorValue y)
    {
        long count = 0;
        for (long i = 0; i < x.Length; i++)
        {
            count += IsZero(x, i) ? 0 : 1;
        }

        y.Resize(TensorElementType.Int64, x.Rank, count);
        long* to = y.Pointer<long>();
        for (long i = 0, found = 0; i < x.Length && found < count; i++)
        {
            if (IsZero(x, i))
            {
                continue;
            }

            long rest = i;
            for (int d = x.Rank - 1; d >= 0; d--)
            {
                to[(d * count) + found] = rest % x.Shape[d];
                rest /= x.Shape[d];
            }

            found++;
        }
    }

    private static bool IsZero(TensorValue x, long index)
    {
        byte* data = x.Data;
        return x.ElementType switch
        {
            TensorElementType.String => x.Strings[(int)index].Length == 0,
            TensorElementType.Float32 => ((float*)data)[index] == 0,
            TensorElementType.Float64 => ((double*)data)[index] == 0,
            TensorElementType.Float16 or TensorElementType.BFloat16 => (((ushort*)data)[index] & 0x7FFF) == 0,
            TensorElementType.Complex64 => ((float*)data)[2 * index] == 0 && ((float*)data)[(2 * index) + 1] == 0,
            TensorElementType.Complex128 => ((double*)data)[2 * index] == 0 && ((double*)data)[(2 * index) + 1] == 0,
            _ => Integers.At(x, index) == 0,
        };
    }
}
