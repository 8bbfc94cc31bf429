using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;
using ModelBuild.Kernels.Assembler.Memory;

namespace ModelBuild.Kernels.Assembler.Detection;

/// <summary>
/// What the processor has and the operating system saves. <c>IsSupported</c> doesn't tell: under NativeAOT it is false for whatever the compiler's target
/// lacks. Bits after the instruction-set reference of Intel's Software Developer's Manual, volume 2, CPUID.
/// </summary>
internal static unsafe class Processor
{
    /// <summary>State of the vector registers up to 256 bits, in the extended control register 0.</summary>
    private const uint AvxState = 1 << 1 | 1 << 2;

    /// <summary>That, masks, upper halves and upper registers.</summary>
    private const uint Avx512State = AvxState | 1 << 5 | 1 << 6 | 1 << 7;

    /// <summary>The greatest set that can be used here; needs executable memory to find out.</summary>
    /// <param name="isRefused">Whether the answer is none because there was no such memory.</param>
    public static InstructionSet Find(out bool isRefused)
    {
        isRefused = false;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return InstructionSet.None;
        }

        uint features = (uint)X86Base.CpuId(1, 0).Ecx, more = (uint)X86Base.CpuId(7, 0).Ebx;
        const uint Fma = 1 << 12, OsSaves = 1 << 27, Avx = 1 << 28, Avx2 = 1 << 5;
        const uint Avx512 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1u << 31;
        if ((features & (Fma | OsSaves | Avx)) != (Fma | OsSaves | Avx) || (more & Avx2) == 0)
        {
            return InstructionSet.None;
        }

        if (ExtendedState() is not { } state)
        {
            isRefused = OperatingSystem.IsWindows() || OperatingSystem.IsLinux();
            return InstructionSet.None;
        }

        return (state & Avx512State) == Avx512State && (more & Avx512) == Avx512 ? InstructionSet.Avx512
            : (state & AvxState) == AvxState ? InstructionSet.Avx2 : InstructionSet.None;
    }

    /// <summary>Code that returns the lower half of the extended control register 0.</summary>
    internal static void EmitExtendedState(Encoder code)
    {
        code.Set(Register.Rcx, 0);
        code.ReadExtendedControl();
        code.Return();
    }

    private static uint? ExtendedState()
    {
        var code = new Encoder();
        EmitExtendedState(code);
        using ExecutableMemory? memory = ExecutableMemory.TryCreate(code.Finish());
        return memory is null ? null : ((delegate* unmanaged[SuppressGCTransition]<uint>)memory.Address)();
    }
}
