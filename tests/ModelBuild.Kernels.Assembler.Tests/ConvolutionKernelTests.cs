using ModelBuild.Kernels.Assembler.Convolution;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Tests.Emulation;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>Every microkernel of convolutions, against the scalar reference, bit by bit and without a step beyond its operands.</summary>
[TestClass]
public sealed unsafe class ConvolutionKernelTests
{
    public static IEnumerable<object[]> Dense =>
        from set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 }
        from pixels in new[] { 4, ConvolutionKernels.Pixels(set) }
        from panels in set == InstructionSet.Avx2 ? new[] { 1 } : [1, 2]
        select new object[] { set.ToString(), pixels, panels };

    [TestMethod]
    [DynamicData(nameof(Dense))]
    public void Dense_tiles(string set, int pixels, int panels) => Blocked(set, $"conv_f32_{set.ToLowerInvariant()}_{pixels}x{16 * panels}", pixels, panels, isDepthwise: false);

    [TestMethod]
    [DataRow("Avx2", 6)]
    [DataRow("Avx512", 8)]
    public void Depthwise_tiles(string set, int pixels) => Blocked(set, $"depthwise_f32_{set.ToLowerInvariant()}_{pixels}x16", pixels, 1, isDepthwise: true);

    [TestMethod]
    [DataRow("Avx2", 6)]
    [DataRow("Avx512", 8)]
    public void Planar_tiles(string set, int pixels)
    {
        KernelRunner runner = KernelRunner.Of(Enum.Parse<InstructionSet>(set));
        for (int count = 1; count <= pixels; count++)
        {
            foreach (int depth in (int[])[1, 2, 3, 4, 5, 8, 27])
            {
                CheckPlanar(runner, $"planar_f32_{set.ToLowerInvariant()}_{pixels}x16", pixels, count, depth, (depth + count) % 8);
                CheckPlanar(runner, $"planar_f32_{set.ToLowerInvariant()}_{pixels}x16", pixels, count, depth, (depth + count + 5) % 8);
            }
        }
    }

    [TestMethod]
    [DataRow("Avx2", 6)]
    [DataRow("Avx512", 8)]
    public void Depthwise_strips(string set, int pixels)
    {
        KernelRunner runner = KernelRunner.Of(Enum.Parse<InstructionSet>(set));
        foreach (int count in (int[])[1, 2, 3, pixels - 1, pixels, pixels + 1, (2 * pixels) - 1, 2 * pixels, (3 * pixels) + 2])
        {
            foreach (int taps in (int[])[1, 2, 9])
            {
                for (int options = 0; options < 4; options++)
                {
                    CheckStrip(runner, $"strip_f32_{set.ToLowerInvariant()}_{pixels}x16", count, taps, options, stride: count % 2 == 0 ? 16 : 32);
                }
            }
        }
    }

    [TestMethod]
    public void Every_kernel_is_tested()
    {
        foreach (InstructionSet set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 })
        {
            int dense = Dense.Count(row => row[0].Equals(set.ToString()));
            Assert.AreEqual(dense, KernelRunner.Of(set).Kernels.Count(k => k.Name.StartsWith("conv_", StringComparison.Ordinal)));
            Assert.AreEqual(dense + 3, new ConvolutionKernels().Kernels(set).Count());
        }
    }

    private static void Blocked(string set, string name, int pixels, int panels, bool isDepthwise)
    {
        KernelRunner runner = KernelRunner.Of(Enum.Parse<InstructionSet>(set));
        for (int count = 1; count <= pixels; count++)
        {
            for (int options = 0; options < 8; options++)
            {
                foreach ((int blocks, int taps) in ((int, int)[])[(1, 1), (3, 1), (1, 9), (2, 3)])
                {
                    if (!isDepthwise || blocks == 1)
                    {
                        CheckBlocked(runner, name, pixels, panels, count, blocks, taps, options, isDepthwise);
                    }
                }
            }
        }
    }

    private static void CheckBlocked(KernelRunner runner, string name, int pixels, int panels, int count, int blocks, int taps, int options, bool isDepthwise)
    {
        bool hasBias = (options & 1) != 0, hasResidual = (options & 2) != 0, clamps = (options & 4) != 0;
        var random = new Random((count * 1000) + (blocks * 100) + (taps * 8) + options);
        var memory = new EmulatedMemory();
        const int InputPixels = 11;
        int inputBlock = (InputPixels * 16) + 16, outputStride = options % 2 == 0 ? 16 : 48;
        int weightsPanel = (isDepthwise ? 16 : blocks * taps * 256) + 32, outputPanel = ((pixels - 1) * outputStride) + 80;
        int weightsCount = ((panels - 1) * weightsPanel) + (isDepthwise ? taps * 16 : blocks * taps * 256);
        int outputCount = ((panels - 1) * outputPanel) + ((count - 1) * outputStride) + 16;
        using TestFloats input = TestFloats.Random(((blocks - 1) * inputBlock) + (InputPixels * 16), random, memory);
        using TestFloats weights = TestFloats.Random(weightsCount, random, memory);
        using TestFloats zero = TestFloats.Random(16, random, memory);
        using TestFloats bias = TestFloats.Random(16 * panels, random, memory);
        using TestFloats residual = TestFloats.Random(outputCount, random, memory);
        using TestFloats output = TestFloats.Random(outputCount, random, memory, isWritable: true);
        zero.Span.Clear();
        input.Span[5] = float.NaN;
        int tableStride = pixels + 3;
        int* table = stackalloc int[tableStride * taps];
        for (int i = 0; i < tableStride * taps; i++)
        {
            table[i] = i % tableStride < count ? random.Next(-1, InputPixels) : -1;
        }

        float[] before = output.Span.ToArray();
        ConvolutionTile tile = default;
        tile.Input = input.Pointer;
        tile.Weights = weights.Pointer;
        tile.Pixels = table;
        tile.Zero = zero.Pointer;
        tile.Bias = hasBias ? bias.Pointer : null;
        tile.Residual = hasResidual ? residual.Pointer : null;
        tile.Output = output.Pointer;
        tile.InputBlockStride = inputBlock;
        tile.OutputStride = outputStride;
        tile.WeightsPanelStride = weightsPanel;
        tile.OutputPanelStride = outputPanel;
        tile.PixelStride = tableStride;
        tile.Blocks = blocks;
        tile.Taps = taps;
        tile.Count = count;
        tile.Clamp = clamps ? 1 : 0;
        tile.Minimum = -0.5f;
        tile.Maximum = 0.75f;
        memory.Allow(&tile, sizeof(ConvolutionTile), isWritable: false);
        memory.Allow(table, tableStride * taps * sizeof(int), isWritable: false);
        for (int panel = 0; panel < panels; panel++)
        {
            ConvolutionTile one = tile;
            one.Weights += panel * weightsPanel;
            one.Bias = hasBias ? tile.Bias + (16 * panel) : null;
            one.Residual = hasResidual ? tile.Residual + (panel * outputPanel) : null;
            one.Output += panel * outputPanel;
            if (isDepthwise)
            {
                ScalarConvolution.DepthwiseTile(&one);
            }
            else
            {
                ScalarConvolution.Tile(&one);
            }
        }

        float[] expected = output.Span.ToArray();
        runner.Run(name, &tile, memory, () => before.CopyTo(output.Span), message => output.AssertEquals(expected, $"{message}, {count} pixels, {blocks} blocks, {taps} taps, options {options}"));
    }

    private static void CheckStrip(KernelRunner runner, string name, int count, int taps, int options, int stride)
    {
        bool hasResidual = (options & 1) != 0, clamps = (options & 2) != 0;
        var random = new Random((count * 1000) + (taps * 8) + options);
        var memory = new EmulatedMemory();
        const int Reach = 12;
        using TestFloats input = TestFloats.Random(((count - 1) * stride) + (Reach * 16), random, memory);
        using TestFloats weights = TestFloats.Random(16 * taps, random, memory);
        using TestFloats bias = TestFloats.Random(16, random, memory);
        using TestFloats residual = TestFloats.Random(16 * count, random, memory);
        using TestFloats output = TestFloats.Random(16 * count, random, memory, isWritable: true);
        long* offsets = stackalloc long[taps];
        for (int i = 0; i < taps; i++)
        {
            offsets[i] = 16 * random.Next(0, Reach);
        }

        float[] before = output.Span.ToArray();
        DepthwiseStrip strip = default;
        strip.Input = input.Pointer;
        strip.Weights = weights.Pointer;
        strip.Offsets = offsets;
        strip.Bias = bias.Pointer;
        strip.Residual = hasResidual ? residual.Pointer : null;
        strip.Output = output.Pointer;
        strip.PixelStride = stride;
        strip.Count = count;
        strip.Taps = taps;
        strip.Clamp = clamps ? 1 : 0;
        strip.Minimum = -0.5f;
        strip.Maximum = 0.75f;
        memory.Allow(&strip, sizeof(DepthwiseStrip), isWritable: false);
        memory.Allow(offsets, taps * sizeof(long), isWritable: false);
        DepthwiseStrip.Run<Float32x1>(&strip);
        float[] expected = output.Span.ToArray();
        runner.Run(name, &strip, memory, () => before.CopyTo(output.Span), message => output.AssertEquals(expected, $"{message}, {count} pixels, {taps} taps, options {options}"));
    }

    private static void CheckPlanar(KernelRunner runner, string name, int pixels, int count, int depth, int options)
    {
        bool hasBias = (options & 1) != 0, hasResidual = (options & 2) != 0, clamps = (options & 4) != 0;
        var random = new Random((count * 1000) + (depth * 8) + options);
        var memory = new EmulatedMemory();
        using TestFloats input = TestFloats.Random(200, random, memory);
        using TestFloats weights = TestFloats.Random(16 * depth, random, memory);
        using TestFloats bias = TestFloats.Random(16, random, memory);
        using TestFloats residual = TestFloats.Random(16 * count, random, memory);
        using TestFloats output = TestFloats.Random(16 * count, random, memory, isWritable: true);
        long* windows = stackalloc long[pixels], offsets = stackalloc long[depth];
        for (int i = 0; i < pixels; i++)
        {
            windows[i] = i < count ? random.Next(0, 100) : windows[count - 1];
        }

        for (int i = 0; i < depth; i++)
        {
            offsets[i] = random.Next(0, 100);
        }

        float[] before = output.Span.ToArray();
        PlanarConvolutionTile tile = default;
        tile.Input = input.Pointer;
        tile.Weights = weights.Pointer;
        tile.Pixels = windows;
        tile.Offsets = offsets;
        tile.Bias = hasBias ? bias.Pointer : null;
        tile.Residual = hasResidual ? residual.Pointer : null;
        tile.Output = output.Pointer;
        tile.Depth = depth;
        tile.Count = count;
        tile.Clamp = clamps ? 1 : 0;
        tile.Minimum = -0.5f;
        tile.Maximum = 0.75f;
        memory.Allow(&tile, sizeof(PlanarConvolutionTile), isWritable: false);
        memory.Allow(windows, pixels * sizeof(long), isWritable: false);
        memory.Allow(offsets, depth * sizeof(long), isWritable: false);
        ScalarConvolution.PlanarTile(&tile);
        float[] expected = output.Span.ToArray();
        runner.Run(name, &tile, memory, () => before.CopyTo(output.Span), message => output.AssertEquals(expected, $"{message}, {count} pixels, depth {depth}, options {options}"));
    }
}
