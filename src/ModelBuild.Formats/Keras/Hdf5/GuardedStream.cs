using System.Runtime.CompilerServices;

namespace ModelBuild.Formats.Keras.Hdf5;

/// <summary>
/// Stands between the HDF5 library and an untrusted file: counts what is read, and stops structures that refer to themselves, whether the library follows them
/// in a loop or by recursion.
/// </summary>
internal sealed class GuardedStream(Stream inner) : Stream
{
    // Structures are read many times over, a few bytes at a time; a file of size n takes far fewer reads than this.
    private const long ReadsPerByte = 4;
    private const long LeastReads = 1 << 20;

    private readonly long _length = inner.Length;
    private long _readsLeft = LeastReads + (ReadsPerByte * inner.Length);

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_readsLeft-- <= 0)
        {
            throw new InvalidDataException("its structure refers to itself");
        }

        int count = inner.Read(buffer);
        if (count == 0 && buffer.Length > 0)
        {
            throw new EndOfStreamException("it ends too early");
        }

        BytesRead += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
