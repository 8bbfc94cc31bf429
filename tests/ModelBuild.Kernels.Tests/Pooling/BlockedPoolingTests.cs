using CsCheck;

namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class BlockedPoolingTests
{
    private static Gen<ConvolutionCase> Cases { get; } = ConvolutionCase.Gen.Where(c => c.IsPossible).Select(c => c with { OutChannels = c.Channels, Groups = c.Channels });

    [TestMethod]
    public void Max_equals_the_definition_on_every_leg() => Cases.Sample(s => Check(s, 0, new LargestOfWindow(), counts: false), iter: 150, seed: "0N0XIzNsQ0O2", threads: 1);

    [TestMethod]
    public void Average_equals_the_definition_on_every_leg() => Cases.Sample(s => Check(s, 1, new MeanOfWindow(), counts: false), iter: 150, seed: "0N0XIzNsQ0O2", threads: 1);

    [TestMethod]
    public void Average_with_padding_counted_equals_the_definition_on_every_leg() =>
        Cases.Sample(s => Check(s, 1, new MeanOfWindow(), counts: true), iter: 150, seed: "0N0XIzNsQ0O2", threads: 1);

    [TestMethod]
    public void Average_in_ceiling_mode_leaves_out_what_lies_behind_the_padding()
    {
        // Width 5, window 2, step 2, padding 0: the third window has one column; with padding 1 on each side windows start at -1, 1, 3, 5.
        using GuardedFloats x = BlockedLayout.To([1, 2, 3, 4, 5], 1, 1, 5);
        using var y = new GuardedFloats(16 * 4);
        using var context = new KernelContext();
        BlockedPooling.Average(context, x.Pointer, y.Pointer, 1, 1, 1, 5, 1, 3, 1, 2, 1, 2, countIncludePad: true);
        CollectionAssert.AreEqual(new float[] { 1.5f, 3.5f, 5f }, BlockedLayout.From(y.Span, 1, 1, 3));
        BlockedPooling.Average(context, x.Pointer, y.Pointer, 1, 1, 1, 5, 1, 4, 1, 2, 1, 2, padLeft: 1, padRight: 1, countIncludePad: true);
        CollectionAssert.AreEqual(new float[] { 0.5f, 2.5f, 4.5f, 0f }, BlockedLayout.From(y.Span, 1, 1, 4));
    }

    [TestMethod]
    public void Whole_images_equal_the_definition_on_every_leg()
    {
        foreach ((int height, int width) in new[] { (1, 1), (1, 2), (1, 3), (2, 2), (7, 7), (13, 31) })
        {
            using GuardedFloats x = GuardedFloats.Random(new Random(height), 2 * 2 * height * width * 16L);
            float[] largest = Global<LargestOfWindow>(x, height, width), mean = Global<MeanOfWindow>(x, height, width);
            for (int i = 0; i < largest.Length; i++)
            {
                float[] values = [.. Enumerable.Range(0, height * width).Select(p => x.Span[(i / 16 * height * width + p) * 16 + i % 16])];
                Assert.AreEqual(values.Max(), largest[i]);
                Assert.AreEqual(values.Average(v => (double)v), mean[i], 1e-6);
            }
        }
    }

    private static float[] Global<TOperation>(GuardedFloats x, int height, int width)
        where TOperation : struct, IPoolingOperation
    {
        using GuardedFloats y8 = new(64), y4 = new(64), y1 = new(64);
        using var context = new KernelContext(2);
        var job = new BlockedPooling.Job { X = x.Pointer, Blocks = 4, Geometry = new(height, width, 1, 1, height, width, 1, 1, 0, 0, 1, 1) };
        job.Y = y8.Pointer;
        job.RunGlobal<Float32x8, TOperation>(context);
        job.Y = y4.Pointer;
        job.RunGlobal<Float32x4, TOperation>(context);
        job.Y = y1.Pointer;
        job.RunGlobal<Float32x1, TOperation>(context);
        Assert.IsTrue(y1.Span.SequenceEqual(y8.Span));
        Assert.IsTrue(y1.Span.SequenceEqual(y4.Span));
        return y1.Span.ToArray();
    }

    private static void Check<TOperation>(ConvolutionCase s, int kind, TOperation operation, bool counts)
        where TOperation : struct, IPoolingOperation
    {
        _ = operation;
        var random = new Random(s.GetHashCode());
        float[] x = [.. Enumerable.Range(0, s.Batch * s.Channels * s.Height * s.Width).Select(_ => random.NextSingle() * 2 - 1)];
        double[] expected = Reference(s, x, kind == 1, counts);
        using GuardedFloats input = BlockedLayout.To(x, s.Batch, s.Channels, s.Height * s.Width);
        long length = s.Batch * ConvolutionPacking.Blocks(s.Channels) * 16L * s.OutHeight * s.OutWidth;
        using GuardedFloats y = new(length), y4 = new(length), y1 = new(length);
        using var context = new KernelContext(2);
        if (kind == 0)
        {
            BlockedPooling.Max(
                context, input.Pointer, y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight,
                s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight, s.DilationWidth);
        }
        else
        {
            BlockedPooling.Average(
                context, input.Pointer, y.Pointer, s.Batch, s.Channels, s.Height, s.Width, s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight,
                s.StrideWidth, s.PadTop, s.PadLeft, s.PadBottom, s.PadRight, s.DilationHeight, s.DilationWidth, counts);
        }

        var job = new BlockedPooling.Job
        {
            X = input.Pointer,
            Blocks = s.Batch * ConvolutionPacking.Blocks(s.Channels),
            PadBottom = s.PadBottom,
            PadRight = s.PadRight,
            CountsPadding = counts,
            Geometry = new(
                s.Height, s.Width, s.OutHeight, s.OutWidth, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.StrideWidth, s.PadTop, s.PadLeft, s.DilationHeight,
                s.DilationWidth),
        };
        job.Y = y4.Pointer;
        job.Run<Float32x4, TOperation>(context);
        job.Y = y1.Pointer;
        job.Run<Float32x1, TOperation>(context);
        float[] actual = BlockedLayout.From(y.Span, s.Batch, s.Channels, s.OutHeight * s.OutWidth);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-6, $"{s} at {i}");
        }

        CollectionAssert.AreEqual(actual, BlockedLayout.From(y4.Span, s.Batch, s.Channels, s.OutHeight * s.OutWidth));
        CollectionAssert.AreEqual(actual, BlockedLayout.From(y1.Span, s.Batch, s.Channels, s.OutHeight * s.OutWidth));
    }

    private static double[] Reference(ConvolutionCase s, float[] x, bool mean, bool countsPadding)
    {
        double[] y = new double[s.Batch * s.Channels * s.OutHeight * s.OutWidth];
        for (int at = 0; at < y.Length; at++)
        {
            int ox = at % s.OutWidth, oy = at / s.OutWidth % s.OutHeight, plane = at / s.OutWidth / s.OutHeight;
            double sum = mean ? 0 : double.NegativeInfinity;
            int inside = 0, padded = 0;
            for (int t = 0; t < s.Taps; t++)
            {
                int iy = oy * s.StrideHeight - s.PadTop + t / s.KernelWidth * s.DilationHeight;
                int ix = ox * s.StrideWidth - s.PadLeft + t % s.KernelWidth * s.DilationWidth;
                padded += iy < s.Height + s.PadBottom && ix < s.Width + s.PadRight ? 1 : 0;
                if (iy >= 0 && iy < s.Height && ix >= 0 && ix < s.Width)
                {
                    double value = x[(plane * s.Height + iy) * s.Width + ix];
                    sum = mean ? sum + value : Math.Max(sum, value);
                    inside++;
                }
            }

            y[at] = mean ? sum / (countsPadding ? padded : inside) : sum;
        }

        return y;
    }
}
