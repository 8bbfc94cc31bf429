using CsCheck;

namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class TransposedConvolutionTests
{
    private static Gen<Case> Cases { get; } =
        from channels in Gen.Int[1, 36]
        from outChannels in Gen.Int[1, 36]
        from size in Gen.Int[1, 9].Array[2]
        from kernel in Gen.Int[1, 4].Array[2]
        from stride in Gen.Int[1, 3].Array[2]
        from pad in Gen.Int[0, 2].Array[4]
        from dilation in Gen.Frequency((3, Gen.Const(1)), (1, Gen.Int[2, 3])).Array[2]
        select new Case(channels, outChannels, size[0], size[1], kernel[0], kernel[1], stride[0], stride[1], pad[0], pad[1], pad[2], pad[3], dilation[0], dilation[1]);

    [TestMethod]
    public void Equals_the_definition_on_every_leg()
    {
        Check(new(24, 24, 20, 20, 2, 2, 2, 2));
        Check(new(16, 1, 13, 9, 2, 2, 2, 2));
        Check(new(64, 33, 5, 7, 4, 4, 2, 2, 1, 1, 1, 1));
        Check(new(500, 16, 3, 3, 3, 3, 2, 2, 1, 1, 0, 0));
        Check(new(3, 3, 4, 4, 1, 1, 3, 3));
        Cases.Where(c => c.OutHeight > 0 && c.OutWidth > 0).Sample(Check, iter: 60, seed: "0N0XIzNsQ0O2", threads: 1);
    }

    private static void Check(Case s)
    {
        var random = new Random(s.GetHashCode());
        float[] x = Numbers(random, 2 * s.Channels * s.Height * s.Width), w = Numbers(random, s.Channels * s.OutChannels * s.KernelHeight * s.KernelWidth);
        float[] bias = Numbers(random, s.OutChannels), residual = Numbers(random, 2 * s.OutChannels * s.OutHeight * s.OutWidth);
        double[] expected = s.Reference(x, w, bias, residual);
        using GuardedFloats input = BlockedLayout.To(x, 2, s.Channels, s.Height * s.Width);
        using GuardedFloats residuals = BlockedLayout.To(residual, 2, s.OutChannels, s.OutHeight * s.OutWidth);
        using var weights = new GuardedFloats(ConvolutionPacking.BlockedLength(s.Channels, s.OutChannels, 1, s.KernelHeight * s.KernelWidth));
        ConvolutionPacking.Transposed(
            w, s.Channels, s.OutChannels, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.DilationHeight, s.DilationWidth, weights.Span);
        using var biases = new GuardedFloats(ConvolutionPacking.Blocks(s.OutChannels) * 16L);
        ConvolutionPacking.Bias(bias, biases.Span);
        float[]? scalar = null;
        ConvolutionMicrokernels before = ConvolutionMicrokernels.Current;
        try
        {
            foreach (ConvolutionMicrokernels leg in ConvolutionMicrokernels.Supported())
            {
                ConvolutionMicrokernels.Current = leg;
                foreach (int threads in (int[])[1, 3])
                {
                    using var y = new GuardedFloats(residuals.Length);
                    using var context = new KernelContext(threads);
                    Convolution.Transposed(
                        context, input.Pointer, weights.Pointer, biases.Pointer, residuals.Pointer, y.Pointer, 2, s.Channels, s.Height, s.Width, s.OutChannels,
                        s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight,
                        s.DilationWidth, Activation.LeakyRelu, 0.1f);
                    float[] actual = BlockedLayout.From(y.Span, 2, s.OutChannels, s.OutHeight * s.OutWidth);
                    if (scalar == null)
                    {
                        scalar = actual;
                        for (int i = 0; i < actual.Length; i++)
                        {
                            double wanted = expected[i] < 0 ? 0.1f * expected[i] : expected[i];
                            Assert.AreEqual(wanted, actual[i], 3e-5 * Math.Max(1, Math.Abs(wanted)), $"{s} at {i}");
                        }
                    }
                    else if (Legs.IsFused<Float32x4>())
                    {
                        Assert.IsTrue(scalar.AsSpan().SequenceEqual(actual), $"{s}: {leg.Name}, {threads} threads");
                    }
                }
            }
        }
        finally
        {
            ConvolutionMicrokernels.Current = before;
        }
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];

    private sealed record Case(
        int Channels, int OutChannels, int Height, int Width, int KernelHeight, int KernelWidth, int StrideHeight = 1, int StrideWidth = 1, int PadTop = 0,
        int PadLeft = 0, int PadBottom = 0, int PadRight = 0, int DilationHeight = 1, int DilationWidth = 1)
    {
        public int OutHeight => (Height - 1) * StrideHeight + (KernelHeight - 1) * DilationHeight + 1 - PadTop - PadBottom;

        public int OutWidth => (Width - 1) * StrideWidth + (KernelWidth - 1) * DilationWidth + 1 - PadLeft - PadRight;

        public double[] Reference(float[] x, float[] w, float[] bias, float[] residual)
        {
            double[] y = [.. residual.Select((r, i) => (double)r + bias[i / (OutHeight * OutWidth) % OutChannels])];
            for (int i = 0; i < x.Length; i++)
            {
                int ix = i % Width, iy = i / Width % Height, c = i / Width / Height % Channels, n = i / Width / Height / Channels;
                for (int o = 0; o < OutChannels; o++)
                {
                    for (int k = 0; k < KernelHeight * KernelWidth; k++)
                    {
                        int oy = iy * StrideHeight + k / KernelWidth * DilationHeight - PadTop, ox = ix * StrideWidth + k % KernelWidth * DilationWidth - PadLeft;
                        if (oy >= 0 && oy < OutHeight && ox >= 0 && ox < OutWidth)
                        {
                            y[((n * OutChannels + o) * OutHeight + oy) * OutWidth + ox] += (double)x[i] * w[(c * OutChannels + o) * KernelHeight * KernelWidth + k];
                        }
                    }
                }
            }

            return y;
        }
    }
}
