using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Places tensors in the file beside the model.</summary>
/// <param name="location">Name of that file as the model states it.</param>
/// <param name="alignment">Each tensor starts at a multiple of it.</param>
/// <param name="threshold">Tensors of fewer bytes stay in the model.</param>
internal sealed class ExternalDataLayout(string location, int alignment, int threshold)
{
    private readonly List<(long Offset, TensorData Data)> _tensors = [];
    private readonly Dictionary<TensorData, long> _offsets = new(ReferenceEqualityComparer.Instance);
    private long _end;

    /// <summary>Name of the file as the model states it.</summary>
    public string Location { get; } = location;

    /// <summary>Whether any tensor was placed.</summary>
    public bool IsEmpty => _tensors.Count == 0;

    /// <summary>Gives a tensor its place; one that several values share gets one.</summary>
    /// <returns>Whether it goes outside at all.</returns>
    public bool TryPlace(TensorData data, out long offset)
    {
        offset = 0;
        if (data.ElementType == ElementType.String || data.ByteLength < Math.Max(1, threshold))
        {
            return false;
        }

        if (!_offsets.TryGetValue(data, out offset))
        {
            offset = checked((_end + alignment - 1) / alignment * alignment);
            _offsets.Add(data, offset);
            _tensors.Add((offset, data));
            _end = checked(offset + data.ByteLength);
        }

        return true;
    }

    /// <summary>Writes the file.</summary>
    public void CopyTo(Stream stream, CancellationToken cancellation)
    {
        long position = 0;
        Span<byte> zeros = stackalloc byte[256];
        zeros.Clear();
        foreach ((long offset, TensorData data) in _tensors)
        {
            for (; position < offset; position += Math.Min(zeros.Length, offset - position))
            {
                stream.Write(zeros[..(int)Math.Min(zeros.Length, offset - position)]);
            }

            PayloadCopier.Copy(data, stream, cancellation);
            position = offset + data.ByteLength;
        }
    }
}
