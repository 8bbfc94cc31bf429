namespace ModelBuild.Kernels.Assembler.Encoding;

/// <summary>Map of opcodes, as prefixes number it.</summary>
internal enum OpcodeMap : byte
{
    M0F = 1, M0F38 = 2, M0F3A = 3,
}

/// <summary>Mandatory prefix, as the field pp of a prefix.</summary>
internal enum OpcodePrefix : byte
{
    None, P66, PF3, PF2,
}

/// <summary>Which bytes a memory operand has; an 8-bit displacement of EVEX counts in units of it.</summary>
internal enum MemorySize : byte
{
    /// <summary>As many as the vector register; EVEX can broadcast one element of four bytes instead.</summary>
    VectorOrBroadcast,
    /// <summary>As many as the vector register.</summary>
    Vector,
    /// <summary>Four.</summary>
    Scalar,
    /// <summary>Sixteen.</summary>
    Sixteen,
}

/// <summary>Operands of an instruction.</summary>
internal enum OperandForm : byte
{
    /// <summary>Destination, source, source or memory.</summary>
    Three,
    /// <summary>Destination, source or memory.</summary>
    Two,
}

/// <summary>Whether a form exists with VEX, EVEX or both.</summary>
[Flags]
internal enum PrefixKinds : byte
{
    Vex = 1, Evex = 2, Both = 3,
}

/// <summary>One vector instruction of elements of four bytes.</summary>
/// <param name="Name">Mnemonic.</param>
/// <param name="Form">Operands.</param>
/// <param name="Map">Map of the opcode.</param>
/// <param name="Prefix">Mandatory prefix.</param>
/// <param name="Opcode">Opcode.</param>
/// <param name="Memory">Bytes of the memory operand.</param>
/// <param name="Prefixes">Which prefixes it can have.</param>
/// <param name="HasImmediate">Whether a byte follows.</param>
/// <param name="HasRegisterSource">Whether the last source can be a register.</param>
internal sealed record VectorInstruction(
    string Name,
    OperandForm Form,
    OpcodeMap Map,
    OpcodePrefix Prefix,
    byte Opcode,
    MemorySize Memory = MemorySize.VectorOrBroadcast,
    PrefixKinds Prefixes = PrefixKinds.Both,
    bool HasImmediate = false,
    bool HasRegisterSource = true);

/// <summary>The vector instructions that kernels may use. The tests go through <see cref="All"/> and check each form of each.</summary>
internal static class VectorInstructions
{
    private static readonly List<VectorInstruction> s_all = [];

    public static readonly VectorInstruction Add = Three("vaddps", OpcodeMap.M0F, OpcodePrefix.None, 0x58);
    public static readonly VectorInstruction Subtract = Three("vsubps", OpcodeMap.M0F, OpcodePrefix.None, 0x5C);
    public static readonly VectorInstruction Multiply = Three("vmulps", OpcodeMap.M0F, OpcodePrefix.None, 0x59);
    public static readonly VectorInstruction Divide = Three("vdivps", OpcodeMap.M0F, OpcodePrefix.None, 0x5E);

    /// <summary>The second source when either is NaN or both are zero.</summary>
    public static readonly VectorInstruction Min = Three("vminps", OpcodeMap.M0F, OpcodePrefix.None, 0x5D);

    /// <summary>The second source when either is NaN or both are zero.</summary>
    public static readonly VectorInstruction Max = Three("vmaxps", OpcodeMap.M0F, OpcodePrefix.None, 0x5F);
    public static readonly VectorInstruction And = Three("vandps", OpcodeMap.M0F, OpcodePrefix.None, 0x54);
    public static readonly VectorInstruction AndNot = Three("vandnps", OpcodeMap.M0F, OpcodePrefix.None, 0x55);
    public static readonly VectorInstruction Or = Three("vorps", OpcodeMap.M0F, OpcodePrefix.None, 0x56);
    public static readonly VectorInstruction Xor = Three("vxorps", OpcodeMap.M0F, OpcodePrefix.None, 0x57);
    public static readonly VectorInstruction AddInt32 = Three("vpaddd", OpcodeMap.M0F, OpcodePrefix.P66, 0xFE);
    public static readonly VectorInstruction SubtractInt32 = Three("vpsubd", OpcodeMap.M0F, OpcodePrefix.P66, 0xFA);

    /// <summary>destination = destination * last source + middle source, rounded once.</summary>
    public static readonly VectorInstruction MultiplyAdd132 = Three("vfmadd132ps", OpcodeMap.M0F38, OpcodePrefix.P66, 0x98);

    /// <summary>destination = middle source * destination + last source, rounded once.</summary>
    public static readonly VectorInstruction MultiplyAdd213 = Three("vfmadd213ps", OpcodeMap.M0F38, OpcodePrefix.P66, 0xA8);

    /// <summary>destination += middle source * last source, rounded once.</summary>
    public static readonly VectorInstruction MultiplyAdd231 = Three("vfmadd231ps", OpcodeMap.M0F38, OpcodePrefix.P66, 0xB8);

    /// <summary>destination = last source - middle source * destination, rounded once.</summary>
    public static readonly VectorInstruction NegatedMultiplyAdd213 = Three("vfnmadd213ps", OpcodeMap.M0F38, OpcodePrefix.P66, 0xAC);

    /// <summary>destination -= middle source * last source, rounded once.</summary>
    public static readonly VectorInstruction NegatedMultiplyAdd231 = Three("vfnmadd231ps", OpcodeMap.M0F38, OpcodePrefix.P66, 0xBC);

    public static readonly VectorInstruction SquareRoot = Two("vsqrtps", OpcodeMap.M0F, OpcodePrefix.None, 0x51);
    public static readonly VectorInstruction ToFloat = Two("vcvtdq2ps", OpcodeMap.M0F, OpcodePrefix.None, 0x5B);
    public static readonly VectorInstruction ToInt32 = Two("vcvtps2dq", OpcodeMap.M0F, OpcodePrefix.P66, 0x5B);

    /// <summary>Loads, or copies a register. <c>Encoder.Store</c> writes.</summary>
    public static readonly VectorInstruction Move = Two("vmovups", OpcodeMap.M0F, OpcodePrefix.None, 0x10, MemorySize.Vector);
    public static readonly VectorInstruction Broadcast = Two("vbroadcastss", OpcodeMap.M0F38, OpcodePrefix.P66, 0x18, MemorySize.Scalar, registerSource: false);

    /// <summary>Rounds to an integer: immediate 8 to the nearest, 9 downwards. With AVX-512 the same opcode is called vrndscaleps.</summary>
    public static readonly VectorInstruction Round = Listed(new("vroundps", OperandForm.Two, OpcodeMap.M0F3A, OpcodePrefix.P66, 0x08, HasImmediate: true));

    /// <summary>All ones where the comparison holds: immediate 0 equal, 1 less. <see cref="Encoder.Compare(MaskRegister, VectorRegister, VectorRegister, int)"/> is the one of AVX-512.</summary>
    public static readonly VectorInstruction Compare = Listed(new("vcmpps", OperandForm.Three, OpcodeMap.M0F, OpcodePrefix.None, 0xC2, Prefixes: PrefixKinds.Vex, HasImmediate: true));

    /// <summary>destination = bits that the immediate, a table of truth, gives for those of destination, middle and last source.</summary>
    public static readonly VectorInstruction Ternary = Listed(new("vpternlogd", OperandForm.Three, OpcodeMap.M0F3A, OpcodePrefix.P66, 0x25, Prefixes: PrefixKinds.Evex, HasImmediate: true));

    /// <summary>Last source where the sign of the register named by the immediate's upper half is set, else the middle one.</summary>
    public static readonly VectorInstruction Blend = Listed(new("vblendvps", OperandForm.Three, OpcodeMap.M0F3A, OpcodePrefix.P66, 0x4A, MemorySize.Vector, PrefixKinds.Vex, HasImmediate: true));

    /// <summary>Every one.</summary>
    public static IReadOnlyList<VectorInstruction> All => s_all;

    private static VectorInstruction Three(string name, OpcodeMap map, OpcodePrefix prefix, byte opcode) =>
        Listed(new VectorInstruction(name, OperandForm.Three, map, prefix, opcode));

    private static VectorInstruction Two(string name, OpcodeMap map, OpcodePrefix prefix, byte opcode, MemorySize memory = MemorySize.VectorOrBroadcast, bool registerSource = true) =>
        Listed(new VectorInstruction(name, OperandForm.Two, map, prefix, opcode, memory, HasRegisterSource: registerSource));

    private static VectorInstruction Listed(VectorInstruction instruction)
    {
        s_all.Add(instruction);
        return instruction;
    }
}
