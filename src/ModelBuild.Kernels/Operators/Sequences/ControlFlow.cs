namespace ModelBuild.Kernels;

/// <summary>What the loops of a plan need beside operators: results of iterations gathered, and one iteration's part of an input.</summary>
public static class ControlFlow
{
    /// <summary>Makes an accumulator without iterations, for a loop that may run none.</summary>
    /// <param name="accumulator">Becomes <c>[0, itemShape]</c>.</param>
    /// <param name="elementType">Type of its elements.</param>
    /// <param name="itemShape">Shape of one iteration's result; a negative size is not known and becomes 0.</param>
    public static void Clear([Output] TensorValue accumulator, TensorElementType elementType, ReadOnlySpan<long> itemShape)
    {
        Span<long> shape = itemShape.Length < Strides.StackRank ? stackalloc long[itemShape.Length + 1] : new long[itemShape.Length + 1];
        shape[0] = 0;
        for (int i = 0; i < itemShape.Length; i++)
        {
            shape[i + 1] = Math.Max(0, itemShape[i]);
        }

        accumulator.Resize(elementType, shape);
    }

    /// <summary>Puts one iteration's result behind those of the iterations before it.</summary>
    /// <param name="item">The result.</param>
    /// <param name="accumulator">Results so far, <c>[iteration, item's shape]</c>; grows by one. Its old content is dropped at iteration 0.</param>
    /// <param name="iteration">How many results were appended before.</param>
    /// <exception cref="KernelException">Type or shape differ from those of the iteration before.</exception>
    public static void Append(TensorValue item, [Output] TensorValue accumulator, long iteration)
    {
        if (iteration == 0)
        {
            Span<long> shape = item.Rank < Strides.StackRank ? stackalloc long[item.Rank + 1] : new long[item.Rank + 1];
            shape[0] = 1;
            item.Shape.CopyTo(shape[1..]);
            accumulator.Resize(item.ElementType, shape);
        }
        else
        {
            if (accumulator.ElementType != item.ElementType || accumulator.Rank != item.Rank + 1 || accumulator.Shape[0] != iteration || !accumulator.Shape[1..].SequenceEqual(item.Shape))
            {
                throw new KernelException($"Iteration {iteration} gives {item}, and the iterations before it gave {accumulator} together.");
            }

            accumulator.ResizeFirst(iteration + 1);
        }

        Elements.CopyRange(item, 0, accumulator, iteration * item.Length, item.Length);
    }

    /// <summary>One index of a dimension, which is left out of the result.</summary>
    /// <param name="x">The input of a scan.</param>
    /// <param name="axis">The dimension that is scanned; negative ones count from the last.</param>
    /// <param name="index">Which part; negative ones count from the end.</param>
    /// <param name="y">The part.</param>
    /// <exception cref="KernelException">There is no such dimension or index.</exception>
    public static void Slice(TensorValue x, long axis, long index, [Output] TensorValue y)
    {
        int dimension = Strides.Axis(axis, x.Rank);
        long count = x.Shape[dimension];
        long at = index < 0 ? index + count : index;
        if (at < 0 || at >= count)
        {
            throw new KernelException($"Index {index} is outside dimension {axis} of {x}.");
        }

        Span<long> shape = x.Rank <= Strides.StackRank ? stackalloc long[x.Rank - 1] : new long[x.Rank - 1];
        x.Shape[..dimension].CopyTo(shape);
        x.Shape[(dimension + 1)..].CopyTo(shape[dimension..]);
        y.Resize(x.ElementType, shape);

        long outer = Strides.Product(x.Shape[..dimension]);
        long inner = Strides.Product(x.Shape[(dimension + 1)..]);
        for (long i = 0; i < outer; i++)
        {
            Elements.CopyRange(x, ((i * count) + at) * inner, y, i * inner, inner);
        }
    }

    /// <summary>Moves the first dimension, that of the iterations, to where a scan wants it.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="x">What <see cref="Append"/> gathered.</param>
    /// <param name="y">The same elements with the first dimension at <paramref name="axis"/>.</param>
    /// <param name="axis">New place of the first dimension; negative ones count from the last.</param>
    /// <param name="reverse">Whether the last iteration comes first.</param>
    public static void MoveFirst(KernelContext context, TensorValue x, [Output] TensorValue y, long axis, bool reverse)
    {
        int rank = x.Rank;
        int dimension = Strides.Axis(axis, rank);
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 3] : new long[rank * 3];
        Span<long> shape = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        Strides.RowMajor(x.Shape, to);
        x.Shape[1..(dimension + 1)].CopyTo(shape);
        to[1..(dimension + 1)].CopyTo(from);
        shape[dimension] = x.Shape[0];
        from[dimension] = reverse ? -to[0] : to[0];
        x.Shape[(dimension + 1)..].CopyTo(shape[(dimension + 1)..]);
        to[(dimension + 1)..].CopyTo(from[(dimension + 1)..]);

        TensorValue source = PackedElements.Open(context, x, 0);
        TensorValue target = PackedElements.Target(context, y, x.ElementType, 1);
        target.Resize(source.ElementType, shape);
        Strides.RowMajor(shape, to);
        StridedMove.Run(source, reverse && x.Length > 0 ? (x.Shape[0] - 1) * Strides.Product(x.Shape[1..]) : 0, target, 0, shape, from, to);
        PackedElements.Close(target, y, x.ElementType);
    }
}
