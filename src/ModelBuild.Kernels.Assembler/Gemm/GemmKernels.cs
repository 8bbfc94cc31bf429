using ModelBuild.Kernels.Assembler.Emission;

namespace ModelBuild.Kernels.Assembler.Gemm;

/// <summary>The microkernels of fp32 matrix products.</summary>
internal sealed class GemmKernels : IKernelFamily
{
    // A call over so many k takes some ten microseconds in the widest kernels.
    private const int LongestSum = 4096;

    /// <inheritdoc/>
    public IEnumerable<EmittedKernel> Kernels(InstructionSet set)
    {
        foreach ((int rows, int panels) in Tiles(set))
        {
            yield return new EmittedKernel(Name(set, rows, panels), (code, convention) => GemmEmitter.Emit(code, convention, set, rows, panels));
        }
    }

    /// <inheritdoc/>
    public void Install(InstructionSet set, LoadedKernels kernels) => GemmMicrokernels.Current = Table(set, kernels);

    /// <summary>The tiles of an instruction set: rows and panels.</summary>
    public static IEnumerable<(int Rows, int Panels)> Tiles(InstructionSet set)
    {
        for (int panels = 1; panels <= 8; panels *= 2)
        {
            for (int rows = 1; rows <= MostRows(set) && GemmEmitter.Fits(set, rows, panels); rows++)
            {
                yield return (rows, panels);
            }
        }
    }

    /// <summary>The table of loaded kernels.</summary>
    public static GemmMicrokernels Table(InstructionSet set, LoadedKernels kernels)
    {
        var table = new GemmMicrokernels("emitted-" + set.Name, MostRows(set), isFused: true) { MaximumK = LongestSum };
        foreach ((int rows, int panels) in Tiles(set))
        {
            table.Add(rows, panels, kernels[Name(set, rows, panels)]);
        }

        return table;
    }

    private static int MostRows(InstructionSet set) => set == InstructionSet.Avx512 ? 14 : 6;

    private static string Name(InstructionSet set, int rows, int panels) => $"gemm_f32_{set.Name}_{rows}x{panels * GemmMicrokernels.PanelColumns}";
}
