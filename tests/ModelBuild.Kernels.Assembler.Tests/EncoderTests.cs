using Iced.Intel;
using ModelBuild.Kernels.Assembler.Encoding;
using Address = ModelBuild.Kernels.Assembler.Encoding.Address;
using Encoder = ModelBuild.Kernels.Assembler.Encoding.Encoder;
using Label = ModelBuild.Kernels.Assembler.Encoding.Label;
using MemorySize = ModelBuild.Kernels.Assembler.Encoding.MemorySize;
using Operand = Iced.Intel.Register;
using Register = ModelBuild.Kernels.Assembler.Encoding.Register;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>Every instruction in every form: Iced's decoder reads what was meant, and Iced's encoder writes the same bytes.</summary>
[TestClass]
public sealed class EncoderTests
{
    private static readonly Register[] s_registers = [.. Enumerable.Range(0, 16).Select(i => (Register)i)];
    private static readonly int[] s_displacements = [0, 1, 4, 32, 60, 64, 100, 127, 128, 508, 512, 4064, 8128, 8192, -1, -4, -64, -128, -129, -512, -8192, -8256, 1 << 20, -(1 << 20)];

    [TestMethod]
    public void Vector_instructions_between_registers()
    {
        int checks = 0;
        foreach (VectorInstruction instruction in VectorInstructions.All.Where(i => i.HasRegisterSource))
        {
            foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            {
                if (!Has(instruction, width))
                {
                    continue;
                }

                int registers = Registers(instruction);
                for (int destination = 0; destination < registers; destination++)
                {
                    for (int source = 0; source < registers; source++)
                    {
                        VectorRegister d = new(destination, width), s1 = new((destination + (7 * source)) % registers, width), s2 = new(source, width);
                        int? immediate = ImmediateOf(instruction, destination);
                        Instruction decoded = Check(code =>
                        {
                            if (instruction.Form == OperandForm.Three)
                            {
                                code.Vector(instruction, d, s1, s2, immediate);
                            }
                            else
                            {
                                code.Vector(instruction, d, s2, immediate);
                            }
                        });
                        AssertName(instruction, decoded);
                        AssertImmediate(immediate, width, decoded);
                        Assert.AreEqual(Of(d), decoded.Op0Register);
                        if (instruction.Form == OperandForm.Three)
                        {
                            Assert.AreEqual(Of(s1), decoded.Op1Register);
                            Assert.AreEqual(Of(s2), decoded.Op2Register);
                        }
                        else
                        {
                            Assert.AreEqual(Of(s2), decoded.Op1Register);
                        }

                        checks++;
                    }
                }
            }
        }

        Assert.IsGreaterThan(50_000, checks);
    }

    [TestMethod]
    public void Vector_instructions_with_memory()
    {
        int number = 0;
        foreach (VectorInstruction instruction in VectorInstructions.All)
        {
            foreach (VectorWidth width in Enum.GetValues<VectorWidth>().Where(width => Has(instruction, width)))
            {
                int registers = Registers(instruction);
                foreach (Address address in Addresses())
                {
                    foreach (bool broadcast in instruction.Memory == MemorySize.VectorOrBroadcast && instruction.Prefixes != PrefixKinds.Vex ? new[] { false, true } : [false])
                    {
                        number++;
                        VectorRegister d = new(number % registers, width), s = new(number * 5 % registers, width);
                        int? immediate = ImmediateOf(instruction, number);
                        Instruction decoded = Check(code =>
                        {
                            if (instruction.Form == OperandForm.Three)
                            {
                                code.Vector(instruction, d, s, address, broadcast, immediate);
                            }
                            else
                            {
                                code.Vector(instruction, d, address, broadcast, immediate: immediate);
                            }
                        });
                        AssertName(instruction, decoded);
                        AssertImmediate(immediate, width, decoded);
                        AssertMemory(address, decoded);
                        Assert.AreEqual(Of(d), decoded.Op0Register);
                        Assert.AreEqual(broadcast, decoded.IsBroadcast);
                        if (instruction.Form == OperandForm.Three)
                        {
                            Assert.AreEqual(Of(s), decoded.Op1Register);
                        }
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Stores_and_masks()
    {
        int number = 0;
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            foreach (Address address in Addresses())
            {
                VectorRegister register = new(++number % 32, width);
                var mask = (MaskRegister)(number % 8);
                Instruction decoded = Check(code => code.Store(address, register, mask));
                AssertName("vmovups", decoded);
                AssertMemory(address, decoded);
                Assert.AreEqual(Of(register), decoded.Op1Register);
                Assert.AreEqual(mask == MaskRegister.K0 ? Operand.None : Operand.K0 + (int)mask, decoded.OpMask);
                Assert.IsFalse(decoded.ZeroingMasking);
                decoded = Check(code => code.Vector(VectorInstructions.Move, register, address, mask: mask));
                AssertMemory(address, decoded);
                Assert.AreEqual(Of(register), decoded.Op0Register);
                Assert.AreEqual(mask == MaskRegister.K0 ? Operand.None : Operand.K0 + (int)mask, decoded.OpMask);
                Assert.AreEqual(mask != MaskRegister.K0, decoded.ZeroingMasking);
                if (width != VectorWidth.V512)
                {
                    VectorRegister low = new(number % 16, width), lanes = new(number * 3 % 16, width);
                    decoded = Check(code => code.LoadMasked(low, lanes, address));
                    AssertName("vmaskmovps", decoded);
                    Assert.AreEqual(Of(low), decoded.Op0Register);
                    Assert.AreEqual(Of(lanes), decoded.Op1Register);
                    AssertMemory(address, decoded);
                    decoded = Check(code => code.StoreMasked(address, lanes, low));
                    AssertName("vmaskmovps", decoded);
                    Assert.AreEqual(Of(lanes), decoded.Op1Register);
                    Assert.AreEqual(Of(low), decoded.Op2Register);
                    AssertMemory(address, decoded);
                }
            }
        }

        foreach (Register register in s_registers)
        {
            for (int mask = 0; mask < 8; mask++)
            {
                Instruction decoded = Check(code => code.SetMask((MaskRegister)mask, register));
                AssertName("kmovw", decoded);
                Assert.AreEqual(Operand.K0 + mask, decoded.Op0Register);
                Assert.AreEqual(Operand.EAX + (int)register, decoded.Op1Register);
            }
        }

        AssertName("vzeroupper", Check(code => code.ZeroUpper()));
    }

    [TestMethod]
    public void Comparisons_into_masks_and_shifts()
    {
        for (int i = 0; i < 32 * 32; i++)
        {
            VectorRegister a = VectorRegister.Zmm(i % 32), b = VectorRegister.Zmm(i / 32);
            var mask = (MaskRegister)(i % 8);
            Instruction decoded = Check(code => code.Compare(mask, a, b, i % 2));
            AssertName("vcmpps", decoded);
            Assert.AreEqual(Operand.K0 + (int)mask, decoded.Op0Register);
            Assert.AreEqual(Of(a), decoded.Op1Register);
            Assert.AreEqual(Of(b), decoded.Op2Register);
            Assert.AreEqual(i % 2, decoded.Immediate8);
            decoded = Check(code => code.Expand(a, mask));
            AssertName("vpmovm2d", decoded);
            Assert.AreEqual(Of(a), decoded.Op0Register);
            Assert.AreEqual(Operand.K0 + (int)mask, decoded.Op1Register);
            foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            {
                VectorRegister to = new(i % 32, width), from = new(i / 32, width);
                foreach ((string name, Action<Encoder> write) in new (string, Action<Encoder>)[] { ("vpslld", code => code.ShiftLeft(to, from, i % 32)), ("vpsrad", code => code.ShiftRight(to, from, i % 32)) })
                {
                    decoded = Check(write);
                    AssertName(name, decoded);
                    Assert.AreEqual(Of(to), decoded.Op0Register);
                    Assert.AreEqual(Of(from), decoded.Op1Register);
                    Assert.AreEqual(i % 32, decoded.Immediate8);
                }
            }
        }
    }

    [TestMethod]
    public void Zero_takes_the_register_as_all_operands()
    {
        for (int i = 0; i < 32; i++)
        {
            Instruction decoded = Check(code => code.Zero(VectorRegister.Zmm(i)));
            AssertName("vxorps", decoded);
            Assert.IsTrue(decoded.Op0Register == Operand.ZMM0 + i && decoded.Op1Register == decoded.Op0Register && decoded.Op2Register == decoded.Op0Register);
        }
    }

    [TestMethod]
    public void Integer_instructions_between_registers()
    {
        foreach (Register a in s_registers)
        {
            foreach (Register b in s_registers)
            {
                TwoRegisters("mov", a, b, code => code.Move(a, b));
                TwoRegisters("add", a, b, code => code.Add(a, b));
                TwoRegisters("sub", a, b, code => code.Subtract(a, b));
                TwoRegisters("cmp", a, b, code => code.Compare(a, b));
                TwoRegisters("test", a, b, code => code.Test(a, b));
                TwoRegisters("imul", a, b, code => code.Multiply(a, b));
            }

            OneRegister("push", a, code => code.Push(a));
            OneRegister("pop", a, code => code.Pop(a));
        }
    }

    [TestMethod]
    public void Integer_instructions_with_values()
    {
        foreach (Register register in s_registers)
        {
            foreach (int value in s_displacements)
            {
                WithValue("add", register, value, code => code.Add(register, value));
                WithValue("sub", register, value, code => code.Subtract(register, value));
                WithValue("and", register, value, code => code.And(register, value));
                WithValue("cmp", register, value, code => code.Compare(register, value));
                if (value >= 0)
                {
                    Instruction decoded = Check(code => code.Set(register, value));
                    AssertName("mov", decoded);
                    Assert.AreEqual(Operand.EAX + (int)register, decoded.Op0Register);
                    Assert.AreEqual((uint)value, decoded.Immediate32);
                }
            }

            for (int bits = 1; bits < 64; bits++)
            {
                foreach ((string name, Action<Encoder> write) in new (string, Action<Encoder>)[] { ("shl", code => code.ShiftLeft(register, bits)), ("shr", code => code.ShiftRight(register, bits)) })
                {
                    Instruction decoded = Check(write);
                    AssertName(name, decoded);
                    Assert.AreEqual(Operand.RAX + (int)register, decoded.Op0Register);
                    Assert.AreEqual((byte)bits, decoded.Immediate8);
                }
            }
        }
    }

    [TestMethod]
    public void Integer_instructions_with_memory()
    {
        foreach (Address address in Addresses())
        {
            foreach (Register register in s_registers)
            {
                WithMemory("mov", Operand.RAX + (int)register, address, code => code.Load(register, address));
                WithMemory("mov", Operand.EAX + (int)register, address, code => code.Load32(register, address));
                WithMemory("movsxd", Operand.RAX + (int)register, address, code => code.LoadSigned32(register, address));
                WithMemory("lea", Operand.RAX + (int)register, address, code => code.LoadAddress(register, address));
                WithMemory("add", Operand.RAX + (int)register, address, code => code.Add(register, address));
                WithMemory("cmp", Operand.RAX + (int)register, address, code => code.Compare(register, address));
                Instruction store = Check(code => code.Store(address, register));
                AssertName("mov", store);
                Assert.AreEqual(Operand.RAX + (int)register, store.Op1Register);
                AssertMemory(address, store);
            }

            foreach ((Condition condition, string suffix) in s_conditions)
            {
                WithMemory("cmov" + suffix, Operand.R9, address, code => code.LoadIf(condition, Register.R9, address));
            }

            Instruction prefetch = Check(code => code.Prefetch(address));
            AssertName("prefetcht0", prefetch);
            AssertMemory(address, prefetch);
        }
    }

    private static readonly (Condition, string)[] s_conditions =
    [
        (Condition.Below, "b"), (Condition.AboveOrEqual, "ae"), (Condition.Equal, "e"), (Condition.NotEqual, "ne"), (Condition.BelowOrEqual, "be"), (Condition.Above, "a"),
        (Condition.Negative, "s"), (Condition.NotNegative, "ns"), (Condition.Less, "l"), (Condition.GreaterOrEqual, "ge"), (Condition.LessOrEqual, "le"), (Condition.Greater, "g"),
    ];

    [TestMethod]
    public void Every_condition_is_tried() => Assert.HasCount(Enum.GetValues<Condition>().Length, s_conditions);

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    [DataRow(123)]
    [DataRow(124)]
    [DataRow(125)]
    [DataRow(126)]
    [DataRow(127)]
    [DataRow(128)]
    [DataRow(129)]
    [DataRow(5000)]
    public void Jumps_reach_their_labels(int distance)
    {
        foreach ((Condition condition, string suffix) in s_conditions)
        {
            Backward("j" + suffix, distance, (code, label) => code.Jump(condition, label));
            Forward("j" + suffix, distance, (code, label) => code.Jump(condition, label));
        }

        Backward("jmp", distance, (code, label) => code.Jump(label));
        Forward("jmp", distance, (code, label) => code.Jump(label));
    }

    [TestMethod]
    public void Addresses_of_the_code_itself_reach_their_labels()
    {
        for (int number = 0; number < 32; number++)
        {
            var code = new Encoder();
            Label data = code.NewLabel();
            code.Vector(VectorInstructions.Multiply, VectorRegister.Zmm(number), VectorRegister.Zmm(1), Address.Of(data, 4), broadcast: true);
            code.Return();
            code.Align(64);
            code.Place(data);
            code.Data(0x11223344);
            code.Data(0x55667788);
            byte[] bytes = code.Finish();
            Instruction decoded = Decode(bytes, 0);
            Assert.AreEqual(Operand.RIP, decoded.MemoryBase);
            Assert.AreEqual(68ul, decoded.IPRelativeMemoryAddress);
            Assert.IsTrue(decoded.IsBroadcast);
            CollectionAssert.AreEqual(new byte[] { 0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55 }, bytes[64..]);
        }
    }

    [TestMethod]
    public void Alignment_does_nothing()
    {
        for (int start = 0; start < 64; start++)
        {
            var code = new Encoder();
            for (int i = 0; i < start; i++)
            {
                code.Return();
            }

            code.Align(64);
            byte[] bytes = code.Finish();
            Assert.AreEqual(0, bytes.Length % 64);
            for (int place = start; place < bytes.Length;)
            {
                Instruction decoded = Decode(bytes, place);
                AssertName("nop", decoded);
                place += decoded.Length;
            }
        }
    }

    [TestMethod]
    public void Rest()
    {
        AssertName("ret", Check(code => code.Return()));
        AssertName("xgetbv", Check(code => code.ReadExtendedControl()));
        Assert.ThrowsExactly<InvalidOperationException>(() =>
        {
            var code = new Encoder();
            code.Jump(code.NewLabel());
            code.Finish();
        });
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Load(Register.Rax, new Address(Register.Rax, 0, Register.Rsp)));
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Vector(VectorInstructions.Broadcast, VectorRegister.Ymm(1), VectorRegister.Xmm(2)));
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Vector(VectorInstructions.Move, VectorRegister.Zmm(1), new Address(Register.Rax), broadcast: true));
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Vector(VectorInstructions.Add, VectorRegister.Zmm(1), VectorRegister.Zmm(1)));
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Vector(VectorInstructions.Round, VectorRegister.Zmm(1), VectorRegister.Zmm(1)));
        Assert.ThrowsExactly<ArgumentException>(() => new Encoder().Vector(VectorInstructions.Blend, VectorRegister.Zmm(1), VectorRegister.Zmm(1), VectorRegister.Zmm(1), 0));
    }

    private static bool Has(VectorInstruction instruction, VectorWidth width) => instruction.Prefixes != PrefixKinds.Vex || width != VectorWidth.V512;

    private static int Registers(VectorInstruction instruction) => instruction.Prefixes == PrefixKinds.Vex ? 16 : 32;

    private static int? ImmediateOf(VectorInstruction instruction, int number) =>
        !instruction.HasImmediate ? null : instruction == VectorInstructions.Blend ? number % 16 << 4 : number % 10;

    private static void AssertName(VectorInstruction instruction, Instruction decoded) =>
        AssertName(instruction == VectorInstructions.Round && decoded.Encoding == EncodingKind.EVEX ? "vrndscaleps" : instruction.Name, decoded);

    private static void AssertImmediate(int? immediate, VectorWidth width, Instruction decoded)
    {
        if (immediate is not { } value)
        {
            return;
        }

        if (decoded.Mnemonic == Mnemonic.Vblendvps)
        {
            Assert.AreEqual(Of(new VectorRegister(value >> 4, width)), decoded.Op3Register);
        }
        else
        {
            Assert.AreEqual(value, decoded.Immediate8);
        }
    }

    private static IEnumerable<Address> Addresses()
    {
        int number = 0;
        foreach (Register start in s_registers)
        {
            foreach (int displacement in s_displacements)
            {
                yield return new Address(start, displacement);
                Register index = s_registers[number++ % 16];
                if (index != Register.Rsp)
                {
                    yield return new Address(start, displacement, index, 1 << (number / 16 % 4));
                }
            }
        }

        foreach (Register index in s_registers.Where(r => r != Register.Rsp))
        {
            for (int scale = 1; scale <= 8; scale *= 2)
            {
                yield return new Address(Register.Rbp, 0, index, scale);
                yield return new Address(Register.R12, 8, index, scale);
            }
        }
    }

    private static Instruction Check(Action<Encoder> write)
    {
        var code = new Encoder();
        write(code);
        byte[] bytes = code.Finish();
        Instruction decoded = Decode(bytes, 0);
        Assert.AreEqual(bytes.Length, decoded.Length, decoded.ToString());
        // Iced writes it again from what it has read, in the shortest way.
        var writer = new ByteWriter();
        Iced.Intel.Encoder.Create(64, writer).Encode(decoded, 0);
        CollectionAssert.AreEqual(writer.Bytes, bytes, $"{decoded}: {Convert.ToHexString([.. writer.Bytes])} and {Convert.ToHexString(bytes)}");
        return decoded;
    }

    private static Instruction Decode(byte[] bytes, int start)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes, start, bytes.Length - start));
        decoder.IP = (ulong)start;
        Instruction decoded = decoder.Decode();
        Assert.IsFalse(decoded.IsInvalid, Convert.ToHexString(bytes));
        return decoded;
    }

    private static void Backward(string name, int distance, Action<Encoder, Label> jump)
    {
        var code = new Encoder();
        code.Return();
        Label label = code.Here();
        for (int i = 0; i < distance; i++)
        {
            code.Return();
        }

        int start = code.Length;
        jump(code, label);
        byte[] bytes = code.Finish();
        Instruction decoded = Decode(bytes, start);
        AssertName(name, decoded);
        Assert.AreEqual(1ul, decoded.NearBranchTarget);
        Assert.AreEqual(bytes.Length, start + decoded.Length);
        Assert.AreEqual(distance + 2 <= 128, decoded.Length == 2, "The shortest form.");
    }

    private static void Forward(string name, int distance, Action<Encoder, Label> jump)
    {
        var code = new Encoder();
        Label label = code.NewLabel();
        jump(code, label);
        int length = code.Length;
        for (int i = 0; i < distance; i++)
        {
            code.Return();
        }

        code.Place(label);
        code.Return();
        Instruction decoded = Decode(code.Finish(), 0);
        AssertName(name, decoded);
        Assert.AreEqual(length, decoded.Length);
        Assert.AreEqual((ulong)(length + distance), decoded.NearBranchTarget);
    }

    private static void TwoRegisters(string name, Register a, Register b, Action<Encoder> write)
    {
        Instruction decoded = Check(write);
        AssertName(name, decoded);
        Assert.AreEqual(Operand.RAX + (int)a, decoded.Op0Register);
        Assert.AreEqual(Operand.RAX + (int)b, decoded.Op1Register);
    }

    private static void OneRegister(string name, Register register, Action<Encoder> write)
    {
        Instruction decoded = Check(write);
        AssertName(name, decoded);
        Assert.AreEqual(Operand.RAX + (int)register, decoded.Op0Register);
    }

    private static void WithValue(string name, Register register, int value, Action<Encoder> write)
    {
        Instruction decoded = Check(write);
        AssertName(name, decoded);
        Assert.AreEqual(Operand.RAX + (int)register, decoded.Op0Register);
        Assert.AreEqual((ulong)value, decoded.GetImmediate(1));
    }

    private static void WithMemory(string name, Operand register, Address address, Action<Encoder> write)
    {
        Instruction decoded = Check(write);
        AssertName(name, decoded);
        Assert.AreEqual(register, decoded.Op0Register);
        AssertMemory(address, decoded);
    }

    private static void AssertName(string name, Instruction decoded) =>
        Assert.AreEqual(name, decoded.Mnemonic.ToString().ToLowerInvariant());

    private static void AssertMemory(Address address, Instruction decoded)
    {
        Assert.AreEqual(Operand.RAX + (int)address.Base, decoded.MemoryBase);
        Assert.AreEqual(address.Index == Register.None ? Operand.None : Operand.RAX + (int)address.Index, decoded.MemoryIndex);
        Assert.AreEqual(address.Index == Register.None ? 1 : address.Scale, decoded.MemoryIndexScale);
        Assert.AreEqual(address.Displacement, (long)decoded.MemoryDisplacement64);
    }

    private static Operand Of(VectorRegister register) => register.Width switch
    {
        VectorWidth.V128 => Operand.XMM0,
        VectorWidth.V256 => Operand.YMM0,
        _ => Operand.ZMM0,
    } + register.Number;

    private sealed class ByteWriter : CodeWriter
    {
        public List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
