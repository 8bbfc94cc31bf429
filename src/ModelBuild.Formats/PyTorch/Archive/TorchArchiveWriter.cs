using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Archive;

/// <summary>Writes a ZIP archive as PyTorch does: entries under one folder, stored, each content at a multiple of 64 bytes.</summary>
/// <param name="stream">Where it goes; need not seek.</param>
/// <param name="top">The folder, with its slash.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A stream in memory holds nothing to give back.")]
internal sealed class TorchArchiveWriter(Stream stream, string top)
{
    private const int Alignment = 64;

    // 1 January 1980, the earliest date of the format: the same model gives the same bytes.
    private const ushort Date = 0x21;

    private readonly MemoryStream _directory = new();
    private long _position;
    private long _count;

    /// <summary>Adds bytes.</summary>
    public void Add(string name, ReadOnlyMemory<byte> content) =>
        Add(name, content.Length, Crc32.HashToUInt32(content.Span), s => s.Write(content.Span));

    /// <summary>Adds text as UTF-8.</summary>
    public void Add(string name, string content) => Add(name, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(content));

    /// <summary>Adds a tensor's content.</summary>
    public void Add(string name, TensorData data)
    {
        const int Piece = 1 << 20;
        var crc = new Crc32();
        for (long offset = 0; offset < data.ByteLength; offset += Piece)
        {
            crc.Append(data.GetBytes(offset, (int)Math.Min(Piece, data.ByteLength - offset)));
        }

        Add(name, data.ByteLength, crc.GetCurrentHashAsUInt32(), data.CopyTo);
    }

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        long start = _position;
        long size = _directory.Length;
        _directory.Position = 0;
        _directory.CopyTo(stream);
        if (start > uint.MaxValue || _count > ushort.MaxValue)
        {
            Span<byte> wide = stackalloc byte[76];
            wide.Clear();
            "PK\x06\x06"u8.CopyTo(wide);
            BinaryPrimitives.WriteInt64LittleEndian(wide[4..], 44);
            BinaryPrimitives.WriteUInt16LittleEndian(wide[12..], 45);
            BinaryPrimitives.WriteUInt16LittleEndian(wide[14..], 45);
            BinaryPrimitives.WriteInt64LittleEndian(wide[24..], _count);
            BinaryPrimitives.WriteInt64LittleEndian(wide[32..], _count);
            BinaryPrimitives.WriteInt64LittleEndian(wide[40..], size);
            BinaryPrimitives.WriteInt64LittleEndian(wide[48..], start);
            "PK\x06\x07"u8.CopyTo(wide[56..]);
            BinaryPrimitives.WriteInt64LittleEndian(wide[64..], start + size);
            BinaryPrimitives.WriteInt32LittleEndian(wide[72..], 1);
            stream.Write(wide);
        }

        Span<byte> end = stackalloc byte[22];
        end.Clear();
        "PK\x05\x06"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)Math.Min(_count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)Math.Min(_count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)Math.Min(start, uint.MaxValue));
        stream.Write(end);
    }

    private void Add(string name, long size, uint crc, Action<Stream> write)
    {
        byte[] path = Encoding.UTF8.GetBytes(top + name);
        bool isWide = size >= uint.MaxValue;
        int fixedSize = 30 + path.Length + (isWide ? 20 : 0);
        long unaligned = _position + fixedSize + 4;
        int padding = (int)((Alignment - (unaligned % Alignment)) % Alignment);
        var header = new byte[fixedSize + 4 + padding];
        "PK\x03\x04"u8.CopyTo(header);
        WriteCommon(header.AsSpan(4), size, crc, path.Length, header.Length - 30 - path.Length);
        path.CopyTo(header, 30);
        Span<byte> extra = header.AsSpan(30 + path.Length);
        if (isWide)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(extra, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], 16);
            BinaryPrimitives.WriteInt64LittleEndian(extra[4..], size);
            BinaryPrimitives.WriteInt64LittleEndian(extra[12..], size);
            extra = extra[20..];
        }

        "FB"u8.CopyTo(extra);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        extra[4..].Fill((byte)'Z');
        WriteEntry(path, size, crc);
        stream.Write(header);
        write(stream);
        _position += header.Length + size;
        _count++;
    }

    private void WriteEntry(byte[] path, long size, uint crc)
    {
        bool isWide = size >= uint.MaxValue || _position >= uint.MaxValue;
        Span<byte> entry = stackalloc byte[46 + 28];
        entry.Clear();
        "PK\x01\x02"u8.CopyTo(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], 45);
        WriteCommon(entry[6..], isWide ? uint.MaxValue : size, crc, path.Length, isWide ? 28 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[42..], isWide ? uint.MaxValue : (uint)_position);
        _directory.Write(entry[..46]);
        _directory.Write(path);
        if (isWide)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(entry[46..], 1);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[48..], 24);
            BinaryPrimitives.WriteInt64LittleEndian(entry[50..], size);
            BinaryPrimitives.WriteInt64LittleEndian(entry[58..], size);
            BinaryPrimitives.WriteInt64LittleEndian(entry[66..], _position);
            _directory.Write(entry[46..]);
        }
    }

    private static void WriteCommon(Span<byte> at, long size, uint crc, int nameLength, int extraLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, 45);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], 0x800);
        BinaryPrimitives.WriteUInt16LittleEndian(at[8..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(at[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(at[14..], (uint)Math.Min(size, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(at[18..], (uint)Math.Min(size, uint.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(at[22..], (ushort)nameLength);
        BinaryPrimitives.WriteUInt16LittleEndian(at[24..], (ushort)extraLength);
    }
}
