using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Hdf5;

/// <summary>A data set as a tensor: read as a whole when asked for, kept while memory allows.</summary>
internal sealed class Hdf5TensorData(ElementType elementType, ReadOnlySpan<long> dimensions, Func<byte[]> read) : TensorData(elementType, dimensions)
{
    private readonly WeakReference<byte[]> _bytes = new([]);

    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        if (length == 0)
        {
            return [];
        }

        if (!_bytes.TryGetTarget(out byte[]? bytes) || bytes.Length != ByteLength)
        {
            bytes = read();
            _bytes.SetTarget(bytes);
        }

        return bytes.AsSpan((int)offset, length);
    }
}
