using Iced.Intel;

namespace ModelBuild.Kernels.Assembler.Tests.Emulation;

/// <content>Vector instructions.</content>
internal sealed unsafe partial class Emulator
{
    private void StepVector(in Instruction i)
    {
        if (i.OpMask != Register.None)
        {
            throw new NotSupportedException("Masks: " + i);
        }

        if (i.Op0Kind == OpKind.Memory)
        {
            if (i.Mnemonic != Mnemonic.Vmovups)
            {
                throw new NotSupportedException(i.ToString());
            }

            int bytes = i.Op1Register.GetSize();
            _vectors.AsSpan(16 * Number(i.Op1Register), bytes / 4).CopyTo(new Span<uint>(Place(AddressOf(in i), bytes, true), bytes / 4));
            return;
        }

        int lanes = (i.Op0Register.IsK() ? i.Op1Register : i.Op0Register).GetSize() / 4;
        Span<uint> result = stackalloc uint[16], a = stackalloc uint[16], b = stackalloc uint[16];
        result.Clear();
        if (i.Op0Register.IsK())
        {
            // A comparison: a bit for each lane.
            Source(in i, 1, lanes, a);
            Source(in i, 2, lanes, b);
            uint bits = 0;
            for (int lane = 0; lane < lanes; lane++)
            {
                bits |= (Compare(i.Immediate8, F(a[lane]), F(b[lane])) ? 1u : 0) << lane;
            }

            _masks[i.Op0Register - Register.K0] = bits;
            return;
        }

        Span<uint> destination = _vectors.AsSpan(16 * Number(i.Op0Register), 16);
        if (i.Mnemonic == Mnemonic.Vpmovm2d)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                b[lane] = (_masks[i.Op1Register - Register.K0] >> lane & 1) != 0 ? uint.MaxValue : 0;
            }
        }
        else if (i.OpCount > 2 && i.GetOpKind(2) != OpKind.Immediate8)
        {
            Source(in i, 1, lanes, a);
            Source(in i, 2, lanes, b);
        }
        else
        {
            Source(in i, 1, lanes, b);
        }

        if (i.Mnemonic == Mnemonic.Vblendvps)
        {
            ReadOnlySpan<uint> chooser = _vectors.AsSpan(16 * Number(i.Op3Register), lanes);
            for (int lane = 0; lane < lanes; lane++)
            {
                result[lane] = (int)chooser[lane] < 0 ? b[lane] : a[lane];
            }

            result.CopyTo(destination);
            return;
        }

        for (int lane = 0; lane < lanes; lane++)
        {
            result[lane] = Lane(in i, destination[lane], a[lane], b[lane]);
        }

        // Lanes beyond the width become zero.
        result.CopyTo(destination);
    }

    private static int Number(Register register) => register.GetNumber();

    private void Source(in Instruction i, int operand, int lanes, Span<uint> values)
    {
        if (i.GetOpKind(operand) == OpKind.Register)
        {
            _vectors.AsSpan(16 * Number(i.GetOpRegister(operand)), lanes).CopyTo(values);
            return;
        }

        if (i.IsBroadcast || i.Mnemonic == Mnemonic.Vbroadcastss)
        {
            values[..lanes].Fill(*(uint*)Place(AddressOf(in i), 4, false));
            return;
        }

        new Span<uint>(Place(AddressOf(in i), 4 * lanes, false), lanes).CopyTo(values);
    }

    private static uint Lane(in Instruction i, uint d, uint a, uint b)
    {
        float x = F(a), y = F(b), z = F(d);
        return i.Mnemonic switch
        {
            Mnemonic.Vmovups or Mnemonic.Vbroadcastss or Mnemonic.Vpmovm2d => b,
            Mnemonic.Vaddps => U(x + y),
            Mnemonic.Vsubps => U(x - y),
            Mnemonic.Vmulps => U(x * y),
            Mnemonic.Vdivps => U(x / y),
            Mnemonic.Vminps => x < y ? a : b,
            Mnemonic.Vmaxps => x > y ? a : b,
            Mnemonic.Vandps => a & b,
            Mnemonic.Vandnps => ~a & b,
            Mnemonic.Vorps => a | b,
            Mnemonic.Vxorps => a ^ b,
            Mnemonic.Vpaddd => a + b,
            Mnemonic.Vpsubd => a - b,
            Mnemonic.Vfmadd132ps => U(MathF.FusedMultiplyAdd(z, y, x)),
            Mnemonic.Vfmadd213ps => U(MathF.FusedMultiplyAdd(x, z, y)),
            Mnemonic.Vfmadd231ps => U(MathF.FusedMultiplyAdd(x, y, z)),
            Mnemonic.Vfnmadd213ps => U(MathF.FusedMultiplyAdd(-x, z, y)),
            Mnemonic.Vfnmadd231ps => U(MathF.FusedMultiplyAdd(-x, y, z)),
            Mnemonic.Vsqrtps => U(MathF.Sqrt(y)),
            Mnemonic.Vcmpps => Compare(i.Immediate8, x, y) ? uint.MaxValue : 0,
            Mnemonic.Vroundps or Mnemonic.Vrndscaleps => U(Round(i.Immediate8, y)),
            Mnemonic.Vpternlogd => Ternary(i.Immediate8, d, a, b),
            Mnemonic.Vpslld => b << i.Immediate8,
            Mnemonic.Vpsrad => (uint)((int)b >> i.Immediate8),
            Mnemonic.Vcvtdq2ps => U((int)b),
            Mnemonic.Vcvtps2dq => float.IsNaN(y) || y is >= 2147483648f or < -2147483648f ? 0x80000000 : (uint)(int)MathF.Round(y, MidpointRounding.ToEven),
            _ => throw new NotSupportedException(i.ToString()),
        };
    }

    private static bool Compare(int predicate, float x, float y) => predicate switch
    {
        0 => x == y,
        1 => x < y,
        _ => throw new NotSupportedException($"Predicate {predicate}."),
    };

    private static float Round(int kind, float x) => kind switch
    {
        8 => MathF.Round(x, MidpointRounding.ToEven),
        9 => MathF.Floor(x),
        _ => throw new NotSupportedException($"Rounding {kind}."),
    };

    private static uint Ternary(int table, uint d, uint a, uint b)
    {
        uint result = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            uint row = ((d >> bit & 1) << 2) | ((a >> bit & 1) << 1) | (b >> bit & 1);
            result |= (uint)(table >> (int)row & 1) << bit;
        }

        return result;
    }

    private static float F(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static uint U(float value) => BitConverter.SingleToUInt32Bits(value);
}
