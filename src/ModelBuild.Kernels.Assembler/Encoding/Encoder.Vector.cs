namespace ModelBuild.Kernels.Assembler.Encoding;

/// <content>Vector instructions. VEX is taken where it can say the same, because it is shorter and because AVX2 has no other.</content>
internal sealed partial class Encoder
{
    /// <summary>An instruction with two sources: destination = operation(source1, source2).</summary>
    public void Vector(VectorInstruction instruction, VectorRegister destination, VectorRegister source1, VectorRegister source2, int? immediate = null)
    {
        Require(instruction, OperandForm.Three, immediate);
        Registers(instruction, instruction.Opcode, destination, source1.Number, source2.Number);
        Immediate(immediate);
    }

    /// <summary>The same with the second source in memory.</summary>
    /// <param name="instruction">Which.</param>
    /// <param name="destination">Result.</param>
    /// <param name="source1">First source.</param>
    /// <param name="source2">Second source.</param>
    /// <param name="broadcast">Whether the memory holds one element for all lanes (AVX-512).</param>
    /// <param name="immediate">Byte that some instructions take.</param>
    public void Vector(VectorInstruction instruction, VectorRegister destination, VectorRegister source1, Address source2, bool broadcast = false, int? immediate = null)
    {
        Require(instruction, OperandForm.Three, immediate);
        WithMemory(instruction, instruction.Opcode, destination, source1.Number, source2, broadcast, MaskRegister.K0, bytesAfter: immediate is null ? 0 : 1);
        Immediate(immediate);
    }

    /// <summary>An instruction with one source.</summary>
    public void Vector(VectorInstruction instruction, VectorRegister destination, VectorRegister source, int? immediate = null)
    {
        Require(instruction, OperandForm.Two, immediate);
        if (!instruction.HasRegisterSource)
        {
            throw new ArgumentException($"{instruction.Name} takes memory only.", nameof(instruction));
        }

        Registers(instruction, instruction.Opcode, destination, 0, source.Number);
        Immediate(immediate);
    }

    /// <summary>An instruction with one source in memory.</summary>
    /// <param name="instruction">Which.</param>
    /// <param name="destination">Result.</param>
    /// <param name="source">Source.</param>
    /// <param name="broadcast">Whether the memory holds one element for all lanes (AVX-512).</param>
    /// <param name="mask">Lanes that are read; the others become zero (AVX-512).</param>
    /// <param name="immediate">Byte that some instructions take.</param>
    public void Vector(VectorInstruction instruction, VectorRegister destination, Address source, bool broadcast = false, MaskRegister mask = MaskRegister.K0, int? immediate = null)
    {
        Require(instruction, OperandForm.Two, immediate);
        WithMemory(instruction, instruction.Opcode, destination, 0, source, broadcast, mask, isZeroing: mask != MaskRegister.K0, bytesAfter: immediate is null ? 0 : 1);
        Immediate(immediate);
    }

    /// <summary>Writes a vector.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">What.</param>
    /// <param name="mask">Lanes that are written (AVX-512).</param>
    public void Store(Address destination, VectorRegister source, MaskRegister mask = MaskRegister.K0) =>
        WithMemory(VectorInstructions.Move, VectorInstructions.Move.Opcode + 1, source, 0, destination, false, mask);

    /// <summary>Makes a register zero: all of it, whatever width is named.</summary>
    public void Zero(VectorRegister register) =>
        Vector(VectorInstructions.Xor, register, register, register);

    /// <summary>Reads the lanes whose sign bit is set in <paramref name="mask"/>; the others become zero (AVX).</summary>
    public void LoadMasked(VectorRegister destination, VectorRegister mask, Address source) => Masked(0x2C, destination, mask, source);

    /// <summary>Writes the lanes whose sign bit is set in <paramref name="mask"/> (AVX).</summary>
    public void StoreMasked(Address destination, VectorRegister mask, VectorRegister source) => Masked(0x2E, source, mask, destination);

    /// <summary>Fills a mask register from the low 16 bits of a register (AVX-512).</summary>
    public void SetMask(MaskRegister destination, Register source)
    {
        Vex(OpcodeMap.M0F, OpcodePrefix.None, VectorWidth.V128, 0, 0, 0, High(source), false);
        Byte(0x92);
        Byte(0xC0 | ((int)destination << 3) | ((int)source & 7));
    }

    /// <summary>Sets the bits of a mask where a comparison of vectors holds: predicate 0 equal, 1 less (AVX-512).</summary>
    public void Compare(MaskRegister destination, VectorRegister left, VectorRegister right, int predicate)
    {
        Evex(VectorInstructions.Compare, left.Width, (int)destination, left.Number, (right.Number >> 4) & 1, (right.Number >> 3) & 1, false, MaskRegister.K0, false);
        Byte(VectorInstructions.Compare.Opcode);
        Byte(0xC0 | ((int)destination << 3) | (right.Number & 7));
        Byte(predicate);
    }

    /// <summary>All ones in the lanes whose bit is set in a mask, zero in the others (AVX-512).</summary>
    public void Expand(VectorRegister destination, MaskRegister source)
    {
        Evex(OpcodeMap.M0F38, OpcodePrefix.PF3, destination.Width, destination.Number, 0, 0, 0, false, MaskRegister.K0, false);
        Byte(0x38);
        Byte(0xC0 | ((destination.Number & 7) << 3) | (int)source);
    }

    /// <summary>destination = source &lt;&lt; bits, in each lane of 32 bits.</summary>
    public void ShiftLeft(VectorRegister destination, VectorRegister source, int bits) => Shift(6, destination, source, bits);

    /// <summary>destination = source &gt;&gt; bits with sign, in each lane of 32 bits.</summary>
    public void ShiftRight(VectorRegister destination, VectorRegister source, int bits) => Shift(4, destination, source, bits);

    /// <summary>Zeroes the upper parts of registers 0 to 15, as conventions ask at every return.</summary>
    public void ZeroUpper()
    {
        Byte(0xC5);
        Byte(0xF8);
        Byte(0x77);
    }

    private void Immediate(int? immediate)
    {
        if (immediate is { } value)
        {
            Byte(value);
        }
    }

    // The register that is written stands where the first source of others does.
    private void Shift(int operation, VectorRegister destination, VectorRegister source, int bits)
    {
        if (destination.Width == VectorWidth.V512 || Math.Max(destination.Number, source.Number) >= 16)
        {
            Evex(OpcodeMap.M0F, OpcodePrefix.P66, destination.Width, 0, destination.Number, (source.Number >> 4) & 1, (source.Number >> 3) & 1, false, MaskRegister.K0, false);
        }
        else
        {
            Vex(OpcodeMap.M0F, OpcodePrefix.P66, destination.Width, 0, destination.Number, 0, source.Number >> 3, false);
        }

        Byte(0x72);
        Byte(0xC0 | (operation << 3) | (source.Number & 7));
        Byte(bits);
    }

    private static void Require(VectorInstruction instruction, OperandForm form, int? immediate)
    {
        if (instruction.Form != form || instruction.HasImmediate != immediate is not null)
        {
            throw new ArgumentException($"{instruction.Name} has other operands.", nameof(instruction));
        }
    }

    private static bool NeedsEvex(VectorInstruction instruction, VectorWidth width, int highest, bool broadcast, MaskRegister mask)
    {
        if ((instruction.Prefixes & PrefixKinds.Vex) == 0)
        {
            return true;
        }

        bool isNeeded = width == VectorWidth.V512 || highest >= 16 || broadcast || mask != MaskRegister.K0;
        return isNeeded && (instruction.Prefixes & PrefixKinds.Evex) == 0 ? throw new ArgumentException($"{instruction.Name} exists without AVX-512 only.", nameof(instruction)) : isNeeded;
    }

    private void Registers(VectorInstruction instruction, int opcode, VectorRegister field, int source1, int low)
    {
        if (NeedsEvex(instruction, field.Width, Math.Max(field.Number, Math.Max(source1, low)), false, MaskRegister.K0))
        {
            Evex(instruction, field.Width, field.Number, source1, (low >> 4) & 1, (low >> 3) & 1, false, MaskRegister.K0, false);
        }
        else
        {
            Vex(instruction.Map, instruction.Prefix, field.Width, field.Number, source1, 0, low >> 3, false);
        }

        Byte(opcode);
        Byte(0xC0 | ((field.Number & 7) << 3) | (low & 7));
    }

    private void WithMemory(VectorInstruction instruction, int opcode, VectorRegister field, int source1, Address address, bool broadcast, MaskRegister mask, bool isZeroing = false, int bytesAfter = 0)
    {
        if (broadcast && instruction.Memory != MemorySize.VectorOrBroadcast)
        {
            throw new ArgumentException($"{instruction.Name} does not broadcast.", nameof(broadcast));
        }

        int unit = 1;
        if (NeedsEvex(instruction, field.Width, Math.Max(field.Number, source1), broadcast, mask))
        {
            unit = instruction.Memory switch
            {
                MemorySize.Scalar => 4,
                MemorySize.Sixteen => 16,
                _ => broadcast ? 4 : field.Size,
            };
            Evex(instruction, field.Width, field.Number, source1, High(address.Index), High(address.Base), broadcast, mask, isZeroing);
        }
        else
        {
            Vex(instruction.Map, instruction.Prefix, field.Width, field.Number, source1, High(address.Index), High(address.Base), false);
        }

        Byte(opcode);
        Memory(field.Number, address, unit, bytesAfter);
    }

    private void Masked(int opcode, VectorRegister field, VectorRegister mask, Address address)
    {
        Vex(OpcodeMap.M0F38, OpcodePrefix.P66, field.Width, field.Number, mask.Number, High(address.Index), High(address.Base), false);
        Byte(opcode);
        Memory(field.Number, address, 1);
    }

    /// <summary>VEX prefix: two bytes where that is enough.</summary>
    private void Vex(OpcodeMap map, OpcodePrefix prefix, VectorWidth width, int field, int source1, int x, int b, bool wide)
    {
        int last = ((~source1 & 15) << 3) | ((int)width << 2) | (int)prefix;
        int r = ~(field >> 3) & 1;
        if (map == OpcodeMap.M0F && x == 0 && b == 0 && !wide)
        {
            Byte(0xC5);
            Byte((r << 7) | last);
            return;
        }

        Byte(0xC4);
        Byte((r << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | (int)map);
        Byte((wide ? 0x80 : 0) | last);
    }

    /// <summary>EVEX prefix. With a register operand, x is bit 4 of its number; with memory, it is bit 3 of the index.</summary>
    private void Evex(VectorInstruction instruction, VectorWidth width, int field, int source1, int x, int b, bool broadcast, MaskRegister mask, bool isZeroing) =>
        Evex(instruction.Map, instruction.Prefix, width, field, source1, x, b, broadcast, mask, isZeroing);

    private void Evex(OpcodeMap map, OpcodePrefix prefix, VectorWidth width, int field, int source1, int x, int b, bool broadcast, MaskRegister mask, bool isZeroing)
    {
        Byte(0x62);
        Byte(((~(field >> 3) & 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | ((~(field >> 4) & 1) << 4) | (int)map);
        Byte(((~source1 & 15) << 3) | 4 | (int)prefix);
        Byte((isZeroing ? 0x80 : 0) | ((int)width << 5) | (broadcast ? 0x10 : 0) | ((~(source1 >> 4) & 1) << 3) | (int)mask);
    }
}
