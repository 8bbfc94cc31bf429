using CsCheck;

namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class ConvolutionTests
{
    private const double Tolerance = 2e-5;

    /// <summary>Sizes below, at and above each tile, the models' own kinds of layers, and filters that see nothing but padding.</summary>
    private static ConvolutionCase[] Cases { get; } =
    [
        new(1, 16, 16, 1, 1, 1, 1, 1),
        new(1, 16, 16, 1, 1, 3, 1, 1),
        new(1, 16, 32, 1, 1, 4, 1, 1),
        new(1, 32, 16, 1, 1, 5, 1, 1),
        new(1, 16, 48, 1, 1, 6, 1, 1),
        new(1, 16, 16, 1, 1, 7, 1, 1),
        new(1, 16, 16, 1, 1, 8, 1, 1),
        new(1, 16, 16, 1, 1, 9, 1, 1),
        new(1, 16, 16, 1, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1),
        new(2, 64, 80, 1, 14, 14, 3, 3, 1, 1, 1, 1, 1, 1),
        new(1, 40, 24, 1, 15, 15, 3, 3, 2, 2, 1, 1, 1, 1),
        new(1, 3, 64, 1, 29, 31, 7, 7, 2, 2, 3, 3, 3, 3),
        new(1, 500, 20, 1, 5, 6, 1, 1),
        new(1, 3, 5, 1, 3, 3, 5, 5, 1, 1, 4, 4, 4, 4),
        new(1, 2, 3, 1, 2, 2, 2, 2, 3, 3, 5, 5, 5, 5, 2, 2),
        new(1, 64, 64, 4, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1),
        new(1, 32, 32, 8, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1),
        new(1, 20, 40, 20, 6, 5, 3, 3, 1, 1, 1, 1, 1, 1),
        new(1, 96, 48, 2, 4, 5, 1, 1),
    ];

    [TestMethod]
    public void Blocked_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases)
        {
            CheckLegs(sizes, Blocked);
        }

        ConvolutionCase.Gen.Where(c => c.IsPossible).Sample(c => CheckLegs(c, Blocked), iter: 60, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    [TestMethod]
    public void FirstLayer_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases.Where(c => c.Groups == 1))
        {
            CheckLegs(sizes, FirstLayer);
        }

        ConvolutionCase.Gen.Where(c => c.IsPossible).Sample(c => CheckLegs(c with { Groups = 1 }, FirstLayer), iter: 40, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    [TestMethod]
    public void Nchw_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases)
        {
            CheckLegs(sizes, Nchw);
        }

        ConvolutionCase.Gen.Where(c => c.IsPossible).Sample(c => CheckLegs(c, Nchw), iter: 60, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    [TestMethod]
    public void Depthwise_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases)
        {
            CheckLegs(sizes with { OutChannels = sizes.Channels, Groups = sizes.Channels }, Depthwise);
        }

        ConvolutionCase.Gen.Where(c => c.IsPossible)
            .Sample(c => CheckLegs(c with { OutChannels = c.Channels, Groups = c.Channels }, Depthwise), iter: 60, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    [TestMethod]
    public void Winograd_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases)
        {
            CheckLegs(ForWinograd(sizes), Winograd);
        }

        CheckLegs(new(2, 33, 65, 1, 30, 29, 3, 3, 1, 1, 1, 1, 1, 1), Winograd);
        CheckLegs(new(1, 360, 20, 1, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1), Winograd);
        ConvolutionCase.Gen.Select(ForWinograd).Where(c => c.IsPossible).Sample(c => CheckLegs(c, Winograd), iter: 40, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    [TestMethod]
    public void Winograd_gives_the_same_bits_with_every_width_of_transform()
    {
        var random = new Random(5);
        using GuardedFloats x = GuardedFloats.Random(random, 2 * 32 * 11 * 13), weights = GuardedFloats.Random(random, ConvolutionPacking.WinogradLength(32, 32));
        using GuardedFloats bias = GuardedFloats.Random(random, 32), residual = GuardedFloats.Random(random, 2 * 32 * 11 * 13);
        using GuardedFloats y16 = new(residual.Length), y8 = new(residual.Length), y4 = new(residual.Length), y1 = new(residual.Length);
        using var context = new KernelContext(2);
        var job = new WinogradJob
        {
            Geometry = new(11, 13, 11, 13, 3, 3, 1, 1, 1, 1, 1, 1),
            X = x.Pointer,
            Weights = weights.Pointer,
            Bias = bias.Pointer,
            Residual = residual.Pointer,
            Channels = 32,
            OutChannels = 32,
            Finish = new(Activation.Relu, 0, 0),
        };
        job.Y = y1.Pointer;
        job.Run<Float32x1>(context, 2);
        job.Y = y4.Pointer;
        job.Run<Float32x4>(context, 2);
        job.Y = y8.Pointer;
        job.Run<Float32x8>(context, 2);
        Assert.IsTrue(!Legs.IsFused<Float32x4>() || y1.Span.SequenceEqual(y4.Span));
        Assert.IsTrue(!Legs.IsFused<Float32x8>() || y1.Span.SequenceEqual(y8.Span));
        if (Legs.IsFused<Float32x16>())
        {
            job.Y = y16.Pointer;
            job.Run<Float32x16>(context, 2);
            Assert.IsTrue(y1.Span.SequenceEqual(y16.Span));
        }
    }

    [TestMethod]
    public void Every_activation_follows_the_residual()
    {
        var sizes = new ConvolutionCase(1, 20, 20, 1, 5, 7, 3, 3, 1, 1, 1, 1, 1, 1);
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            foreach (Run run in new Run[] { Blocked, FirstLayer, Nchw })
            {
                Check(sizes, run, activation, withResidual: true);
                Check(sizes, run, activation, withResidual: false);
            }

            Check(sizes with { Groups = 20 }, Depthwise, activation, withResidual: true);
            Check(sizes, Winograd, activation, withResidual: true);
        }
    }

    [TestMethod]
    public void Nan_passes_through_bounds()
    {
        using var x = new GuardedFloats(16 * 5);
        x.Span.Fill(1);
        x.Span[16 * 2] = float.NaN;
        using var w = new GuardedFloats(256);
        w.Span.Fill(1);
        foreach (ConvolutionMicrokernels leg in ConvolutionMicrokernels.Supported())
        {
            using var y = new GuardedFloats(16 * 5);
            using var context = new KernelContext();
            WithLeg(leg, () => Convolution.Blocked(context, x.Pointer, w.Pointer, null, null, y.Pointer, 1, 16, 1, 5, 16, 1, 5, 1, 1, activation: Activation.Clip, alpha: 0, beta: 6));
            Assert.IsTrue(y.Span.Slice(32, 16).ToArray().All(float.IsNaN), leg.Name);
            Assert.IsTrue(y.Span[..32].ToArray().All(v => v == 6), leg.Name);
        }
    }

    [TestMethod]
    public void Depthwise_by_tiles_equals_the_definition_on_every_leg()
    {
        foreach (ConvolutionCase sizes in Cases)
        {
            CheckLegs(sizes with { OutChannels = sizes.Channels, Groups = sizes.Channels }, DepthwiseTiles);
        }

        ConvolutionCase.Gen.Where(c => c.IsPossible)
            .Sample(c => CheckLegs(c with { OutChannels = c.Channels, Groups = c.Channels }, DepthwiseTiles), iter: 50, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    // The way of a table of machine code that has no strips.
    private static float[] DepthwiseTiles(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        ConvolutionMicrokernels leg = ConvolutionMicrokernels.Current;
        var table = new ConvolutionMicrokernels
        {
            Name = leg.Name,
            Pixels = leg.Pixels,
            SmallPixels = leg.SmallPixels,
            Tile = leg.Tile,
            SmallTile = leg.SmallTile,
            DepthwiseTile = leg.DepthwiseTile,
            PlanarTile = leg.PlanarTile,
        };
        float[] y = [];
        WithLeg(table, () => y = Depthwise(s, x, w, bias, residual, activation, alpha, beta, threads));
        return y;
    }

    private delegate float[] Run(ConvolutionCase sizes, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads);

    private static void CheckLegs(ConvolutionCase sizes, Run run) => Check(sizes, run, Activation.None, withResidual: sizes.Width % 2 == 0);

    private static void Check(ConvolutionCase sizes, Run run, Activation activation, bool withResidual)
    {
        var random = new Random(sizes.GetHashCode());
        float[] x = Numbers(random, sizes.Batch * sizes.Channels * sizes.Height * sizes.Width);
        float[] w = Numbers(random, sizes.OutChannels * (sizes.Channels / sizes.Groups) * sizes.Taps);
        float[]? bias = sizes.Height % 3 == 0 ? null : Numbers(random, sizes.OutChannels);
        float[]? residual = withResidual ? Numbers(random, sizes.Batch * sizes.OutChannels * sizes.OutHeight * sizes.OutWidth) : null;
        double[] expected = sizes.Reference(x, w, bias, residual);
        double scale = Math.Max(1, Math.Sqrt(expected.Average(v => v * v))); // Rounding errors grow with the sums that cancel.
        float alpha = 0.2f, beta = 0.5f;
        float[]? scalar = null;
        foreach (ConvolutionMicrokernels leg in ConvolutionMicrokernels.Supported())
        {
            foreach (int threads in (int[])[1, 3])
            {
                float[] y = [];
                WithLeg(leg, () => y = run(sizes, x, w, bias, residual, activation, alpha, beta, threads));
                if (scalar == null)
                {
                    scalar = y;
                    for (int i = 0; i < y.Length; i++)
                    {
                        double wanted = ActivationFunctions.Apply(activation, alpha, beta, (float)expected[i]);
                        Assert.AreEqual(wanted, y[i], Tolerance * Math.Max(scale, Math.Abs(wanted)), $"{sizes} {activation} at {i}");
                    }
                }
                else
                {
                    Assert.IsTrue(Legs.IsFused<Float32x4>() ? scalar.AsSpan().SequenceEqual(y) : Close(scalar, y), $"{sizes} {activation}: {leg.Name}, {threads} threads");
                }
            }
        }
    }

    private static bool Close(float[] a, float[] b) => a.Zip(b).All(p => Math.Abs(p.First - p.Second) <= Tolerance * Math.Max(1, Math.Abs(p.First)));

    private static float[] Blocked(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        using GuardedFloats input = BlockedLayout.To(x, s.Batch, s.Channels, s.Height * s.Width);
        using var weights = new GuardedFloats(ConvolutionPacking.BlockedLength(s.Channels, s.OutChannels, s.Groups, s.Taps));
        ConvolutionPacking.Blocked(w, s.Channels, s.OutChannels, s.Groups, s.Taps, weights.Span);
        using GuardedFloats? biases = Padded(bias);
        using GuardedFloats? residuals = residual == null ? null : BlockedLayout.To(residual, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
        using var y = new GuardedFloats(s.Batch * ConvolutionPacking.Blocks(s.OutChannels) * 16L * s.OutHeight * s.OutWidth);
        using var context = new KernelContext(threads);
        Convolution.Blocked(
            context, input.Pointer, weights.Pointer, PointerOf(biases), PointerOf(residuals), y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutChannels,
            s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight, s.DilationWidth,
            s.Groups, activation, alpha, beta);
        return BlockedLayout.From(y.Span, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
    }

    private static float[] Depthwise(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        using GuardedFloats input = BlockedLayout.To(x, s.Batch, s.Channels, s.Height * s.Width);
        using var weights = new GuardedFloats(ConvolutionPacking.DepthwiseLength(s.Channels, s.Taps));
        ConvolutionPacking.Depthwise(w, s.Channels, s.Taps, weights.Span);
        using GuardedFloats? biases = Padded(bias);
        using GuardedFloats? residuals = residual == null ? null : BlockedLayout.To(residual, s.Batch, s.Channels, s.OutHeight * s.OutWidth);
        using var y = new GuardedFloats(s.Batch * ConvolutionPacking.Blocks(s.Channels) * 16L * s.OutHeight * s.OutWidth);
        using var context = new KernelContext(threads);
        Convolution.Depthwise(
            context, input.Pointer, weights.Pointer, PointerOf(biases), PointerOf(residuals), y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutHeight,
            s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight, s.DilationWidth, activation, alpha, beta);
        return BlockedLayout.From(y.Span, s.Batch, s.Channels, s.OutHeight * s.OutWidth);
    }

    private static float[] FirstLayer(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        using var input = new GuardedFloats(x);
        using var weights = new GuardedFloats(ConvolutionPacking.PlanarLength(s.Channels, s.OutChannels, 1, s.Taps));
        ConvolutionPacking.Planar(w, s.Channels, s.OutChannels, 1, s.Taps, weights.Span);
        using GuardedFloats? biases = Padded(bias);
        using GuardedFloats? residuals = residual == null ? null : BlockedLayout.To(residual, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
        using var y = new GuardedFloats(s.Batch * ConvolutionPacking.Blocks(s.OutChannels) * 16L * s.OutHeight * s.OutWidth);
        using var context = new KernelContext(threads);
        Convolution.FirstLayer(
            context, input.Pointer, weights.Pointer, PointerOf(biases), PointerOf(residuals), y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutChannels,
            s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight, s.DilationWidth, activation,
            alpha, beta);
        return BlockedLayout.From(y.Span, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
    }

    private static ConvolutionCase ForWinograd(ConvolutionCase s) =>
        s with { Groups = 1, KernelHeight = 3, KernelWidth = 3, StrideHeight = 1, StrideWidth = 1, DilationHeight = 1, DilationWidth = 1, PadTop = Math.Max(1, s.PadTop), PadLeft = Math.Max(1, s.PadLeft), PadBottom = Math.Max(1, s.PadBottom), PadRight = Math.Max(1, s.PadRight) };

    private static float[] Winograd(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        using GuardedFloats input = BlockedLayout.To(x, s.Batch, s.Channels, s.Height * s.Width);
        using var weights = new GuardedFloats(ConvolutionPacking.WinogradLength(s.Channels, s.OutChannels));
        ConvolutionPacking.Winograd(w, s.Channels, s.OutChannels, weights.Span);
        using GuardedFloats? biases = Padded(bias);
        using GuardedFloats? residuals = residual == null ? null : BlockedLayout.To(residual, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
        using var y = new GuardedFloats(s.Batch * ConvolutionPacking.Blocks(s.OutChannels) * 16L * s.OutHeight * s.OutWidth);
        using var context = new KernelContext(threads);
        Convolution.Winograd(
            context, input.Pointer, weights.Pointer, PointerOf(biases), PointerOf(residuals), y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutChannels,
            s.OutHeight, s.OutWidth, s.PadTop, s.PadLeft, activation, alpha, beta);
        return BlockedLayout.From(y.Span, s.Batch, s.OutChannels, s.OutHeight * s.OutWidth);
    }

    private static float[] Nchw(ConvolutionCase s, float[] x, float[] w, float[]? bias, float[]? residual, Activation activation, float alpha, float beta, int threads)
    {
        using var input = new GuardedFloats(x);
        using var weights = new GuardedFloats(w);
        using GuardedFloats? biases = bias == null ? null : new GuardedFloats(bias);
        using GuardedFloats? residuals = residual == null ? null : new GuardedFloats(residual);
        using var y = new GuardedFloats((long)s.Batch * s.OutChannels * s.OutHeight * s.OutWidth);
        using var context = new KernelContext(threads);
        Convolution.Nchw(
            context, input.Pointer, weights.Pointer, PointerOf(biases), PointerOf(residuals), y.Pointer, s.Batch, s.Channels, s.OutChannels, s.Groups,
            [s.Height, s.Width], [s.OutHeight, s.OutWidth], [s.KernelHeight, s.KernelWidth], [s.StrideHeight, s.StrideWidth], [s.PadTop, s.PadLeft],
            [s.DilationHeight, s.DilationWidth], activation, alpha, beta);
        return y.Span.ToArray();
    }

    private static GuardedFloats? Padded(float[]? bias)
    {
        if (bias == null)
        {
            return null;
        }

        var result = new GuardedFloats(ConvolutionPacking.Blocks(bias.Length) * 16L);
        ConvolutionPacking.Bias(bias, result.Span);
        return result;
    }

    private static float* PointerOf(GuardedFloats? floats) => floats == null ? null : floats.Pointer;

    private static float[] Numbers(Random random, int count)
    {
        float[] numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
        {
            number = random.NextSingle() * 2 - 1;
        }

        return numbers;
    }

    private static void WithLeg(ConvolutionMicrokernels leg, Action action)
    {
        ConvolutionMicrokernels before = ConvolutionMicrokernels.Current;
        ConvolutionMicrokernels.Current = leg;
        try
        {
            action();
        }
        finally
        {
            ConvolutionMicrokernels.Current = before;
        }
    }
}
