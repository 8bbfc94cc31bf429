namespace ModelBuild.Kernels;

/// <summary>The operator Transpose.</summary>
public static class Transposition
{
    /// <summary>The dimensions in another order.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="data">Any type.</param>
    /// <param name="transposed">Result; its dimension i is the input's <c>perm[i]</c>.</param>
    /// <param name="perm">The order; empty for the reverse.</param>
    public static void Transpose(KernelContext context, TensorValue data, [Output] TensorValue transposed, ReadOnlySpan<long> perm = default)
    {
        int rank = data.Rank;
        if (perm.Length != rank && !perm.IsEmpty)
        {
            throw new KernelException($"{data} can't be put in the order {Strides.Text(perm)}.");
        }

        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 3] : new long[rank * 3];
        Span<long> shape = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        Strides.RowMajor(data.Shape, to);
        shape.Fill(-1);
        for (int i = 0; i < rank; i++)
        {
            long axis = perm.IsEmpty ? rank - 1 - i : perm[i];
            if ((ulong)axis >= (ulong)rank || (!perm.IsEmpty && perm[..i].Contains(axis)))
            {
                throw new KernelException($"{data} can't be put in the order {Strides.Text(perm)}.");
            }

            from[i] = to[(int)axis];
            shape[i] = data.Shape[(int)axis];
        }

        TensorValue source = PackedElements.Open(context, data, 0);
        TensorValue target = PackedElements.Target(context, transposed, data.ElementType, 1);
        target.Resize(source.ElementType, shape);
        Strides.RowMajor(shape, to);
        StridedMove.Run(source, 0, target, 0, shape, from, to, context);
        PackedElements.Close(target, transposed, data.ElementType);
    }
}
