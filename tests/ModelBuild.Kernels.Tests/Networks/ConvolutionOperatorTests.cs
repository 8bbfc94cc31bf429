using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Networks;

/// <summary>Convolutions against ONNX Runtime; other types than float32 against the float32 result.</summary>
[TestClass]
public sealed unsafe class ConvolutionOperatorTests
{
    [TestMethod]
    public void Conv() => Gen.Int.Each(seed =>
    {
        var c = new ConvolutionCase(new Random(seed));
        OracleTest.Compare(c.Node("Conv"), [c.X, c.W, c.B], 1, (context, x, y) => c.Conv(context, x, y), mayAccept: true, tolerance: 1e-4);
    });

    [TestMethod]
    public void Conv_transpose() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random, transposed: true);
        SingleNode node = c.Node("ConvTranspose");
        long[] outputPadding = random.Coin() ? [] : [.. c.Strides.Select((s, i) => (long)random.Next((int)Math.Max(s, c.Dilations[i])))];
        if (outputPadding.Length > 0)
        {
            node.With("output_padding", outputPadding);
        }

        OracleTest.Compare(node, [c.X, c.W, c.B], 1, (context, x, y) => c.Transpose(context, x, y, outputPadding, []), mayAccept: true, tolerance: 1e-4);
    });

    [TestMethod]
    public void Conv_transpose_to_a_given_shape() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random, transposed: true, pads: false);
        long[] shape = [.. c.X.Shape[2..].ToArray().Select((size, i) => ((size - 1) * c.Strides[i]) + random.Next(1, 4))];
        SingleNode node = c.Node("ConvTranspose").With("output_shape", shape);
        OracleTest.Compare(node, [c.X, c.W, c.B], 1, (context, x, y) => c.Transpose(context, x, y, [], shape), mayAccept: true, tolerance: 1e-4);
    });

    [TestMethod]
    [DataRow(TensorElementType.Float64, 1e-5)]
    [DataRow(TensorElementType.Float16, 2e-2)]
    [DataRow(TensorElementType.BFloat16, 1e-1)]
    public void Other_types(TensorElementType type, double tolerance) => Gen.Int.Each(seed =>
    {
        var c = new ConvolutionCase(new Random(seed));
        var t = new ConvolutionCase(new Random(seed), transposed: true);
        using var context = new KernelContext();
        TensorValue[] expected = [new(), new()];
        TensorValue[] actual = [new(), new()];
        try
        {
            c.Conv(context, [c.X, c.W, c.B], expected);
            t.Transpose(context, [t.X, t.W, t.B], expected[1..], [], []);
        }
        catch (KernelException)
        {
            return;
        }

        c.Conv(context, [c.X.As(type), c.W.As(type), c.B?.As(type)], actual);
        Tensors.AreEqual(expected[0], actual[0].As(TensorElementType.Float32), tolerance: tolerance);
        TensorValue[] transposed = [new()];
        t.Transpose(context, [t.X.As(type), t.W.As(type), t.B?.As(type)], transposed, [], []);
    });

    [TestMethod]
    public void Deform_conv_without_offsets_is_conv() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random, autoPad: false);
        using var context = new KernelContext();
        TensorValue[] expected = [new()];
        try
        {
            c.Conv(context, [c.X, c.W, c.B], expected);
        }
        catch (KernelException)
        {
            return;
        }

        long[] shape = expected[0].Shape.ToArray();
        shape[1] = c.Strides.Length * c.W.Shape[2..].ToArray().Aggregate((a, b) => a * b);
        var offsets = new TensorValue(TensorElementType.Float32, shape);
        offsets.Bytes.Clear();
        var actual = new TensorValue();
        DeformableConvolutions.DeformConv(context, c.X, c.W, offsets, c.B, null, actual, c.Dilations, c.Group, pads: c.Pads, strides: c.Strides);
        Tensors.AreEqual(expected[0], actual, tolerance: 1e-4);
    });

    [TestMethod]
    public void Deform_conv_interpolates_and_weighs()
    {
        // One tap, moved by half an element to the right and a quarter down, masked by 2.
        TensorValue x = Tensors.Floats([1, 1, 2, 2], 1, 2, 3, 4);
        TensorValue w = Tensors.Floats([1, 1, 1, 1], 10);
        TensorValue offsets = Tensors.Floats([1, 2, 2, 2], 0.25f, 0.25f, 0.25f, 0.25f, 0.5f, 0.5f, 0.5f, 0.5f);
        TensorValue mask = Tensors.Floats([1, 1, 2, 2], 2, 2, 2, 2);
        var y = new TensorValue();
        using var context = new KernelContext();
        DeformableConvolutions.DeformConv(context, x, w, offsets, null, mask, y);

        // (1.5 * 0.75 + 3.5 * 0.25) * 20 first; outside counts as zero.
        Tensors.AreEqual(Tensors.Floats([1, 1, 2, 2], 40, 25, 52.5f, 30), y, tolerance: 1e-5);
    }

    [TestMethod]
    public void Col2im_sums_where_blocks_overlap()
    {
        TensorValue columns = Tensors.Floats([1, 2, 2], 1, 2, 3, 4);
        var y = new TensorValue();
        using var context = new KernelContext();
        ColumnsToImages.Col2Im(context, columns, Tensors.Longs(3), Tensors.Longs(2), y);
        Tensors.AreEqual(Tensors.Floats([1, 1, 3], 1, 5, 4), y);

        Assert.ThrowsExactly<KernelException>(() => ColumnsToImages.Col2Im(context, columns, Tensors.Longs(4), Tensors.Longs(2), y));
        Assert.ThrowsExactly<KernelException>(() => ColumnsToImages.Col2Im(context, columns, Tensors.Longs(3), Tensors.Longs(3), y));
        Assert.ThrowsExactly<KernelException>(() => ColumnsToImages.Col2Im(context, columns, Tensors.Longs(-3), Tensors.Longs(2), y));
    }

    [TestMethod]
    public void Col2im_is_onnx_runtimes() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        long[] image = [random.Next(3, 7), random.Next(3, 7)];
        long[] block = [random.Next(1, 4), random.Next(1, 4)];
        long[] strides = [random.Next(1, 3), random.Next(1, 3)];
        long[] pads = [random.Next(0, 2), random.Next(0, 2), random.Next(0, 2), random.Next(0, 2)];
        long length = Enumerable.Range(0, 2).Select(i => ((image[i] + pads[i] + pads[i + 2] - block[i]) / strides[i]) + 1).Aggregate((a, b) => a * b);
        TensorValue columns = random.Next(TensorElementType.Float32, 1, random.Next(1, 3), block[0] * block[1] * random.Next(1, 4), length);
        SingleNode node = new SingleNode("Col2Im").With("strides", strides).With("pads", pads);
        OracleTest.Compare(node, [columns, Tensors.Longs(image), Tensors.Longs(block)], 1, (context, x, y) => ColumnsToImages.Col2Im(context, x[0]!, x[1]!, x[2]!, y[0], pads: pads, strides: strides), tolerance: 1e-5);
    });

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var context = new KernelContext();
        var x = new TensorValue(TensorElementType.Float32, 1, 2, 4, 4);
        var w = new TensorValue(TensorElementType.Float32, 3, 2, 3, 3);
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, group: 2));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, group: 0));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, kernelShape: [2, 2]));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, strides: [0, 1]));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, pads: [1, 1]));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, dilations: [long.MaxValue, 1]));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, null, y, autoPad: "SAME"));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, w, new TensorValue(TensorElementType.Float32, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Convolutions.Conv(context, x, new TensorValue(TensorElementType.Float32, 3, 2, 9, 9), null, y));
    }

    /// <summary>A random convolution.</summary>
    private sealed class ConvolutionCase
    {
        public ConvolutionCase(Random random, bool transposed = false, bool pads = true, bool autoPad = true)
        {
            const TensorElementType Type = TensorElementType.Float32;
            int rank = random.Next(1, 4);
            Group = random.Of(1L, 1, 2, 3);
            long channels = Group * random.Next(1, 4);
            long filters = Group * random.Next(1, 5);
            long[] kernel = [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(1, 4))];
            Strides = [.. kernel.Select(_ => (long)random.Next(1, 4))];
            Dilations = [.. kernel.Select(_ => (long)random.Next(1, 3))];
            AutoPad = autoPad ? random.Of("NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER") : "NOTSET";
            if (transposed && AutoPad.StartsWith("SAME", StringComparison.Ordinal))
            {
                // ONNX Runtime leaves out the zeros that a stride beyond the kernel needs to reach the size that ONNX states.
                Dilations = [.. kernel.Select(_ => 1L)];
                Strides = [.. Strides.Zip(kernel, Math.Min)];
            }

            Pads = AutoPad == "NOTSET" && pads && random.Coin() ? [.. Enumerable.Range(0, 2 * rank).Select(i => (long)random.Next((int)kernel[i % rank]))] : [];
            X = random.Next(Type, 1, [random.Next(1, 3), channels, .. kernel.Select(k => (long)random.Next(1, 12))]);
            W = transposed ? random.Next(Type, 1, [channels, filters / Group, .. kernel]) : random.Next(Type, 1, [filters, channels / Group, .. kernel]);
            B = random.Coin() ? null : random.Next(Type, 1, filters);
        }

        public long Group { get; }

        public long[] Strides { get; }

        public long[] Dilations { get; }

        public long[] Pads { get; }

        public string AutoPad { get; }

        public TensorValue X { get; }

        public TensorValue W { get; }

        public TensorValue? B { get; }

        public SingleNode Node(string opType)
        {
            SingleNode node = new SingleNode(opType).With("group", Group).With("strides", Strides).With("dilations", Dilations).With("auto_pad", AutoPad);
            return Pads.Length == 0 ? node : node.With("pads", Pads);
        }

        public void Conv(KernelContext context, TensorValue?[] x, TensorValue[] y) =>
            Convolutions.Conv(context, x[0]!, x[1]!, x[2], y[0], AutoPad, Dilations, Group, pads: Pads, strides: Strides);

        public void Transpose(KernelContext context, TensorValue?[] x, TensorValue[] y, long[] outputPadding, long[] outputShape) =>
            TransposedConvolutions.ConvTranspose(context, x[0]!, x[1]!, x[2], y[0], AutoPad, Dilations, Group, default, outputPadding, outputShape, Pads, Strides);
    }
}
