using ModelBuild.Kernels.Assembler.Detection;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Memory;

namespace ModelBuild.Kernels.Assembler.Tests.Emulation;

/// <summary>The kernels of an instruction set, run by the emulator under both conventions, and by the processor where it can.</summary>
internal sealed unsafe class KernelRunner
{
    private readonly KernelImage[] _images;
    private readonly ExecutableMemory? _native;

    private KernelRunner(InstructionSet set)
    {
        Set = set;
        Kernels = [.. KernelFamilies.All.SelectMany(family => family.Kernels(set))];
        _images = [.. Enum.GetValues<CallingConvention>().Select(convention => KernelImage.Build(Kernels, convention))];
        if (Processor.Find(out _) >= set)
        {
            _native = ExecutableMemory.TryCreate(_images[(int)Native].Code);
        }
    }

    public static KernelRunner Avx2 { get; } = new(InstructionSet.Avx2);

    public static KernelRunner Avx512 { get; } = new(InstructionSet.Avx512);

    public static CallingConvention Native => OperatingSystem.IsWindows() ? CallingConvention.Windows : CallingConvention.SystemV;

    public InstructionSet Set { get; }

    public IReadOnlyList<EmittedKernel> Kernels { get; }

    /// <summary>The kernels in executable memory, or null when the processor can't run them.</summary>
    public LoadedKernels? Loaded => _native is null ? null : new LoadedKernels(_images[(int)Native], _native.Address);

    /// <summary>Instructions that the emulator ran.</summary>
    public HashSet<string> Mnemonics { get; } = [];

    public static KernelRunner Of(InstructionSet set) => set == InstructionSet.Avx2 ? Avx2 : Avx512;

    /// <summary>Runs a kernel in every way, and calls <paramref name="check"/> after each.</summary>
    public void Run(string name, void* argument, EmulatedMemory memory, Action reset, Action<string> check)
    {
        foreach (CallingConvention convention in Enum.GetValues<CallingConvention>())
        {
            reset();
            KernelImage image = _images[(int)convention];
            var emulator = new Emulator(image.Code, memory);
            emulator.Call(image.Offset(name), argument, convention);
            lock (Mnemonics)
            {
                Mnemonics.UnionWith(emulator.Mnemonics);
            }

            check($"{name}, emulated, {convention}");
        }

        if (Loaded is { } loaded)
        {
            reset();
            loaded[name].Run(argument);
            check($"{name}, native");
        }
    }
}
