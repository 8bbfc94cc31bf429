using System.Buffers.Binary;

namespace ModelBuild.Kernels;

/// <summary>Reads numbers of an encoded picture; what lies beyond the end is an error with the format's name.</summary>
internal readonly ref struct ByteReader(ReadOnlySpan<byte> bytes, string format, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _format = format;

    /// <summary>All bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A part.</summary>
    public ReadOnlySpan<byte> Slice(long start, long length) =>
        start >= 0 && length >= 0 && start <= _bytes.Length && length <= _bytes.Length - start ? _bytes.Slice((int)start, (int)length) : throw new KernelException($"The {_format} picture ends too early.");

    /// <summary>A byte.</summary>
    public int Byte(long at) => Slice(at, 1)[0];

    /// <summary>A number of 16 bits.</summary>
    public int Short(long at) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Slice(at, 2)) : BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, 2));

    /// <summary>A number of 32 bits.</summary>
    public long Long(long at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Slice(at, 4)) : BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, 4));
}
