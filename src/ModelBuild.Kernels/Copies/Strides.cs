namespace ModelBuild.Kernels;

/// <summary>Row-major strides, counted in elements.</summary>
internal static class Strides
{
    /// <summary>Rank up to which temporaries of that length live on the stack.</summary>
    public const int StackRank = 32;

    /// <summary>Fills <paramref name="strides"/> for <paramref name="shape"/>.</summary>
    public static void RowMajor(ReadOnlySpan<long> shape, Span<long> strides)
    {
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
    }

    /// <summary>Number of elements.</summary>
    public static long Product(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (long size in shape)
        {
            product *= size;
        }

        return product;
    }

    /// <summary>A dimension's number, counted from the front.</summary>
    /// <exception cref="KernelException">There is no such dimension.</exception>
    public static int Axis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive >= 0 && positive < rank ? (int)positive : throw new KernelException($"There is no dimension {axis} among {rank}.");
    }

    /// <summary>A shape for a message.</summary>
    public static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(',', shape.ToArray())}]";
}
