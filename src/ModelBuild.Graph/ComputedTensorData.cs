namespace ModelBuild.Graphs;

/// <summary>Writes a part of a tensor's content.</summary>
/// <param name="offset">First byte of the content to write; at an element's start.</param>
/// <param name="destination">Where it goes; whole elements.</param>
public delegate void TensorFiller(long offset, Span<byte> destination);

/// <summary>
/// A tensor whose content is computed when it is asked for, and again when it is asked for later: weights of another layout than the
/// file's. What was asked for as a whole is kept for as long as memory allows.
/// </summary>
/// <param name="elementType">Type of the elements; not text, and not narrower than a byte.</param>
/// <param name="dimensions">Sizes, outermost first.</param>
/// <param name="fill">Computes any part; called from several threads.</param>
public sealed class ComputedTensorData(ElementType elementType, ReadOnlySpan<long> dimensions, TensorFiller fill) : TensorData(elementType, dimensions)
{
    // Small tensors are kept for good: to ask for them again is common and to compute them again is not worth it.
    private const int SmallSize = 4096;

    private readonly WeakReference<byte[]> _whole = new([]);
    private byte[]? _small;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, ByteLength);
        if (length == 0)
        {
            return [];
        }

        byte[]? known = _small ?? (_whole.TryGetTarget(out byte[]? kept) && kept.Length == ByteLength ? kept : null);
        if (known is not null)
        {
            return known.AsSpan((int)offset, length);
        }

        int size = Math.Max(1, ElementType.BitSize() / 8);
        long start = offset / size * size;
        var bytes = new byte[Math.Min(ByteLength, (offset + length + size - 1) / size * size) - start];
        fill(start, bytes);
        if (bytes.Length == ByteLength)
        {
            if (bytes.Length <= SmallSize)
            {
                _small = bytes;
            }
            else
            {
                _whole.SetTarget(bytes);
            }
        }

        return bytes.AsSpan((int)(offset - start), length);
    }
}
