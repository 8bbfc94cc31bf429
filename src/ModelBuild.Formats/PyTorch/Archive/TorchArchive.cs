using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Archive;

/// <summary>
/// A ZIP archive as PyTorch writes it: all entries under one folder, tensors stored as they are, so that they are used where they lie in
/// the file. Names never become paths. Nothing is unpacked before it is asked for, and never more than declared.
/// </summary>
internal sealed class TorchArchive
{
    private const int EndSize = 22;
    private const int EntrySize = 46;
    private const int LocalSize = 30;
    private const int MaxEntries = 1 << 20;
    private const int MaxTextSize = 1 << 28;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly long _maxUnpacked;
    private long _unpacked;

    private sealed record Entry(int Method, uint Crc, long CompressedSize, long Size, long HeaderOffset);

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="ModelException">MB1001: the archive is damaged.</exception>
    public TorchArchive(MappedFile file, long maxUnpacked)
    {
        File = file;
        _maxUnpacked = maxUnpacked;
        ReadDirectory();
        string[] tops = [.. _entries.Keys.Select(n => n.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? n[..(end + 1)] : "").Distinct().Take(2)];
        Top = tops.Length == 1 ? tops[0] : "";
    }

    /// <summary>The file.</summary>
    public MappedFile File { get; }

    /// <summary>The folder that all entries share, with its slash, or empty.</summary>
    public string Top { get; }

    /// <summary>Names of the entries below <see cref="Top"/>, in ordinal order.</summary>
    public IEnumerable<string> Names => _entries.Keys.Where(n => !n.EndsWith('/')).Select(n => n[Top.Length..]).Order(StringComparer.Ordinal);

    /// <summary>Whether there is an entry of this name below <see cref="Top"/>.</summary>
    public bool Has(string name) => _entries.ContainsKey(Top + name);

    /// <summary>Bytes of an entry when unpacked.</summary>
    public long SizeOf(string name) => Find(name).Size;

    /// <summary>The content of an entry that is no tensor (a pickle, a program), unpacked.</summary>
    /// <exception cref="ModelException">It is missing or damaged (MB1001) or too large (MB1019).</exception>
    public byte[] ReadBytes(string name)
    {
        Entry entry = Find(name);
        if (entry.Size > MaxTextSize)
        {
            throw new ModelException("MB1019", $"'{name}' in the archive unpacks to {entry.Size} bytes, more than the {MaxTextSize} that such an entry may have.", File.Path);
        }

        byte[] bytes = Unpack(name, entry);
        return Crc32.HashToUInt32(bytes) == entry.Crc ? bytes : throw Damaged($"the checksum of '{name}' is wrong");
    }

    /// <summary>The content of an entry as UTF-8 text.</summary>
    public string ReadText(string name) => Encoding.UTF8.GetString(ReadBytes(name));

    /// <summary>A part of an entry as a tensor of one dimension; it stays in the file where it is stored as it is.</summary>
    /// <exception cref="ModelException">It is missing or damaged (MB1001) or unpacks to too much (MB1019).</exception>
    public TensorData ReadTensor(string name, ElementType type, long count)
    {
        Entry entry = Find(name);
        long size;
        try
        {
            size = count < 0 ? -1 : type.ByteSize(count);
        }
        catch (OverflowException)
        {
            size = -1;
        }

        if (size < 0 || size > entry.Size)
        {
            throw Damaged($"'{name}' has {entry.Size} bytes, and {count} elements of {type.Name()} are to be read from it");
        }

        return entry.Method == 0
            ? new FileTensorData(type, [count], File, ContentOffset(name, entry))
            : new MemoryTensorData(type, [count], Unpack(name, entry).AsSpan(0, checked((int)size)).ToArray());
    }

    /// <summary>An MB1001 about this file.</summary>
    public ModelException Damaged(string detail) => FileProblem.Damaged(File.Path, detail);

    private Entry Find(string name) => _entries.TryGetValue(Top + name, out Entry? entry) ? entry : throw Damaged($"the archive has no '{name}'");

    private byte[] Unpack(string name, Entry entry)
    {
        _unpacked += entry.Size;
        if (_unpacked > _maxUnpacked || entry.Size > Array.MaxLength)
        {
            throw new ModelException("MB1019", $"The archive unpacks to more than {_maxUnpacked} bytes.", File.Path);
        }

        long offset = ContentOffset(name, entry);
        if (entry.Method == 0)
        {
            return File.GetBytes(offset, (int)entry.Size).ToArray();
        }

        if (entry.Method != 8)
        {
            throw Damaged($"'{name}' is packed by method {entry.Method}, and only 0 (stored) and 8 (deflate) are used in such files");
        }

        // Deflate packs a byte to no less than 1/1032; a directory that declares more lies.
        if (entry.Size / 1040 > entry.CompressedSize)
        {
            throw Damaged($"'{name}' can't unpack from {entry.CompressedSize} to {entry.Size} bytes");
        }

        var bytes = new byte[entry.Size];
        try
        {
            using var packed = new MemoryStream(File.GetBytes(offset, checked((int)entry.CompressedSize)).ToArray());
            using var stream = new DeflateStream(packed, CompressionMode.Decompress);
            stream.ReadExactly(bytes);
            return stream.ReadByte() < 0 ? bytes : throw Damaged($"'{name}' unpacks to more than its declared {entry.Size} bytes");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or OverflowException)
        {
            throw Damaged($"'{name}' can't be unpacked");
        }
    }

    private long ContentOffset(string name, Entry entry)
    {
        if (entry.HeaderOffset < 0 || entry.HeaderOffset > File.Length - LocalSize)
        {
            throw Damaged($"'{name}' starts at byte {entry.HeaderOffset}, beyond the end of the file");
        }

        ReadOnlySpan<byte> local = File.GetBytes(entry.HeaderOffset, LocalSize);
        long offset = entry.HeaderOffset + LocalSize + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        if (!local.StartsWith("PK\x03\x04"u8) || entry.CompressedSize < 0 || entry.CompressedSize > File.Length - offset || (entry.Method == 0 && entry.CompressedSize != entry.Size))
        {
            throw Damaged($"'{name}' at byte {entry.HeaderOffset} does not lie within the file");
        }

        return offset;
    }

    private void ReadDirectory()
    {
        (long offset, long count, long size) = FindDirectory();
        if (offset < 0 || size < 0 || offset > File.Length - size || count > MaxEntries || count * EntrySize > size)
        {
            throw Damaged("the directory of the archive does not lie within the file");
        }

        long end = offset + size;
        for (long i = 0; i < count; i++)
        {
            if (end - offset < EntrySize)
            {
                throw Damaged($"the directory of the archive ends early at byte {offset}");
            }

            ReadOnlySpan<byte> fixedPart = File.GetBytes(offset, EntrySize);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]);
            int total = EntrySize + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[32..]);
            if (!fixedPart.StartsWith("PK\x01\x02"u8) || end - offset < total)
            {
                throw Damaged($"the directory of the archive is broken at byte {offset}");
            }

            ReadOnlySpan<byte> all = File.GetBytes(offset, total);
            string name = Encoding.UTF8.GetString(all.Slice(EntrySize, nameLength));
            if (!_entries.TryAdd(name, ReadEntry(all, all.Slice(EntrySize + nameLength, extraLength))))
            {
                throw Damaged($"the archive has two entries '{name}'");
            }

            offset += total;
        }
    }

    private Entry ReadEntry(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra)
    {
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        if ((BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]) & 1) != 0)
        {
            throw Damaged("the archive is encrypted");
        }

        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id == 1)
            {
                size = Wide(size, ref field);
                compressed = Wide(compressed, ref field);
                header = Wide(header, ref field);
            }
        }

        return new Entry(BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), compressed, size, header);
    }

    private static long Wide(long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue || field.Length < 8)
        {
            return value;
        }

        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
        return value;
    }

    private (long Offset, long Count, long Size) FindDirectory()
    {
        int tailSize = (int)Math.Min(File.Length, EndSize + ushort.MaxValue);
        ReadOnlySpan<byte> tail = File.GetBytes(File.Length - tailSize, tailSize);
        int at = tail.LastIndexOf("PK\x05\x06"u8);
        if (at < 0 || tail.Length - at < EndSize)
        {
            throw Damaged("the archive has no directory at its end; the file may be cut off");
        }

        ReadOnlySpan<byte> end = tail[at..];
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (at < 20 || !tail[(at - 20)..].StartsWith("PK\x06\x07"u8))
        {
            return (offset, count, size);
        }

        long wide = BinaryPrimitives.ReadInt64LittleEndian(tail[(at - 12)..]);
        if (wide < 0 || wide > File.Length - 56 || !File.GetBytes(wide, 56).StartsWith("PK\x06\x06"u8))
        {
            throw Damaged("the 64-bit directory of the archive does not lie within the file");
        }

        ReadOnlySpan<byte> record = File.GetBytes(wide, 56);
        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]));
    }
}
