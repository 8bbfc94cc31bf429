namespace ModelBuild.Kernels;

/// <summary>The operator Slice.</summary>
public static class Slicing
{
    /// <summary>Every step-th element from start up to end, per dimension.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="data">Any type.</param>
    /// <param name="starts">First position per axis; negative ones count from the end, those outside are clamped.</param>
    /// <param name="ends">Position that is not reached any more.</param>
    /// <param name="axes">Which dimensions; absent for the first ones.</param>
    /// <param name="steps">Steps, not 0, negative ones go backwards; absent for 1.</param>
    /// <param name="output">Result.</param>
    public static void Slice(KernelContext context, TensorValue data, TensorValue starts, TensorValue ends, TensorValue? axes, TensorValue? steps, [Output] TensorValue output)
    {
        int rank = data.Rank;
        int count = Integers.Count(starts);
        if (Integers.Count(ends) != count || (axes is not null && Integers.Count(axes) != count) || (steps is not null && Integers.Count(steps) != count) || count > rank)
        {
            throw new KernelException($"{data} can't be cut by {count} starts, {ends.Length} ends, {axes?.Length ?? count} axes and {steps?.Length ?? count} steps.");
        }

        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 3] : new long[rank * 3];
        Span<long> shape = memory[..rank];
        Span<long> from = memory.Slice(rank, rank);
        Span<long> to = memory.Slice(2 * rank, rank);
        data.Shape.CopyTo(shape);
        Strides.RowMajor(shape, from);
        to.Clear();
        long offset = 0;
        for (int i = 0; i < count; i++)
        {
            int axis = Strides.Axis(axes is null ? i : Integers.At(axes, i), rank);
            if (to[axis]++ != 0)
            {
                throw new KernelException($"Dimension {axis} is cut twice.");
            }

            (long start, long size, long step) = Clamp(Integers.At(starts, i), Integers.At(ends, i), steps is null ? 1 : Integers.At(steps, i), shape[axis]);
            offset += start * from[axis];
            from[axis] *= size > 1 ? step : 1;
            shape[axis] = size;
        }

        TensorValue source = PackedElements.Open(context, data, 0);
        TensorValue target = PackedElements.Target(context, output, data.ElementType, 1);
        target.Resize(source.ElementType, shape);
        Strides.RowMajor(shape, to);
        StridedMove.Run(source, offset, target, 0, shape, from, to, context);
        PackedElements.Close(target, output, data.ElementType);
    }

    /// <summary>Start, number of elements and step of a cut through a dimension of <paramref name="size"/>.</summary>
    internal static (long Start, long Count, long Step) Clamp(long start, long end, long step, long size)
    {
        if (step == 0)
        {
            throw new KernelException("A step of 0 never reaches the end.");
        }

        // Steps beyond the dimension take one element, whatever they are.
        step = Math.Clamp(step, -(size + 1), size + 1);
        start = start < 0 ? start + size : start;
        end = end < 0 ? end + size : end;
        if (step > 0)
        {
            start = Math.Clamp(start, 0, size);
            end = Math.Clamp(end, 0, size);
            return (start, end <= start ? 0 : ((end - start - 1) / step) + 1, step);
        }

        if (size == 0)
        {
            return (0, 0, step);
        }

        start = Math.Clamp(start, -1, size - 1);
        end = Math.Clamp(end, -1, size - 1);
        return start <= end ? (0, 0, step) : (start, ((start - end - 1) / -step) + 1, step);
    }
}
