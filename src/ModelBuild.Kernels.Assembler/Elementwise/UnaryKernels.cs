using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Assembler.Elementwise;

/// <summary>Functions of one number, from the formulas that the C# loops use.</summary>
internal sealed class UnaryKernels : IKernelFamily
{
    /// <summary>The functions: a new one is one more line.</summary>
    public static IReadOnlyList<UnaryKernel> Functions { get; } =
    [
        UnaryKernel.Of<Exp>(),
        UnaryKernel.Of<Erf>(),
        UnaryKernel.Of<Gelu>(),
        UnaryKernel.Of<GeluTanh>(),
        UnaryKernel.Of<Sigmoid>(),
        UnaryKernel.Of<Silu>(),
        UnaryKernel.Of<Tanh>(),
        UnaryKernel.Of<HardSigmoid>(),
        UnaryKernel.Of<HardSwish>(),
        UnaryKernel.Of<ShiftedExp>(isSumming: true),
    ];

    /// <inheritdoc/>
    public IEnumerable<EmittedKernel> Kernels(InstructionSet set) =>
        Functions.Select(f => new EmittedKernel(Name(set, f), (code, convention) => TraceEmitter.Emit(code, convention, set, f.Trace(), f.IsSumming)));

    /// <inheritdoc/>
    public void Install(InstructionSet set, LoadedKernels kernels)
    {
        foreach (UnaryKernel function in Functions)
        {
            function.Install(kernels.Address(Name(set, function)));
        }
    }

    /// <summary>Name of a function's kernel.</summary>
    public static string Name(InstructionSet set, UnaryKernel function) => $"{function.Name}_f32_{set.Name}";
}

/// <summary>One function whose machine code is emitted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsSumming">Whether results are added up in lanes.</param>
/// <param name="Trace">Gives its formula.</param>
/// <param name="Install">Puts an address in its place.</param>
internal sealed record UnaryKernel(string Name, bool IsSumming, Func<Trace> Trace, Action<nint> Install)
{
    /// <summary>The one of an operation.</summary>
    public static UnaryKernel Of<TOperation>(bool isSumming = false)
        where TOperation : struct, IUnaryOperation =>
        new(typeof(TOperation).Name.ToLowerInvariant(), isSumming, Elementwise.Trace.Of<TOperation>, address => UnaryMicrokernels.Of<TOperation>.Address = address);
}
