using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Operators that pick elements by their positions.</summary>
public static unsafe class Gathering
{
    /// <summary>Parts of a dimension by their numbers.</summary>
    /// <param name="data">Any type, at least one dimension.</param>
    /// <param name="indices">32-bit or 64-bit integers; negative ones count from the end.</param>
    /// <param name="output">The data's shape with the indices' shape in place of dimension <paramref name="axis"/>.</param>
    /// <param name="axis">The dimension.</param>
    public static void Gather(TensorValue data, TensorValue indices, [Output] TensorValue output, long axis = 0)
    {
        int dimension = Strides.Axis(axis, data.Rank);
        int rank = data.Rank - 1 + indices.Rank;
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        data.Shape[..dimension].CopyTo(shape);
        indices.Shape.CopyTo(shape[dimension..]);
        data.Shape[(dimension + 1)..].CopyTo(shape[(dimension + indices.Rank)..]);
        output.Resize(data.ElementType, shape);

        long outer = Strides.Product(data.Shape[..dimension]);
        long size = data.Shape[dimension];
        long inner = Strides.Product(data.Shape[(dimension + 1)..]);
        int bits = Elements.Bits(data.ElementType);
        if (bits >= 8 && indices.ElementType == TensorElementType.Int64)
        {
            Kernels.Gather.Rows(data.Data, indices.Pointer<long>(), output.Data, outer, size, indices.Length, inner * bits / 8);
        }
        else if (bits >= 8 && indices.ElementType == TensorElementType.Int32)
        {
            Kernels.Gather.Rows32(data.Data, indices.Pointer<int>(), output.Data, outer, size, indices.Length, inner * bits / 8);
        }
        else
        {
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < indices.Length; i++)
                {
                    long at = Integers.Position(Integers.At(indices, i), size);
                    Elements.CopyRange(data, ((o * size) + at) * inner, output, ((o * indices.Length) + i) * inner, inner);
                }
            }
        }
    }

    /// <summary>One element per index, whose number along one dimension the index gives and whose other numbers are the index's own.</summary>
    /// <param name="data">Any type, at least one dimension.</param>
    /// <param name="indices">As many dimensions as the data, no larger than its but for <paramref name="axis"/>; negative ones count from the end.</param>
    /// <param name="output">The indices' shape.</param>
    /// <param name="axis">The dimension.</param>
    public static void GatherElements(TensorValue data, TensorValue indices, [Output] TensorValue output, long axis = 0)
    {
        int dimension = Strides.Axis(axis, data.Rank);
        AxisWalker.Check(data, indices, dimension);
        output.Resize(data.ElementType, indices.Shape);
        if (output.Length > 0)
        {
            Elements.Dispatch(data.ElementType, new ElementsAction(data, indices, output, dimension));
        }
    }

    /// <summary>Parts by tuples of indices.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="indices"><c>[batch dimensions, ..., k]</c>: tuples of the numbers along k dimensions; negative ones count from the end.</param>
    /// <param name="output">The indices' shape without the last dimension, then the data's remaining dimensions.</param>
    /// <param name="batchDims">How many leading dimensions data and indices share.</param>
    public static void GatherND(TensorValue data, TensorValue indices, [Output] TensorValue output, long batchDims = 0)
    {
        TupleIndex tuples = TupleIndex.Create(data, indices, batchDims);
        int rank = tuples.ResultRank;
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        tuples.ResultShape(shape);
        output.Resize(data.ElementType, shape);
        if (output.Length == 0)
        {
            return;
        }

        for (long i = 0; i < tuples.Count; i++)
        {
            Elements.CopyRange(data, tuples.Offset(i), output, i * tuples.BlockLength, tuples.BlockLength);
        }
    }

    private readonly ref struct ElementsAction(TensorValue data, TensorValue indices, TensorValue output, int axis) : IElementAction
    {
        public void Run<T>()
        {
            ref T x = ref Elements.First<T>(data);
            ref T y = ref Elements.First<T>(output);
            using var walker = new AxisWalker(data, indices, axis);
            for (long i = 0; i < indices.Length; i++)
            {
                Unsafe.Add(ref y, (nint)i) = Unsafe.Add(ref x, (nint)walker.Next(Integers.At(indices, i)));
            }
        }
    }
}
