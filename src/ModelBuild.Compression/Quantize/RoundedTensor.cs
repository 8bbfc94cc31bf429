using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>A float tensor in a narrower stored form, computed from the source when read. Expanded it is <c>float(stored)</c>, times <see cref="Scales"/> where there are any.</summary>
internal abstract class RoundedTensor(ElementType elementType, ReadOnlySpan<long> dimensions) : TensorData(elementType, dimensions)
{
    /// <summary>Factors of a shape that broadcasts to the tensor's, or null.</summary>
    public virtual TensorData? Scales => null;

    /// <summary>Bytes in a file, with the scales.</summary>
    public long StoredBytes => ByteLength + (Scales?.ByteLength ?? 0);

    /// <summary>Root mean square of the difference to the source over that of the source.</summary>
    public double RelativeError { get; protected set; }
}
