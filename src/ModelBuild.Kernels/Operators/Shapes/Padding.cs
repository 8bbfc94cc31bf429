namespace ModelBuild.Kernels;

/// <summary>The operator Pad.</summary>
public static class Padding
{
    /// <summary>Elements added before and after each dimension, or taken away where a number is negative.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="data">Any type.</param>
    /// <param name="pads">Numbers before each of the axes, then numbers after each.</param>
    /// <param name="constantValue">What to add in mode constant; absent for 0, false or the empty text.</param>
    /// <param name="axes">Which dimensions; absent for all.</param>
    /// <param name="output">Result.</param>
    /// <param name="mode"><c>constant</c>, <c>edge</c>, <c>reflect</c> (without the edge) or <c>wrap</c>.</param>
    public static void Pad(KernelContext context, TensorValue data, TensorValue pads, TensorValue? constantValue, TensorValue? axes, [Output] TensorValue output, string mode = "constant")
    {
        int rank = data.Rank;
        Span<long> memory = rank <= Strides.StackRank ? stackalloc long[Strides.StackRank * 6] : new long[rank * 6];
        Span<long> before = memory[..rank];
        Span<long> center = memory.Slice(rank, rank);
        Span<long> shape = memory.Slice(2 * rank, rank);
        Span<long> from = memory.Slice(3 * rank, rank);
        Span<long> to = memory.Slice(4 * rank, rank);
        Span<long> block = memory.Slice(5 * rank, rank);
        ReadPads(data, pads, axes, before, shape);

        Strides.RowMajor(data.Shape, from);
        long offset = 0;
        for (int i = 0; i < rank; i++)
        {
            long after = shape[i];
            offset += Math.Max(0, -before[i]) * from[i];
            center[i] = data.Shape[i] + Math.Min(0, before[i]) + Math.Min(0, after);
            before[i] = Math.Max(0, before[i]);
            shape[i] = center[i] < 0 ? throw new KernelException($"More is taken away from dimension {i} of {data} than it has.")
                : checked(before[i] + center[i] + Math.Max(0, after));
        }

        TensorValue source = PackedElements.Open(context, data, 0);
        TensorValue target = PackedElements.Target(context, output, data.ElementType, 1);
        target.Resize(source.ElementType, shape);
        Strides.RowMajor(shape, to);
        if (mode == "constant" && !shape.SequenceEqual(center))
        {
            Fills.Fill(target, constantValue is null ? null : PackedElements.Open(context, constantValue, 2));
        }

        long start = 0;
        for (int i = 0; i < rank; i++)
        {
            start += before[i] * to[i];
        }

        StridedMove.Run(source, offset, target, start, center, from, to);
        if (mode != "constant")
        {
            Extend(target, mode, before, center, shape, to, block);
        }

        PackedElements.Close(target, output, data.ElementType);
    }

    private static void ReadPads(TensorValue data, TensorValue pads, TensorValue? axes, Span<long> before, Span<long> after)
    {
        int count = axes is null ? data.Rank : Integers.Count(axes);
        if (pads.Length != 2L * count)
        {
            throw new KernelException($"{count} dimensions of {data} need {2L * count} numbers, not {pads.Length}.");
        }

        before.Clear();
        after.Clear();
        for (int i = 0; i < count; i++)
        {
            int axis = axes is null ? i : Strides.Axis(Integers.At(axes, i), data.Rank);
            before[axis] = Limited(Integers.At(pads, i));
            after[axis] = Limited(Integers.At(pads, i + count));
        }
    }

    private static long Limited(long pad) => Math.Abs(Math.Max(pad, -long.MaxValue)) <= long.MaxValue / 8 ? pad : throw new KernelException($"{pad} elements can't be added.");

    // From the innermost dimension outwards, so that each one finds the ones within complete.
    private static void Extend(TensorValue y, string mode, ReadOnlySpan<long> before, ReadOnlySpan<long> center, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<long> block)
    {
        int rank = shape.Length;
        if (y.Length == 0)
        {
            return;
        }

        center.CopyTo(block);
        long start = 0;
        for (int i = 0; i < rank; i++)
        {
            start += before[i] * strides[i];
        }

        for (int i = rank - 1; i >= 0; i--)
        {
            long size = center[i];
            if (size == 0 && shape[i] > 0)
            {
                throw new KernelException($"Mode {mode} can't add to dimension {i}, which has no elements.");
            }

            start -= before[i] * strides[i];
            block[i] = 1;
            for (long j = 0; j < shape[i]; j++)
            {
                long at = j - before[i];
                if (at < 0 || at >= size)
                {
                    StridedMove.Run(y, start + ((before[i] + Source(at, size, mode)) * strides[i]), y, start + (j * strides[i]), block, strides, strides);
                }
                else
                {
                    j = before[i] + size - 1;
                }
            }

            block[i] = shape[i];
        }
    }

    private static long Source(long at, long size, string mode)
    {
        switch (mode)
        {
            case "edge":
                return at < 0 ? 0 : size - 1;
            case "wrap":
                return ((at % size) + size) % size;
            case "reflect":
                if (size == 1)
                {
                    return 0;
                }

                long period = 2 * (size - 1);
                long position = ((at % period) + period) % period;
                return position < size ? position : period - position;
            default:
                throw new KernelException($"There is no mode '{mode}'; there are constant, edge, reflect and wrap.");
        }
    }
}
