using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Networks;

/// <summary>Pooling against ONNX Runtime.</summary>
[TestClass]
public sealed unsafe class PoolingOperatorTests
{
    [TestMethod]
    public void Max_pool_of_floats() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        Compare(random, TensorElementType.Float32);
    });

    [TestMethod]
    public void Max_pool_of_bytes() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        Compare(random, random.Of(TensorElementType.UInt8, TensorElementType.Int8));
    });

    [TestMethod]
    public void Average_pool() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new PoolCase(random, TensorElementType.Float32, 19);
        long include = random.Next(2);
        SingleNode node = c.Node("AveragePool").With("count_include_pad", include);
        OracleTest.Compare(node, [c.X], 1, (context, x, y) => Pooling.AveragePool(context, x[0]!, y[0], c.Kernel, c.AutoPad, c.Ceiling, include, c.Dilations, c.Pads, c.Strides), mayAccept: true, tolerance: 1e-5);
    });

    [TestMethod]
    public void Lp_pool() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new PoolCase(random, TensorElementType.Float32, 18, ceiling: false);
        long p = random.Next(1, 4);
        SingleNode node = c.Node("LpPool").With("p", p);
        OracleTest.Compare(node, [c.X], 1, (context, x, y) => Pooling.LpPool(context, x[0]!, y[0], c.Kernel, c.AutoPad, c.Ceiling, c.Dilations, p, c.Pads, c.Strides), mayAccept: true, tolerance: 1e-4);
    });

    [TestMethod]
    public void Global_pools() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        TensorValue x = random.Next(TensorElementType.Float32, 1, [random.Next(1, 3), random.Next(1, 4), .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (long)random.Next(1, 9))]);
        OracleTest.Compare(new SingleNode("GlobalAveragePool"), [x], 1, (_, i, y) => GlobalPooling.GlobalAveragePool(i[0]!, y[0]), tolerance: 1e-5);
        OracleTest.Compare(new SingleNode("GlobalMaxPool"), [x], 1, (_, i, y) => GlobalPooling.GlobalMaxPool(i[0]!, y[0]), tolerance: 1e-7);
        long p = random.Next(1, 4);
        OracleTest.Compare(new SingleNode("GlobalLpPool").With("p", p), [x], 1, (_, i, y) => GlobalPooling.GlobalLpPool(i[0]!, y[0], p), tolerance: 1e-4);
    });

    [TestMethod]
    public void Max_roi_pool() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        TensorValue x = random.Next(TensorElementType.Float32, 1, random.Next(1, 3), random.Next(1, 3), random.Next(2, 9), random.Next(2, 9));
        var rois = new TensorValue(TensorElementType.Float32, random.Next(0, 4), 5);
        for (long i = 0; i < rois.Length; i++)
        {
            rois.Pointer<float>()[i] = i % 5 == 0 ? random.Next((int)x.Shape[0]) : random.Next(0, 20) + (i % 5 > 2 ? 5 : 0);
        }

        long[] pooled = [random.Next(1, 4), random.Next(1, 4)];
        float scale = random.Of(1f, 0.5f, 0.25f);
        SingleNode node = new SingleNode("MaxRoiPool").With("pooled_shape", pooled).With("spatial_scale", scale);
        OracleTest.Compare(node, [x, rois], 1, (_, i, y) => RegionPooling.MaxRoiPool(i[0]!, i[1]!, y[0], pooled, scale), mayAccept: true, tolerance: 1e-7);
    });

    [TestMethod]
    public void Unpooling_puts_elements_back()
    {
        using var context = new KernelContext();
        TensorValue x = Tensors.Floats([1, 1, 4, 4], [.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        TensorValue[] y = [new(), new(), new()];
        MaxPooling.MaxPool(context, x, y[0], y[1], [2, 2], strides: [2, 2]);
        Tensors.AreEqual(Tensors.Of<long>(TensorElementType.Int64, [1, 1, 2, 2], 5, 7, 13, 15), y[1]);
        MaxPooling.MaxUnpool(y[0], y[1], null, y[2], [2, 2], strides: [2, 2]);
        Tensors.AreEqual(Tensors.Floats([1, 1, 4, 4], 0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0, 13, 0, 15), y[2]);

        // The same places in a larger image.
        MaxPooling.MaxUnpool(y[0], y[1], Tensors.Longs(1, 1, 5, 5), y[2], [2, 2], strides: [2, 2]);
        Assert.AreEqual(5, y[2].Pointer<float>()[6]);
        Assert.AreEqual(15, y[2].Pointer<float>()[18]);

        TensorValue outside = Tensors.Of<long>(TensorElementType.Int64, [1, 1, 2, 2], 5, 7, 13, 16);
        Assert.ThrowsExactly<KernelException>(() => MaxPooling.MaxUnpool(y[0], outside, null, y[2], [2, 2], strides: [2, 2]));
    }

    [TestMethod]
    [DataRow(TensorElementType.Float64)]
    [DataRow(TensorElementType.Float16)]
    [DataRow(TensorElementType.BFloat16)]
    public void Other_types_give_the_largest_element_itself(TensorElementType type) => Gen.Int.Each(seed =>
    {
        var c = new PoolCase(new Random(seed), TensorElementType.Float32, 21);
        using var context = new KernelContext();
        TensorValue[] expected = [new(), new()];
        TensorValue[] actual = [new(), new()];
        TensorValue narrow = c.X.As(type);
        try
        {
            c.MaxPool(context, [narrow.As(TensorElementType.Float32)], expected, 0);
        }
        catch (KernelException)
        {
            return;
        }

        c.MaxPool(context, [narrow], actual, 0);
        Tensors.AreEqual(expected[0], actual[0].As(TensorElementType.Float32));
        Tensors.AreEqual(expected[1], actual[1]);
    });

    private static void Compare(Random random, TensorElementType type)
    {
        var c = new PoolCase(random, type, 21);
        long order = type == TensorElementType.Float32 ? random.Next(2) : 0;
        bool indices = random.Coin();
        OracleTest.Compare(c.Node("MaxPool").With("storage_order", order), [c.X], indices ? 2 : 1, (context, x, y) => c.MaxPool(context, x, y, order), mayAccept: true);
    }

    /// <summary>Random windows.</summary>
    private sealed class PoolCase
    {
        private readonly int _opset;

        public PoolCase(Random random, TensorElementType type, int opset, bool ceiling = true)
        {
            _opset = opset;
            int rank = random.Next(1, 4);
            Kernel = [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(1, 4))];
            Strides = [.. Kernel.Select(_ => (long)random.Next(1, 4))];
            AutoPad = random.Of("NOTSET", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");

            // With SAME, ONNX Runtime pads too little for dilations, and some of its kernels less than nothing for strides beyond the window.
            bool same = AutoPad.StartsWith("SAME", StringComparison.Ordinal);
            Dilations = [.. Kernel.Select(_ => same ? 1L : random.Of(1L, 1, 2))];
            Strides = same ? [.. Strides.Zip(Kernel, Math.Min)] : Strides;
            Ceiling = ceiling && AutoPad == "NOTSET" ? random.Next(2) : 0;
            Pads = AutoPad == "NOTSET" && random.Coin() ? [.. Enumerable.Range(0, 2 * rank).Select(i => (long)random.Next((int)Kernel[i % rank]))] : [];
            long[] shape = [random.Next(1, 3), random.Next(1, 4), .. Kernel.Select(_ => (long)random.Next(5, 11))];
            X = type == TensorElementType.Float32 ? random.Next(type, 1, shape) : random.NextBytes(type, shape);
        }

        public long[] Kernel { get; }

        public long[] Strides { get; }

        public long[] Dilations { get; }

        public long[] Pads { get; }

        public string AutoPad { get; }

        public long Ceiling { get; }

        public TensorValue X { get; }

        public SingleNode Node(string opType)
        {
            SingleNode node = new SingleNode(opType, _opset).With("kernel_shape", Kernel).With("strides", Strides).With("dilations", Dilations).With("auto_pad", AutoPad).With("ceil_mode", Ceiling);
            return Pads.Length == 0 ? node : node.With("pads", Pads);
        }

        public void MaxPool(KernelContext context, TensorValue?[] x, TensorValue[] y, long order) =>
            MaxPooling.MaxPool(context, x[0]!, y[0], y.Length > 1 ? y[1] : null, Kernel, AutoPad, Ceiling, Dilations, Pads, order, Strides);
    }
}
