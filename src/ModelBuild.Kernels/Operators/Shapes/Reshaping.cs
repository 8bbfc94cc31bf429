namespace ModelBuild.Kernels;

/// <summary>Operators that keep the elements in their order and change the shape.</summary>
public static class Reshaping
{
    /// <summary>The elements in another shape.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="shape">New sizes; -1 (once) is what remains, 0 the input's own size unless <paramref name="allowzero"/> is set.</param>
    /// <param name="reshaped">Result.</param>
    /// <param name="allowzero">Whether 0 is a size.</param>
    /// <exception cref="KernelException">The sizes don't give the number of elements.</exception>
    public static void Reshape(TensorValue data, TensorValue shape, [Output] TensorValue reshaped, long allowzero = 0)
    {
        int rank = Integers.Count(shape);
        Span<long> sizes = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        Integers.Read(shape, sizes);
        int unknown = -1;
        for (int i = 0; i < rank; i++)
        {
            if (sizes[i] == 0 && allowzero == 0)
            {
                sizes[i] = i < data.Rank ? data.Shape[i] : throw Mismatch(data, shape);
            }
            else if (sizes[i] == -1 && unknown < 0)
            {
                unknown = i;
            }
            else if (sizes[i] < 0)
            {
                throw Mismatch(data, shape);
            }
        }

        if (unknown >= 0)
        {
            sizes[unknown] = Remaining(data, shape, sizes, unknown);
        }

        Copy(data, reshaped, sizes);
    }

    /// <summary>A matrix: the dimensions before <paramref name="axis"/> and those from there on.</summary>
    /// <param name="input">Any type.</param>
    /// <param name="output">Result, <c>[product of the first, product of the rest]</c>.</param>
    /// <param name="axis">From -rank to rank.</param>
    public static void Flatten(TensorValue input, [Output] TensorValue output, long axis = 1)
    {
        long split = axis < 0 ? axis + input.Rank : axis;
        if (split < 0 || split > input.Rank)
        {
            throw new KernelException($"Axis {axis} is outside {input}.");
        }

        Copy(input, output, [Strides.Product(input.Shape[..(int)split]), Strides.Product(input.Shape[(int)split..])]);
    }

    /// <summary>Leaves out dimensions of size 1.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="axes">Which ones; absent for all of size 1.</param>
    /// <param name="squeezed">Result.</param>
    /// <exception cref="KernelException">A named dimension is not 1.</exception>
    public static void Squeeze(TensorValue data, TensorValue? axes, [Output] TensorValue squeezed)
    {
        int rank = data.Rank;
        Span<bool> drop = rank <= Strides.StackRank ? stackalloc bool[rank] : new bool[rank];
        drop.Clear();
        if (axes is null)
        {
            for (int i = 0; i < rank; i++)
            {
                drop[i] = data.Shape[i] == 1;
            }
        }
        else
        {
            for (int i = 0; i < Integers.Count(axes); i++)
            {
                int axis = Strides.Axis(Integers.At(axes, i), rank);
                drop[axis] = data.Shape[axis] == 1 ? true : throw new KernelException($"Dimension {axis} of {data} is not 1 and can't be left out.");
            }
        }

        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        int kept = 0;
        for (int i = 0; i < rank; i++)
        {
            if (!drop[i])
            {
                shape[kept++] = data.Shape[i];
            }
        }

        Copy(data, squeezed, shape[..kept]);
    }

    /// <summary>Puts in dimensions of size 1.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="axes">Their places in the result, each once.</param>
    /// <param name="expanded">Result.</param>
    public static void Unsqueeze(TensorValue data, TensorValue axes, [Output] TensorValue expanded)
    {
        int rank = checked(data.Rank + Integers.Count(axes));
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        shape.Clear();
        for (int i = 0; i < Integers.Count(axes); i++)
        {
            int axis = Strides.Axis(Integers.At(axes, i), rank);
            shape[axis] = shape[axis] == 0 ? -1 : throw new KernelException($"Dimension {axis} is put in twice.");
        }

        int next = 0;
        for (int i = 0; i < rank; i++)
        {
            shape[i] = shape[i] < 0 ? 1 : data.Shape[next++];
        }

        Copy(data, expanded, shape);
    }

    private static unsafe void Copy(TensorValue source, TensorValue destination, ReadOnlySpan<long> shape)
    {
        long length = 1;
        foreach (long size in shape)
        {
            length = size == 0 || length <= long.MaxValue / size ? length * size : -1;
            if (length <= 0)
            {
                break;
            }
        }

        if (length != source.Length)
        {
            throw new KernelException($"{source} can't have the shape {Strides.Text(shape)}.");
        }

        destination.Resize(source.ElementType, shape);
        if (source.ElementType == TensorElementType.String)
        {
            source.Strings.CopyTo(destination.Strings);
            return;
        }

        long bytes = source.ByteLength;
        if (bytes > 0 && source.Data != destination.Data)
        {
            Buffer.MemoryCopy(source.Data, destination.Data, bytes, bytes);
        }
    }

    // Where both sides have a 0, the other sizes decide, so that a batch of none keeps the rest of its shape.
    private static long Remaining(TensorValue data, TensorValue shape, ReadOnlySpan<long> sizes, int unknown)
    {
        bool isEmpty = data.Length == 0 && sizes.Contains(0L);
        long known = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            known = i == unknown || (isEmpty && sizes[i] == 0) ? known : Multiply(known, sizes[i], data, shape);
        }

        long whole = 1;
        foreach (long size in data.Shape)
        {
            whole = isEmpty && size == 0 ? whole : Multiply(whole, size, data, shape);
        }

        return known != 0 && whole % known == 0 ? whole / known : throw Mismatch(data, shape);
    }

    private static long Multiply(long a, long b, TensorValue data, TensorValue shape) =>
        b == 0 || a <= long.MaxValue / b ? a * b : throw Mismatch(data, shape);

    private static KernelException Mismatch(TensorValue data, TensorValue shape)
    {
        long[] sizes = new long[shape.Length];
        Integers.Read(shape, sizes);
        return new KernelException($"{data} can't have the shape {Strides.Text(sizes)}.");
    }
}
