namespace ModelBuild.Kernels.Assembler.Encoding;

/// <summary>General-purpose register, numbered as in machine code.</summary>
internal enum Register : byte
{
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,

    /// <summary>Not a register.</summary>
    None = 255,
}

/// <summary>Bits of a vector register, as the field L'L of a prefix.</summary>
internal enum VectorWidth : byte
{
    V128, V256, V512,
}

/// <summary>Vector register: 0 to 15 can be had with VEX, 16 to 31 and 512 bits with EVEX only.</summary>
internal readonly record struct VectorRegister(int Number, VectorWidth Width)
{
    /// <summary>Bytes.</summary>
    public int Size => 16 << (int)Width;

    /// <summary>128 bits of register <paramref name="number"/>.</summary>
    public static VectorRegister Xmm(int number) => new(number, VectorWidth.V128);

    /// <summary>256 bits of register <paramref name="number"/>.</summary>
    public static VectorRegister Ymm(int number) => new(number, VectorWidth.V256);

    /// <summary>512 bits of register <paramref name="number"/>.</summary>
    public static VectorRegister Zmm(int number) => new(number, VectorWidth.V512);
}

/// <summary>Mask register of AVX-512; <see cref="K0"/> as a write mask means none.</summary>
internal enum MaskRegister : byte
{
    K0, K1, K2, K3, K4, K5, K6, K7,
}

/// <summary>Condition of a jump or of a move, numbered as in machine code.</summary>
internal enum Condition : byte
{
    Below = 2, AboveOrEqual = 3, Equal = 4, NotEqual = 5, BelowOrEqual = 6, Above = 7, Negative = 8, NotNegative = 9, Less = 12, GreaterOrEqual = 13, LessOrEqual = 14, Greater = 15,
}

/// <summary>Place in the code that jumps and addresses refer to; made by <see cref="Encoder.NewLabel"/>.</summary>
internal readonly record struct Label(int Id);

/// <summary>Memory operand: base + index * scale + displacement, or a place in the code itself.</summary>
internal readonly record struct Address(Register Base, int Displacement = 0, Register Index = Register.None, int Scale = 1, Label? Code = null)
{
    /// <summary>Bytes of the code at <paramref name="label"/> plus <paramref name="displacement"/>.</summary>
    public static Address Of(Label label, int displacement = 0) => new(Register.None, displacement, Code: label);

    /// <summary>The same <paramref name="bytes"/> further.</summary>
    public Address Plus(int bytes) => this with { Displacement = Displacement + bytes };
}
