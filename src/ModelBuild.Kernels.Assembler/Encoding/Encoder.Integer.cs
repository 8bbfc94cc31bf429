namespace ModelBuild.Kernels.Assembler.Encoding;

/// <content>Integer instructions. Without a note they work on 64 bits.</content>
internal sealed partial class Encoder
{
    /// <summary>destination = source.</summary>
    public void Move(Register destination, Register source) => RegisterRegister(0x89, source, destination);

    /// <summary>destination = 8 bytes of memory.</summary>
    public void Load(Register destination, Address source) => RegisterMemory(0x8B, destination, source, wide: true);

    /// <summary>destination = 4 bytes of memory, without sign.</summary>
    public void Load32(Register destination, Address source) => RegisterMemory(0x8B, destination, source, wide: false);

    /// <summary>destination = 4 bytes of memory, with sign.</summary>
    public void LoadSigned32(Register destination, Address source) => RegisterMemory(0x63, destination, source, wide: true);

    /// <summary>8 bytes of memory = source.</summary>
    public void Store(Address destination, Register source) => RegisterMemory(0x89, source, destination, wide: true);

    /// <summary>destination = address.</summary>
    public void LoadAddress(Register destination, Address source) => RegisterMemory(0x8D, destination, source, wide: true);

    /// <summary>destination = value, not below zero.</summary>
    public void Set(Register destination, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        if (destination >= Register.R8)
        {
            Byte(0x41);
        }

        Byte(0xB8 | ((int)destination & 7));
        Int32(value);
    }

    /// <summary>destination += source.</summary>
    public void Add(Register destination, Register source) => RegisterRegister(0x01, source, destination);

    /// <summary>destination -= source.</summary>
    public void Subtract(Register destination, Register source) => RegisterRegister(0x29, source, destination);

    /// <summary>Compares two registers.</summary>
    public void Compare(Register left, Register right) => RegisterRegister(0x39, right, left);

    /// <summary>Sets the flags after left AND right.</summary>
    public void Test(Register left, Register right) => RegisterRegister(0x85, right, left);

    /// <summary>destination += 8 bytes of memory.</summary>
    public void Add(Register destination, Address source) => RegisterMemory(0x03, destination, source, wide: true);

    /// <summary>Compares a register with 8 bytes of memory.</summary>
    public void Compare(Register left, Address right) => RegisterMemory(0x3B, left, right, wide: true);

    /// <summary>destination *= source.</summary>
    public void Multiply(Register destination, Register source)
    {
        Rex(true, destination, Register.None, source);
        Byte(0x0F);
        Byte(0xAF);
        Byte(0xC0 | (((int)destination & 7) << 3) | ((int)source & 7));
    }

    /// <summary>destination = 8 bytes of memory when a condition holds; the memory is read anyway.</summary>
    public void LoadIf(Condition condition, Register destination, Address source)
    {
        Rex(true, destination, source.Index, source.Base);
        Byte(0x0F);
        Byte(0x40 | (int)condition);
        Memory((int)destination, source, 1);
    }

    /// <summary>destination += value.</summary>
    public void Add(Register destination, int value) => Immediate(0, destination, value);

    /// <summary>destination -= value.</summary>
    public void Subtract(Register destination, int value) => Immediate(5, destination, value);

    /// <summary>destination &amp;= value.</summary>
    public void And(Register destination, int value) => Immediate(4, destination, value);

    /// <summary>Compares with a value.</summary>
    public void Compare(Register left, int value) => Immediate(7, left, value);

    /// <summary>destination &lt;&lt;= bits.</summary>
    public void ShiftLeft(Register destination, int bits) => Shift(4, destination, bits);

    /// <summary>destination &gt;&gt;= bits, without sign.</summary>
    public void ShiftRight(Register destination, int bits) => Shift(5, destination, bits);

    /// <summary>Pushes a register.</summary>
    public void Push(Register register) => OneByte(0x50, register);

    /// <summary>Pops a register.</summary>
    public void Pop(Register register) => OneByte(0x58, register);

    /// <summary>Jumps when a condition holds.</summary>
    public void Jump(Condition condition, Label target)
    {
        if (_labels[target.Id] is var place and >= 0 && place - (_length + 2) >= sbyte.MinValue)
        {
            Byte(0x70 | (int)condition);
            Byte(place - (_length + 1));
            return;
        }

        Byte(0x0F);
        Byte(0x80 | (int)condition);
        Reference(target, 0, 0);
    }

    /// <summary>Jumps.</summary>
    public void Jump(Label target)
    {
        if (_labels[target.Id] is var place and >= 0 && place - (_length + 2) >= sbyte.MinValue)
        {
            Byte(0xEB);
            Byte(place - (_length + 1));
            return;
        }

        Byte(0xE9);
        Reference(target, 0, 0);
    }

    /// <summary>Asks for a cache line, into all levels.</summary>
    public void Prefetch(Address source)
    {
        Rex(false, Register.None, source.Index, source.Base);
        Byte(0x0F);
        Byte(0x18);
        Memory(1, source, 1);
    }

    /// <summary>edx:eax = extended control register ecx.</summary>
    public void ReadExtendedControl()
    {
        Byte(0x0F);
        Byte(0x01);
        Byte(0xD0);
    }

    /// <summary>Returns to the caller.</summary>
    public void Return() => Byte(0xC3);

    private int Nop(int bytes)
    {
        // The forms that both makers recommend; above 3 bytes they are "nop [rax + ...]".
        ReadOnlySpan<byte> code = bytes switch
        {
            1 => [0x90],
            2 => [0x66, 0x90],
            3 => [0x0F, 0x1F, 0x00],
            4 => [0x0F, 0x1F, 0x40, 0x00],
            5 => [0x0F, 0x1F, 0x44, 0x00, 0x00],
            6 => [0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
            7 => [0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00],
            8 => [0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
            _ => [0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
        };
        foreach (byte part in code)
        {
            Byte(part);
        }

        return code.Length;
    }

    private void Rex(bool wide, Register field, Register index, Register low)
    {
        int rex = 0x40 | (wide ? 8 : 0) | (High(field) << 2) | (High(index) << 1) | High(low);
        if (rex != 0x40)
        {
            Byte(rex);
        }
    }

    private void RegisterRegister(int opcode, Register field, Register low)
    {
        Rex(true, field, Register.None, low);
        Byte(opcode);
        Byte(0xC0 | (((int)field & 7) << 3) | ((int)low & 7));
    }

    private void RegisterMemory(int opcode, Register field, Address address, bool wide)
    {
        Rex(wide, field, address.Index, address.Base);
        Byte(opcode);
        Memory((int)field, address, 1);
    }

    private void Immediate(int operation, Register register, int value)
    {
        Rex(true, Register.None, Register.None, register);
        bool isSmall = value is >= sbyte.MinValue and <= sbyte.MaxValue;
        if (!isSmall && register == Register.Rax)
        {
            Byte((operation << 3) | 5);
        }
        else
        {
            Byte(isSmall ? 0x83 : 0x81);
            Byte(0xC0 | (operation << 3) | ((int)register & 7));
        }

        if (isSmall)
        {
            Byte(value);
        }
        else
        {
            Int32(value);
        }
    }

    private void Shift(int operation, Register register, int bits)
    {
        Rex(true, Register.None, Register.None, register);
        Byte(bits == 1 ? 0xD1 : 0xC1);
        Byte(0xC0 | (operation << 3) | ((int)register & 7));
        if (bits != 1)
        {
            Byte(bits);
        }
    }

    private void OneByte(int opcode, Register register)
    {
        Rex(false, Register.None, Register.None, register);
        Byte(opcode | ((int)register & 7));
    }
}
