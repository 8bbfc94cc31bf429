using System.Numerics.Tensors;

namespace ModelBuild.Runtime;

/// <summary>Turns a backend's tensors and the caller's tensors into spans and back, for generated code.</summary>
public static class TensorViews
{
    /// <summary>The elements of an output with their shape, valid until <paramref name="tensor"/> is disposed.</summary>
    public static ReadOnlyTensorSpan<T> View<T>(NativeTensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(tensor.GetSpan<T>(), Lengths(tensor.Shape));
    }

    /// <summary>The elements of a text output with their shape.</summary>
    public static ReadOnlyTensorSpan<string> View(string[] texts, ReadOnlySpan<long> shape) => new(texts, Lengths(shape));

    /// <summary>The elements in row-major order, without a copy when they lie densely.</summary>
    public static ReadOnlySpan<T> Elements<T>(in ReadOnlyTensorSpan<T> tensor)
    {
        if (tensor.IsDense)
        {
            return tensor.FlattenedLength == 0 ? [] : System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength));
        }

        var copy = new T[checked((int)tensor.FlattenedLength)];
        tensor.FlattenTo(copy);
        return copy;
    }

    /// <summary>The elements of a destination in row-major order.</summary>
    /// <exception cref="ArgumentException">They do not lie densely.</exception>
    public static Span<T> Destination<T>(in TensorSpan<T> tensor) =>
        !tensor.IsDense ? throw new ArgumentException("MB5002: the destination must be dense, its elements without gaps.", nameof(tensor))
        : tensor.FlattenedLength == 0 ? []
        : System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength));

    private static nint[] Lengths(ReadOnlySpan<long> shape)
    {
        var lengths = new nint[shape.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = checked((nint)shape[i]);
        }

        return lengths;
    }
}
