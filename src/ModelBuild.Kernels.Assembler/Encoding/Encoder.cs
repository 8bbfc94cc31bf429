using System.Buffers.Binary;
using System.Numerics;

namespace ModelBuild.Kernels.Assembler.Encoding;

/// <summary>
/// Writes x64 machine code: the vector instructions of <see cref="VectorInstructions"/> and the integer instructions that loops need. Encodings after the
/// instruction-set reference of Intel's Software Developer's Manual, volume 2. Of several encodings it takes the shortest.
/// </summary>
internal sealed partial class Encoder
{
    private readonly List<int> _labels = [];
    private readonly List<(int Position, int Label, int End)> _references = [];
    private byte[] _code = new byte[2048];
    private int _length;

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>A label without a place yet.</summary>
    public Label NewLabel()
    {
        _labels.Add(-1);
        return new Label(_labels.Count - 1);
    }

    /// <summary>Puts a label here.</summary>
    public void Place(Label label)
    {
        if (_labels[label.Id] >= 0)
        {
            throw new InvalidOperationException("The label has a place already.");
        }

        _labels[label.Id] = _length;
    }

    /// <summary>A label that lies here.</summary>
    public Label Here()
    {
        Label label = NewLabel();
        Place(label);
        return label;
    }

    /// <summary>Fills up with instructions that do nothing, to a multiple of <paramref name="alignment"/> bytes (a power of two up to 64).</summary>
    public void Align(int alignment)
    {
        for (int rest = -_length & (alignment - 1); rest > 0;)
        {
            rest -= Nop(Math.Min(rest, 9));
        }
    }

    /// <summary>Data: a value of four bytes.</summary>
    public void Data(uint value) => Int32((int)value);

    /// <summary>The code, with all labels resolved.</summary>
    public byte[] Finish()
    {
        foreach ((int position, int label, int end) in _references)
        {
            int target = _labels[label];
            if (target < 0)
            {
                throw new InvalidOperationException("A label has no place.");
            }

            Span<byte> field = _code.AsSpan(position);
            BinaryPrimitives.WriteInt32LittleEndian(field, BinaryPrimitives.ReadInt32LittleEndian(field) + target - end);
        }

        _references.Clear();
        return _code.AsSpan(0, _length).ToArray();
    }

    private void Byte(int value)
    {
        if (_length == _code.Length)
        {
            Array.Resize(ref _code, 2 * _length);
        }

        _code[_length++] = (byte)value;
    }

    private void Int32(int value)
    {
        Byte(value);
        Byte(value >> 8);
        Byte(value >> 16);
        Byte(value >> 24);
    }

    private void Reference(Label label, int addend, int bytesAfter)
    {
        _references.Add((_length, label.Id, _length + 4 + bytesAfter));
        Int32(addend);
    }

    /// <summary>ModRM byte, SIB byte and displacement.</summary>
    /// <param name="field">Low three bits go to the field reg.</param>
    /// <param name="address">The operand.</param>
    /// <param name="unit">What an 8-bit displacement counts in: 1 except for EVEX.</param>
    /// <param name="bytesAfter">Bytes of the instruction after the displacement.</param>
    private void Memory(int field, Address address, int unit, int bytesAfter = 0)
    {
        field = (field & 7) << 3;
        if (address.Code is { } label)
        {
            Byte(field | 5);
            Reference(label, address.Displacement, bytesAfter);
            return;
        }

        if (address.Index == Register.Rsp || address.Base == Register.None)
        {
            throw new ArgumentException("No such address.", nameof(address));
        }

        int low = (int)address.Base & 7;
        bool sib = address.Index != Register.None || low == 4;
        // Base 5 with mode 0 would mean something else.
        int mode = address.Displacement == 0 && low != 5 ? 0
            : address.Displacement % unit == 0 && address.Displacement / unit is >= sbyte.MinValue and <= sbyte.MaxValue ? 1 : 2;
        Byte((mode << 6) | field | (sib ? 4 : low));
        if (sib)
        {
            int index = address.Index == Register.None ? 4 : (int)address.Index & 7;
            Byte((BitOperations.Log2((uint)address.Scale) << 6) | (index << 3) | low);
        }

        if (mode == 1)
        {
            Byte(address.Displacement / unit);
        }
        else if (mode == 2)
        {
            Int32(address.Displacement);
        }
    }

    private static int High(Register register) => register == Register.None ? 0 : ((int)register >> 3) & 1;
}
