using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ModelBuild.Kernels.Assembler.Detection;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Memory;

namespace ModelBuild.Kernels.Assembler;

/// <summary>What <see cref="EmittedKernels.Install"/> found and did.</summary>
public enum EmittedKernelsState
{
    /// <summary>The kernels in C# are as fast here: the compiler knows the processor.</summary>
    NotNeeded,

    /// <summary>Machine code runs.</summary>
    Installed,

    /// <summary>The switch <see cref="EmittedKernels.SwitchName"/> or the environment variable says no.</summary>
    TurnedOff,

    /// <summary>Neither AVX2 with FMA nor AVX-512 on this processor, or no way to executable memory on this operating system.</summary>
    NotSupported,

    /// <summary>The operating system refused executable memory.</summary>
    Refused,
}

/// <summary>
/// Kernels as machine code, for programs whose compiler leaves AVX2 and AVX-512 out although the processor has them, as NativeAOT does by default. They give the
/// same bits as those in C#.
/// </summary>
public static class EmittedKernels
{
    /// <summary>Switch of <see cref="AppContext"/>: false keeps machine code away; true writes it even where <see cref="EmittedKernelsState.NotNeeded"/> would be the answer.</summary>
    public const string SwitchName = "ModelBuild.EmitKernels";

    /// <summary>Environment variable that is read when the switch is not set: 0 or 1.</summary>
    public const string VariableName = "MODELBUILD_EMIT_KERNELS";

    // Never freed: tables that threads are using point into it.
    private static ExecutableMemory? s_memory;

    /// <summary>What happened; <see cref="Install"/> does it on the first call.</summary>
    public static EmittedKernelsState State => Once.State;

    /// <summary>Instruction set of the installed kernels, <c>avx2</c> or <c>avx512</c>; empty when none are.</summary>
    public static string InstructionSet => State == EmittedKernelsState.Installed ? Once.Set.Name : "";

    /// <summary>
    /// Puts the kernels in place where they are needed and possible. The first call does it, in less than a millisecond; later ones return at once. Any thread may
    /// call, at any time; models that are running already change over with their next kernel.
    /// </summary>
    /// <returns>What is the case now.</returns>
    public static EmittedKernelsState Install() => Once.State;

    // The run time runs this once, however many threads ask.
    private static class Once
    {
        public static readonly InstructionSet Set;

        public static readonly EmittedKernelsState State = Run(out Set);
    }

    private static bool? Wish()
    {
        if (AppContext.TryGetSwitch(SwitchName, out bool isOn))
        {
            return isOn;
        }

        return Environment.GetEnvironmentVariable(VariableName) switch
        {
            "0" or "false" => false,
            "1" or "true" => true,
            _ => null,
        };
    }

    private static EmittedKernelsState Run(out InstructionSet set)
    {
        set = Emission.InstructionSet.None;
        bool? wish = Wish();
        if (wish == false)
        {
            return EmittedKernelsState.TurnedOff;
        }

        InstructionSet compiled = Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? Emission.InstructionSet.Avx512
            : Avx2.IsSupported && Fma.IsSupported ? Emission.InstructionSet.Avx2 : Emission.InstructionSet.None;

        // A compiler at run time knows the processor; where it does without AVX, the user told it to.
        if (wish is null && (RuntimeFeature.IsDynamicCodeCompiled || compiled == Emission.InstructionSet.Avx512))
        {
            return EmittedKernelsState.NotNeeded;
        }

        InstructionSet found = Processor.Find(out bool isRefused);
        if (found == Emission.InstructionSet.None)
        {
            return isRefused ? EmittedKernelsState.Refused : EmittedKernelsState.NotSupported;
        }

        if (wish is null && found <= compiled)
        {
            return EmittedKernelsState.NotNeeded;
        }

        if (!Load(found))
        {
            return EmittedKernelsState.Refused;
        }

        set = found;
        return EmittedKernelsState.Installed;
    }

    private static unsafe bool Load(InstructionSet set)
    {
        KernelImage image = KernelImage.Build(KernelFamilies.All.SelectMany(family => family.Kernels(set)), OperatingSystem.IsWindows() ? CallingConvention.Windows : CallingConvention.SystemV);
        s_memory = ExecutableMemory.TryCreate(image.Code);
        if (s_memory is null)
        {
            return false;
        }

        var kernels = new LoadedKernels(image, s_memory.Address);
        foreach (IKernelFamily family in KernelFamilies.All)
        {
            family.Install(set, kernels);
        }

        return true;
    }
}
