using System.Runtime.InteropServices;
using Iced.Intel;
using CallingConvention = ModelBuild.Kernels.Assembler.Emission.CallingConvention;

namespace ModelBuild.Kernels.Assembler.Tests.Emulation;

/// <summary>
/// Runs x64 code without executing it: Iced's decoder says what an instruction is, this class does it, and each access to memory is checked. So code for
/// processors and operating systems other than this one can be run. After the instruction-set reference of Intel's Software Developer's Manual, volume 2.
/// </summary>
internal sealed unsafe partial class Emulator
{
    private const ulong CodeStart = 0x10000, ReturnAddress = 0xDEAD_0000;
    private const int StackBytes = 4096;

    private readonly byte[] _code;
    private readonly EmulatedMemory _memory;
    private readonly Dictionary<ulong, Instruction> _decoded = [];
    private readonly ulong[] _registers = new ulong[16];
    private readonly uint[] _vectors = new uint[32 * 16];
    private readonly uint[] _masks = new uint[8];
    private ulong _position;
    private bool _zero;
    private bool _sign;
    private bool _overflow;
    private bool _carry;

    public Emulator(byte[] code, EmulatedMemory memory)
    {
        _code = GC.AllocateUninitializedArray<byte>(code.Length, pinned: true);
        code.CopyTo(_code, 0);
        _memory = memory;
    }

    /// <summary>Instructions that were run.</summary>
    public HashSet<string> Mnemonics { get; } = [];

    /// <summary>Calls the code at an offset with one argument, and checks that it keeps what its convention wants kept.</summary>
    public void Call(int offset, void* argument, CallingConvention convention)
    {
        var random = new Random(offset);
        for (int i = 0; i < _registers.Length; i++)
        {
            _registers[i] = (ulong)random.NextInt64();
        }

        // What is left in registers shall not matter.
        random.NextBytes(MemoryMarshal.AsBytes(_vectors.AsSpan()));
        byte* stack = stackalloc byte[StackBytes];
        new Span<byte>(stack, StackBytes).Fill(0xCD);
        _memory.Allow(stack, StackBytes, isWritable: true);
        ulong top = ((ulong)stack + StackBytes - 256) & ~15ul;
        *(ulong*)(top - 8) = ReturnAddress;
        Set(Register.RSP, top - 8);
        Set(convention == CallingConvention.Windows ? Register.RCX : Register.RDI, (ulong)argument);
        ulong[] before = [.. _registers];
        uint[] vectorsBefore = [.. _vectors];
        _position = CodeStart + (ulong)offset;
        while (_position != ReturnAddress)
        {
            Step();
        }

        Assert.AreEqual(top, Get(Register.RSP), "The stack.");
        Register[] kept = convention == CallingConvention.Windows
            ? [Register.RBX, Register.RBP, Register.RSI, Register.RDI, Register.R12, Register.R13, Register.R14, Register.R15]
            : [Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15];
        foreach (Register register in kept)
        {
            Assert.AreEqual(before[register - Register.RAX], Get(register), register.ToString());
        }

        for (int vector = 0; vector < 16; vector++)
        {
            if (convention == CallingConvention.Windows && vector >= 6)
            {
                Assert.IsTrue(_vectors.AsSpan(16 * vector, 4).SequenceEqual(vectorsBefore.AsSpan(16 * vector, 4)), $"xmm{vector}");
            }

            Assert.AreEqual(-1, _vectors.AsSpan((16 * vector) + 4, 12).IndexOfAnyExcept(0u), "Upper parts are to be zero.");
        }
    }

    private Instruction Fetch()
    {
        if (!_decoded.TryGetValue(_position, out Instruction instruction))
        {
            int offset = checked((int)(_position - CodeStart));
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(_code, offset, _code.Length - offset));
            decoder.IP = _position;
            instruction = decoder.Decode();
            _decoded.Add(_position, instruction);
            Mnemonics.Add(instruction.Mnemonic.ToString());
        }

        return instruction;
    }

    private void Step()
    {
        Instruction i = Fetch();
        _position = i.NextIP;
        if (i.Op0Register.IsK() || i.Op0Register.IsVectorRegister() || (i.Op0Kind == OpKind.Memory && i.OpCount > 1 && i.GetOpRegister(1).IsVectorRegister()))
        {
            StepVector(in i);
            return;
        }

        switch (i.Mnemonic)
        {
            case Mnemonic.Mov:
                Write(in i, Read(in i, 1));
                break;
            case Mnemonic.Movsxd:
                Write(in i, (ulong)(int)Read(in i, 1));
                break;
            case Mnemonic.Lea:
                Write(in i, AddressOf(in i));
                break;
            case Mnemonic.Add:
            {
                ulong a = Read(in i, 0), b = Read(in i, 1), sum = a + b;
                Flags(sum, carry: sum < a, overflow: (long)((a ^ sum) & (b ^ sum)) < 0);
                Write(in i, sum);
                break;
            }

            case Mnemonic.Sub:
            case Mnemonic.Cmp:
            {
                ulong a = Read(in i, 0), b = Read(in i, 1), difference = a - b;
                Flags(difference, carry: a < b, overflow: (long)((a ^ b) & (a ^ difference)) < 0);
                if (i.Mnemonic == Mnemonic.Sub)
                {
                    Write(in i, difference);
                }

                break;
            }

            case Mnemonic.Test:
                Flags(Read(in i, 0) & Read(in i, 1), carry: false, overflow: false);
                break;
            case Mnemonic.And:
            {
                ulong result = Read(in i, 0) & Read(in i, 1);
                Flags(result, carry: false, overflow: false);
                Write(in i, result);
                break;
            }

            case Mnemonic.Shl:
            {
                ulong result = Read(in i, 0) << (int)i.GetImmediate(1);
                Flags(result, carry: false, overflow: false);
                Write(in i, result);
                break;
            }

            case Mnemonic.Shr:
            {
                ulong result = Read(in i, 0) >> (int)i.GetImmediate(1);
                Flags(result, carry: false, overflow: false);
                Write(in i, result);
                break;
            }

            case Mnemonic.Imul:
                Write(in i, Read(in i, 0) * Read(in i, 1));
                break;
            case Mnemonic.Push:
                Set(Register.RSP, Get(Register.RSP) - 8);
                *(ulong*)_memory.At(Get(Register.RSP), 8, isWrite: true) = Read(in i, 0);
                break;
            case Mnemonic.Pop:
                Write(in i, *(ulong*)_memory.At(Get(Register.RSP), 8, isWrite: false));
                Set(Register.RSP, Get(Register.RSP) + 8);
                break;
            case Mnemonic.Ret:
                _position = *(ulong*)_memory.At(Get(Register.RSP), 8, isWrite: false);
                Set(Register.RSP, Get(Register.RSP) + 8);
                break;
            case Mnemonic.Nop:
            case Mnemonic.Prefetcht0:
                break;
            case Mnemonic.Vzeroupper:
                for (int vector = 0; vector < 16; vector++)
                {
                    _vectors.AsSpan((16 * vector) + 4, 12).Clear();
                }

                break;
            case Mnemonic.Jmp:
                _position = i.NearBranchTarget;
                break;
            default:
                Conditional(in i);
                break;
        }
    }

    private void Conditional(in Instruction i)
    {
        bool holds = i.ConditionCode switch
        {
            ConditionCode.b => _carry,
            ConditionCode.ae => !_carry,
            ConditionCode.e => _zero,
            ConditionCode.ne => !_zero,
            ConditionCode.be => _carry || _zero,
            ConditionCode.a => !_carry && !_zero,
            ConditionCode.s => _sign,
            ConditionCode.ns => !_sign,
            ConditionCode.l => _sign != _overflow,
            ConditionCode.ge => _sign == _overflow,
            ConditionCode.le => _zero || _sign != _overflow,
            ConditionCode.g => !_zero && _sign == _overflow,
            _ => throw new NotSupportedException(i.ToString()),
        };
        if (i.IsJccShortOrNear)
        {
            _position = holds ? i.NearBranchTarget : _position;
            return;
        }

        // A conditional move reads its source in any case.
        ulong source = Read(in i, 1);
        if (holds)
        {
            Write(in i, source);
        }
    }

    private void Flags(ulong result, bool carry, bool overflow)
    {
        _zero = result == 0;
        _sign = (long)result < 0;
        _carry = carry;
        _overflow = overflow;
    }

    private ulong Get(Register register) => _registers[register.GetFullRegister() - Register.RAX];

    private void Set(Register register, ulong value) => _registers[register.GetFullRegister() - Register.RAX] = value;

    private ulong AddressOf(in Instruction i)
    {
        if (i.IsIPRelativeMemoryOperand)
        {
            return i.IPRelativeMemoryAddress;
        }

        ulong address = i.MemoryDisplacement64 + Get(i.MemoryBase);
        return i.MemoryIndex == Register.None ? address : address + (Get(i.MemoryIndex) * (ulong)i.MemoryIndexScale);
    }

    private void* Place(ulong address, int bytes, bool isWrite)
    {
        if (!isWrite && address >= CodeStart && address + (ulong)bytes <= CodeStart + (ulong)_code.Length)
        {
            // Constants beside the code.
            return (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _code[0]) + (address - CodeStart);
        }

        return _memory.At(address, bytes, isWrite);
    }

    private ulong Read(in Instruction i, int operand)
    {
        switch (i.GetOpKind(operand))
        {
            case OpKind.Register:
                ulong value = Get(i.GetOpRegister(operand));
                return i.GetOpRegister(operand).GetSize() == 4 ? (uint)value : value;
            case OpKind.Memory:
                return i.MemorySize.GetSize() == 4 ? *(uint*)Place(AddressOf(in i), 4, false) : *(ulong*)Place(AddressOf(in i), 8, false);
            default:
                return i.GetImmediate(operand);
        }
    }

    private void Write(in Instruction i, ulong value)
    {
        if (i.Op0Kind == OpKind.Memory)
        {
            *(ulong*)Place(AddressOf(in i), 8, true) = value;
            return;
        }

        // Writing 32 bits clears the upper ones.
        Set(i.Op0Register, i.Op0Register.GetSize() == 4 ? (uint)value : value);
    }
}
