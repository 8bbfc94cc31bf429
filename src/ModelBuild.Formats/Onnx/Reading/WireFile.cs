using Microsoft.Win32.SafeHandles;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Reads protobuf's wire format from a file at any position, through one small buffer, so that skipping a payload reads nothing of it.</summary>
internal sealed class WireFile : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[BufferSize];
    private long _bufferStart;
    private int _bufferLength;

    public WireFile(string path)
    {
        Path = path;
        try
        {
            _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
            Length = RandomAccess.GetLength(_handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _handle?.Dispose();
            throw FileProblem.CannotRead(path, e);
        }

        if (Length == 0)
        {
            _handle.Dispose();
            throw FileProblem.Empty(path);
        }
    }

    public string Path { get; }

    public long Length { get; }

    public long Position { get; set; }

    public byte ReadByte()
    {
        long index = Position - _bufferStart;
        if ((ulong)index >= (ulong)_bufferLength)
        {
            Fill();
            index = 0;
        }

        Position++;
        return _buffer[index];
    }

    /// <summary>Reads a base-128 number that ends before <paramref name="end"/>.</summary>
    public ulong ReadVarint(long end)
    {
        ulong result = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (Position >= end)
            {
                throw Overrun(end, "a number");
            }

            byte b = ReadByte();
            result |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return result;
            }
        }

        throw FileProblem.Damaged(Path, $"the number before byte {Position} has more than ten bytes");
    }

    /// <summary>Copies bytes from <paramref name="start"/> and moves there.</summary>
    public void Read(long start, Span<byte> destination)
    {
        long index = start - _bufferStart;
        if (index >= 0 && index + destination.Length <= _bufferLength)
        {
            _buffer.AsSpan((int)index, destination.Length).CopyTo(destination);
            Position = start + destination.Length;
            return;
        }

        Position = start;
        while (destination.Length > 0)
        {
            int read = ReadAt(destination, Position);
            Position += read;
            destination = destination[read..];
        }
    }

    /// <summary>The error for something that ends after <paramref name="end"/>, which is the file's end or that of a message within it.</summary>
    public ModelException Overrun(long end, string what) => end == Length
        ? new ModelException("MB1004", $"The file ends at byte {Length} in the middle of {what}. It is truncated; get it again.", Path)
        : FileProblem.Damaged(Path, $"{what} at byte {Position} runs past the end of its message");

    public void Dispose() => _handle.Dispose();

    private void Fill()
    {
        _bufferStart = Position;
        _bufferLength = ReadAt(_buffer, Position);
    }

    private int ReadAt(Span<byte> destination, long position)
    {
        try
        {
            int read = RandomAccess.Read(_handle, destination, position);
            return read > 0 ? read : throw new ModelException("MB1004", $"The file ended at byte {position} while it was read.", Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileProblem.CannotRead(Path, e);
        }
    }
}
