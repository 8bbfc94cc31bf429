using ModelBuild.Kernels.Assembler.Emission;

namespace ModelBuild.Kernels.Assembler.Convolution;

/// <summary>The microkernels of fp32 convolutions.</summary>
internal sealed class ConvolutionKernels : IKernelFamily
{
    private const int SmallPixels = 4;

    /// <inheritdoc/>
    public IEnumerable<EmittedKernel> Kernels(InstructionSet set)
    {
        for (int panels = 1; panels <= MostPanels(set); panels++)
        {
            foreach (int pixels in new[] { Pixels(set), SmallPixels })
            {
                int width = panels;
                yield return new EmittedKernel(Name("conv", set, pixels, panels), (code, convention) => ConvolutionEmitter.EmitDense(code, convention, set, pixels, width));
            }
        }

        yield return new EmittedKernel(Name("depthwise", set, Pixels(set), 1), (code, convention) => ConvolutionEmitter.EmitDepthwise(code, convention, set, Pixels(set)));
        yield return new EmittedKernel(Name("strip", set, Pixels(set), 1), (code, convention) => DepthwiseStripEmitter.Emit(code, convention, set, Pixels(set)));
        yield return new EmittedKernel(Name("planar", set, Pixels(set), 1), (code, convention) => PlanarEmitter.Emit(code, convention, set, Pixels(set)));
    }

    /// <inheritdoc/>
    public void Install(InstructionSet set, LoadedKernels kernels) => ConvolutionMicrokernels.Current = Table(set, kernels);

    /// <summary>The table of loaded kernels.</summary>
    public static ConvolutionMicrokernels Table(InstructionSet set, LoadedKernels kernels)
    {
        int pixels = Pixels(set);
        bool hasPairs = MostPanels(set) > 1;
        return new ConvolutionMicrokernels
        {
            Name = "emitted-" + set.Name,
            Pixels = pixels,
            SmallPixels = SmallPixels,
            Tile = kernels[Name("conv", set, pixels, 1)],
            SmallTile = kernels[Name("conv", set, SmallPixels, 1)],
            HasPairs = hasPairs,
            PairTile = hasPairs ? kernels[Name("conv", set, pixels, 2)] : default,
            SmallPairTile = hasPairs ? kernels[Name("conv", set, SmallPixels, 2)] : default,
            DepthwiseTile = kernels[Name("depthwise", set, pixels, 1)],
            DepthwiseStrip = kernels[Name("strip", set, pixels, 1)],
            PlanarTile = kernels[Name("planar", set, pixels, 1)],
        };
    }

    /// <summary>Pixels of a full tile.</summary>
    public static int Pixels(InstructionSet set) => set == InstructionSet.Avx512 ? 8 : 6;

    private static int MostPanels(InstructionSet set) => set == InstructionSet.Avx512 ? 2 : 1;

    private static string Name(string operation, InstructionSet set, int pixels, int panels) => $"{operation}_f32_{set.Name}_{pixels}x{16 * panels}";
}
