namespace ModelBuild.Kernels;

/// <summary>Operators that repeat elements.</summary>
public static class Repeating
{
    /// <summary>The tensor several times along each dimension.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="input">Any type.</param>
    /// <param name="repeats">How often, for each dimension.</param>
    /// <param name="output">Result.</param>
    public static void Tile(KernelContext context, TensorValue input, TensorValue repeats, [Output] TensorValue output)
    {
        int rank = input.Rank;
        if (Integers.Count(repeats) != rank)
        {
            throw new KernelException($"{input} can't be repeated along {repeats.Length} dimensions.");
        }

        // Each dimension is two: the repetition, along which the source stands still, and the dimension itself.
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 8] : new long[rank * 8];
        Span<long> block = memory[..(2 * rank)];
        Span<long> from = memory.Slice(2 * rank, 2 * rank);
        Span<long> to = memory.Slice(4 * rank, 2 * rank);
        Span<long> shape = memory.Slice(6 * rank, rank);
        Span<long> strides = memory.Slice(7 * rank, rank);
        for (int i = 0; i < rank; i++)
        {
            long times = Integers.At(repeats, i);
            long size = input.Shape[i];
            if (times < 0 || (size > 0 && times > long.MaxValue / 16 / size))
            {
                throw new KernelException($"Dimension {i} of {input} can't be repeated {times} times.");
            }

            block[2 * i] = times;
            block[(2 * i) + 1] = size;
            shape[i] = size * times;
        }

        TensorValue source = PackedElements.Open(context, input, 0);
        TensorValue target = PackedElements.Target(context, output, input.ElementType, 1);
        target.Resize(source.ElementType, shape);
        Strides.RowMajor(shape, strides);
        for (int i = 0; i < rank; i++)
        {
            to[2 * i] = input.Shape[i] * strides[i];
            to[(2 * i) + 1] = strides[i];
        }

        Strides.RowMajor(input.Shape, strides);
        for (int i = 0; i < rank; i++)
        {
            from[2 * i] = 0;
            from[(2 * i) + 1] = strides[i];
        }

        StridedMove.Run(source, 0, target, 0, block, from, to, context);
        PackedElements.Close(target, output, input.ElementType);
    }

    /// <summary>The tensor broadcast together with a shape.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="input">Any type.</param>
    /// <param name="shape">Sizes, aligned at the last dimension; 1 keeps the input's.</param>
    /// <param name="output">Result.</param>
    public static void Expand(KernelContext context, TensorValue input, TensorValue shape, [Output] TensorValue output)
    {
        int rank = Math.Max(input.Rank, Integers.Count(shape));
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 3] : new long[rank * 3];
        Span<long> sizes = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        from.Clear();
        int shift = rank - input.Rank;
        Strides.RowMajor(input.Shape, from[shift..]);
        for (int i = 0; i < rank; i++)
        {
            int asked = i - (rank - (int)shape.Length);
            long wanted = asked < 0 ? 1 : Integers.At(shape, asked);
            long own = i < shift ? 1 : input.Shape[i - shift];
            if (own != wanted && own != 1 && wanted != 1)
            {
                throw new KernelException($"{input} can't be broadcast to size {wanted} in dimension {i}.");
            }

            sizes[i] = own == 1 ? wanted : own;
            from[i] = own == 1 ? 0 : from[i];
        }

        TensorValue source = PackedElements.Open(context, input, 0);
        TensorValue target = PackedElements.Target(context, output, input.ElementType, 1);
        target.Resize(source.ElementType, sizes);
        Strides.RowMajor(sizes, to);
        StridedMove.Run(source, 0, target, 0, sizes, from, to, context);
        PackedElements.Close(target, output, input.ElementType);
    }
}
