using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.FlatBuffers;

/// <summary>A table: fields by slot number, in the order of the schema. An omitted field has the schema's default, which the caller names.</summary>
internal readonly struct FlatTable
{
    private const int VTableHeader = 4;

    private readonly FlatBuffer? _buffer;
    private readonly long _position;
    private readonly long _vtable;
    private readonly int _vtableSize;

    internal FlatTable(FlatBuffer buffer, long position)
    {
        _buffer = buffer;
        _position = position;
        _vtable = position - BinaryPrimitives.ReadInt32LittleEndian(buffer.Read(position, 4));
        _vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(buffer.Read(_vtable, 2));
        if (_vtableSize < VTableHeader || (_vtableSize & 1) != 0)
        {
            throw buffer.Damaged(_vtable, $"a table's directory has {_vtableSize} bytes");
        }

        buffer.Read(_vtable, _vtableSize);
    }

    /// <summary>Whether there is no table: every field has its default.</summary>
    public bool IsAbsent => _buffer is null;

    /// <summary>Where the table stands in the file.</summary>
    public long Position => _position;

    /// <summary>Whether a field was written.</summary>
    public bool Has(int slot) => Field(slot) != 0;

    public bool Bool(int slot, bool defaultValue = false) => Field(slot) is var p and not 0 ? _buffer!.Read(p, 1)[0] != 0 : defaultValue;

    public byte Byte(int slot, byte defaultValue = 0) => Field(slot) is var p and not 0 ? _buffer!.Read(p, 1)[0] : defaultValue;

    public sbyte SByte(int slot, sbyte defaultValue = 0) => Field(slot) is var p and not 0 ? (sbyte)_buffer!.Read(p, 1)[0] : defaultValue;

    public short Int16(int slot, short defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadInt16LittleEndian(_buffer!.Read(p, 2)) : defaultValue;

    public int Int32(int slot, int defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadInt32LittleEndian(_buffer!.Read(p, 4)) : defaultValue;

    public uint UInt32(int slot, uint defaultValue = 0) => Field(slot) is var p and not 0 ? _buffer!.UInt32(p) : defaultValue;

    public long Int64(int slot, long defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadInt64LittleEndian(_buffer!.Read(p, 8)) : defaultValue;

    public ulong UInt64(int slot, ulong defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadUInt64LittleEndian(_buffer!.Read(p, 8)) : defaultValue;

    public float Float(int slot, float defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadSingleLittleEndian(_buffer!.Read(p, 4)) : defaultValue;

    public double Double(int slot, double defaultValue = 0) => Field(slot) is var p and not 0 ? BinaryPrimitives.ReadDoubleLittleEndian(_buffer!.Read(p, 8)) : defaultValue;

    /// <summary>A text; empty when omitted. Invalid UTF-8 becomes the replacement character.</summary>
    public string Text(int slot) => Encoding.UTF8.GetString(Elements<byte>(slot));

    /// <summary>A nested table; <see cref="IsAbsent"/> when omitted.</summary>
    public FlatTable Table(int slot) => Field(slot) is var p and not 0 ? new FlatTable(_buffer!, _buffer!.Follow(p)) : default;

    /// <summary>Tables of a list; empty when omitted. Each is checked when it is asked for.</summary>
    public FlatTables Tables(int slot)
    {
        if (Field(slot) is not (var p and not 0))
        {
            return default;
        }

        (long start, long count) = _buffer!.Vector(_buffer.Follow(p), 4);
        return new FlatTables(_buffer, start, (int)count);
    }

    /// <summary>Texts of a list.</summary>
    public string[] Texts(int slot)
    {
        if (Field(slot) is not (var p and not 0))
        {
            return [];
        }

        (long start, long count) = _buffer!.Vector(_buffer.Follow(p), 4);
        _buffer.Charge(count * 8, start);
        var texts = new string[count];
        for (long i = 0; i < count; i++)
        {
            (long textStart, long length) = _buffer.Vector(_buffer.Follow(start + (4 * i)), 1);
            _buffer.Charge(length, textStart);
            texts[i] = Encoding.UTF8.GetString(_buffer.Read(textStart, (int)length));
        }

        return texts;
    }

    public byte[] Bytes(int slot) => Elements<byte>(slot);

    public ushort[] UInt16s(int slot) => Elements<ushort>(slot);

    public int[] Int32s(int slot) => Elements<int>(slot);

    public long[] Int64s(int slot) => Elements<long>(slot);

    public float[] Floats(int slot) => Elements<float>(slot);

    public double[] Doubles(int slot) => Elements<double>(slot);

    /// <summary>Where a list of scalars lies in the file, without copying it.</summary>
    /// <param name="slot">The field.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <returns>First byte and length in bytes; both 0 when omitted.</returns>
    public (long Start, long Length) Extent(int slot, int elementSize = 1)
    {
        if (Field(slot) is not (var p and not 0))
        {
            return (0, 0);
        }

        (long start, long count) = _buffer!.Vector(_buffer.Follow(p), elementSize);
        return (start, count * elementSize);
    }

    private T[] Elements<T>(int slot)
        where T : unmanaged
    {
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        (long start, long length) = Extent(slot, size);
        if (length == 0)
        {
            return [];
        }

        _buffer!.Charge(length, start);
        return MemoryMarshal.Cast<byte, T>(_buffer.Read(start, (int)length)).ToArray();
    }

    private long Field(int slot)
    {
        int entry = VTableHeader + (2 * slot);
        if (_buffer is null || entry + 2 > _vtableSize)
        {
            return 0;
        }

        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.Read(_vtable + entry, 2));
        return offset == 0 ? 0 : _position + offset;
    }
}

/// <summary>A list of tables.</summary>
internal readonly struct FlatTables(FlatBuffer? buffer, long start, int count)
{
    public int Count => count;

    /// <exception cref="ModelException">MB1001: the table is damaged.</exception>
    public FlatTable this[int index] => (uint)index < (uint)count
        ? new FlatTable(buffer!, buffer!.Follow(start + (4L * index)))
        : throw new ArgumentOutOfRangeException(nameof(index));
}
