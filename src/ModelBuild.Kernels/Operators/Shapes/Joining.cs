namespace ModelBuild.Kernels;

/// <summary>Operators that join tensors along a dimension, or part one.</summary>
public static class Joining
{
    /// <summary>Tensors behind each other.</summary>
    /// <param name="inputs">One type, one shape but for <paramref name="axis"/>.</param>
    /// <param name="concatResult">Result.</param>
    /// <param name="axis">The dimension whose sizes add up.</param>
    public static void Concat(ReadOnlySpan<TensorValue> inputs, [Output] TensorValue concatResult, long axis)
    {
        if (inputs.IsEmpty)
        {
            throw new KernelException("There is nothing to join.");
        }

        TensorValue first = inputs[0];
        int dimension = Strides.Axis(axis, first.Rank);
        long size = 0;
        foreach (TensorValue input in inputs)
        {
            if (!Fits(first, input, dimension))
            {
                throw new KernelException($"{input} can't be joined to {first} along dimension {axis}.");
            }

            size = checked(size + input.Shape[dimension]);
        }

        Span<long> shape = first.Rank <= Strides.StackRank ? stackalloc long[first.Rank] : new long[first.Rank];
        first.Shape.CopyTo(shape);
        shape[dimension] = size;
        concatResult.Resize(first.ElementType, shape);

        long outer = Strides.Product(shape[..dimension]);
        long inner = Strides.Product(shape[(dimension + 1)..]);
        long start = 0;
        foreach (TensorValue input in inputs)
        {
            long row = input.Shape[dimension] * inner;
            Blocks.Copy(input, 0, row, concatResult, start, size * inner, row, outer);
            start += row;
        }
    }

    /// <summary>Parts of a tensor.</summary>
    /// <param name="input">Any type.</param>
    /// <param name="split">Size of each part; absent for equal ones, the last smaller.</param>
    /// <param name="outputs">The parts.</param>
    /// <param name="axis">The dimension that is parted.</param>
    /// <param name="numOutputs">Number of parts, that of the outputs; 0 where it is not given.</param>
    public static void Split(TensorValue input, TensorValue? split, [Output] ReadOnlySpan<TensorValue> outputs, long axis = 0, long numOutputs = 0)
    {
        int dimension = Strides.Axis(axis, input.Rank);
        long size = input.Shape[dimension];
        int parts = split is null ? outputs.Length : Integers.Count(split);
        if (parts != outputs.Length || (numOutputs != 0 && numOutputs != parts))
        {
            throw new KernelException($"{outputs.Length} outputs can't take {Math.Max(parts, numOutputs)} parts of {input}.");
        }

        Span<long> shape = input.Rank <= Strides.StackRank ? stackalloc long[input.Rank] : new long[input.Rank];
        input.Shape.CopyTo(shape);
        long outer = Strides.Product(shape[..dimension]);
        long inner = Strides.Product(shape[(dimension + 1)..]);
        long equal = parts == 0 ? 0 : (size / parts) + (size % parts != 0 ? 1 : 0);
        long start = 0;
        for (int i = 0; i < parts; i++)
        {
            long part = split is null ? Math.Min(equal, size - start) : Integers.At(split, i);
            if (part < 0 || part > size - start)
            {
                throw new KernelException($"Part {i} of dimension {axis} of {input} would have {part} of the remaining {size - start}.");
            }

            shape[dimension] = part;
            outputs[i].Resize(input.ElementType, shape);
            Blocks.Copy(input, start * inner, size * inner, outputs[i], 0, part * inner, part * inner, outer);
            start += part;
        }

        if (start != size)
        {
            throw new KernelException($"The parts have {start} of dimension {axis} of {input}.");
        }
    }

    private static bool Fits(TensorValue a, TensorValue b, int dimension) =>
        a.ElementType == b.ElementType && a.Rank == b.Rank
        && a.Shape[..dimension].SequenceEqual(b.Shape[..dimension])
        && a.Shape[(dimension + 1)..].SequenceEqual(b.Shape[(dimension + 1)..]);
}
