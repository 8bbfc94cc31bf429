using System.Numerics.Tensors;

namespace ModelBuild.Runtime;

/// <summary>Turns a backend's tensors and the caller's tensors into spans and back, for generated code.</summary>
public static class TensorViews
{
    /// <summary>The elements of an output with their shape, valid until <paramref name="tensor"/> is disposed. A single element has shape <c>[1]</c>.</summary>
    public static ReadOnlyTensorSpan<T> View<T>(NativeTensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ReadOnlySpan<T> elements = tensor.GetSpan<T>();

        // The constructor that takes a span refuses one without an address, whatever the lengths.
        return elements.IsEmpty ? new(Array.Empty<T>(), Lengths(tensor.Shape)) : new(elements, Lengths(tensor.Shape));
    }

    /// <summary>The elements of a text output with their shape.</summary>
    public static ReadOnlyTensorSpan<string> ViewText(NativeTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(tensor.GetStrings(), Lengths(tensor.Shape));
    }

    /// <summary>A tensor over an array.</summary>
    /// <param name="elements">Elements in row-major order; not copied.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public static Tensor<T> Create<T>(T[] elements, scoped ReadOnlySpan<long> shape) => Tensor.Create(elements, Lengths(shape));

    /// <summary>Sizes of a tensor, outermost first.</summary>
    public static ReadOnlySpan<long> Shape<T>(scoped in ReadOnlyTensorSpan<T> tensor)
    {
        var shape = new long[tensor.Rank];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = tensor.Lengths[i];
        }

        return shape;
    }

    /// <summary>Checks a destination against the shape of an output.</summary>
    /// <exception cref="TensorShapeException">They differ.</exception>
    public static void CheckShape<T>(TensorInfo output, scoped in TensorSpan<T> destination, scoped ReadOnlySpan<long> shape)
    {
        bool same = shape.IsEmpty ? destination.Rank == 1 && destination.Lengths[0] == 1 : destination.Rank == shape.Length;
        for (int i = 0; same && i < shape.Length; i++)
        {
            same = destination.Lengths[i] == shape[i];
        }

        if (!same)
        {
            ModelShapes.ThrowShape(output, shape, destination.Lengths);
        }
    }

    /// <summary>The upper half of a number, rounded to the nearest, ties to even.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The elements in row-major order, without a copy when they lie densely.</summary>
    public static ReadOnlySpan<T> Elements<T>(scoped in ReadOnlyTensorSpan<T> tensor)
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
    public static Span<T> Destination<T>(scoped in TensorSpan<T> tensor) =>
        !tensor.IsDense ? throw new ArgumentException("MB5002: the destination must be dense, its elements without gaps.", nameof(tensor))
        : tensor.FlattenedLength == 0 ? []
        : System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength));

    // Tensors of System.Numerics can't have rank 0 (they take no lengths for one length of 0), so a single element has shape [1].
    private static nint[] Lengths(ReadOnlySpan<long> shape)
    {
        if (shape.IsEmpty)
        {
            return [1];
        }

        var lengths = new nint[shape.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = checked((nint)shape[i]);
        }

        return lengths;
    }
}
