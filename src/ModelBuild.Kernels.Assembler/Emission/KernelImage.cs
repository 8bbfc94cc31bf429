using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>The code of some kernels, one after the other, each at a multiple of 64 bytes.</summary>
internal sealed class KernelImage
{
    private readonly Dictionary<string, int> _offsets;

    private KernelImage(byte[] code, Dictionary<string, int> offsets)
    {
        Code = code;
        _offsets = offsets;
    }

    /// <summary>All of it; does not depend on its place.</summary>
    public byte[] Code { get; }

    /// <summary>Where a kernel begins.</summary>
    public int Offset(string name) => _offsets[name];

    /// <summary>Writes kernels.</summary>
    public static KernelImage Build(IEnumerable<EmittedKernel> kernels, CallingConvention convention)
    {
        var code = new Encoder();
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (EmittedKernel kernel in kernels)
        {
            code.Align(64);
            offsets.Add(kernel.Name, code.Length);
            kernel.Emit(code, convention);
        }

        return new KernelImage(code.Finish(), offsets);
    }
}

/// <summary>A kernel image in executable memory, as kernels are put into tables.</summary>
internal readonly unsafe struct LoadedKernels(KernelImage image, void* address)
{
    /// <summary>The kernel of a name.</summary>
    public Microkernel this[string name] => Microkernel.OfMachineCode((void*)Address(name));

    /// <summary>Where the kernel of a name begins.</summary>
    public nint Address(string name) => (nint)address + image.Offset(name);
}
