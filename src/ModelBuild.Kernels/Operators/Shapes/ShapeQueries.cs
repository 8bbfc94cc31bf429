namespace ModelBuild.Kernels;

/// <summary>Operators whose result is a shape.</summary>
public static unsafe class ShapeQueries
{
    /// <summary>The sizes of a tensor.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="shape">64-bit integers, <c>[number of dimensions asked for]</c>.</param>
    /// <param name="start">First dimension; negative ones count from the last, those outside are clamped.</param>
    /// <param name="end">Dimension that is not given any more.</param>
    public static void Shape(TensorValue data, [Output] TensorValue shape, long start = 0, long end = long.MaxValue)
    {
        int first = (int)Math.Clamp(start < 0 ? start + data.Rank : start, 0, data.Rank);
        int last = (int)Math.Clamp(end < 0 ? end + data.Rank : end, first, data.Rank);
        shape.Resize(TensorElementType.Int64, last - first);
        data.Shape[first..last].CopyTo(shape.Span<long>());
    }

    /// <summary>The number of elements.</summary>
    /// <param name="data">Any type.</param>
    /// <param name="size">64-bit integer, scalar.</param>
    public static void Size(TensorValue data, [Output] TensorValue size)
    {
        size.Resize(TensorElementType.Int64);
        *size.Pointer<long>() = data.Length;
    }
}
