using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Files;

/// <summary>The bytes of a file, or what an encrypted file unfolds to.</summary>
internal abstract class ByteSource(string path, long length)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Number of bytes.</summary>
    public long Length { get; } = length;

    /// <summary>A part of the bytes that the caller has checked to lie within <see cref="Length"/>.</summary>
    public abstract ReadOnlySpan<byte> Read(long offset, int count);

    /// <summary>A tensor whose elements start at <paramref name="offset"/>; the caller has checked that they end within <see cref="Length"/>.</summary>
    public abstract TensorData Tensor(ElementType type, ReadOnlySpan<long> dimensions, long offset);
}

/// <summary>Bytes that stay in their file.</summary>
internal sealed class MappedSource(MappedFile file) : ByteSource(file.Path, file.Length)
{
    public override ReadOnlySpan<byte> Read(long offset, int count) => file.GetBytes(offset, count);

    public override TensorData Tensor(ElementType type, ReadOnlySpan<long> dimensions, long offset) => new FileTensorData(type, dimensions, file, offset);
}

/// <summary>Bytes in memory.</summary>
internal sealed class MemorySource(string path, ReadOnlyMemory<byte> bytes) : ByteSource(path, bytes.Length)
{
    public override ReadOnlySpan<byte> Read(long offset, int count) => bytes.Span.Slice((int)offset, count);

    public override TensorData Tensor(ElementType type, ReadOnlySpan<long> dimensions, long offset) => new Part(type, dimensions, bytes[(int)offset..]);

    private sealed class Part(ElementType type, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> bytes) : TensorData(type, dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, ByteLength);
            return bytes.Span.Slice((int)offset, length);
        }
    }
}
