namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>Kernels that belong together: which there are, and where they go when they are in memory.</summary>
internal interface IKernelFamily
{
    /// <summary>The kernels for an instruction set.</summary>
    IEnumerable<EmittedKernel> Kernels(InstructionSet set);

    /// <summary>Puts them in the place of the C# ones.</summary>
    void Install(InstructionSet set, LoadedKernels kernels);
}

/// <summary>Every family. What is emitted, installed and tested follows from here.</summary>
internal static class KernelFamilies
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IKernelFamily> All { get; } =
    [
        new Gemm.GemmKernels(),
        new Convolution.ConvolutionKernels(),
        new Elementwise.UnaryKernels(),
    ];
}
