using CsCheck;
using ModelBuild.Kernels.Tests.Networks;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Quantizations;

/// <summary>Integer products against sums in 64 bits, quantized ones also against ONNX Runtime.</summary>
[TestClass]
public sealed unsafe class IntegerProductTests
{
    [TestMethod]
    public void Mat_mul_integer_is_exact() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new MatrixCase(random);
        TensorValue? aZero = random.Coin() ? null : random.NextBytes(c.A.ElementType, random.Coin() ? [] : [c.Rows]);
        TensorValue? bZero = random.Coin() ? null : random.NextBytes(c.B.ElementType, random.Coin() ? [] : [c.Columns]);
        var y = new TensorValue();
        IntegerProducts.MatMulInteger(c.A, c.B, aZero, bZero, y);
        Assert.AreEqual($"Int32[{string.Join(',', c.Output)}]", y.ToString());
        for (long i = 0; i < y.Length; i++)
        {
            (long batch, long row, long column) = (i / c.Columns / c.Rows, i / c.Columns % c.Rows, i % c.Columns);
            long sum = 0;
            for (long k = 0; k < c.Depth; k++)
            {
                long a = Integers.At(c.A, (((batch % c.ABatch * c.Rows) + row) * c.Depth) + k) - Zero(aZero, row);
                long b = Integers.At(c.B, (((batch % c.BBatch * c.Depth) + k) * c.Columns) + column) - Zero(bZero, column);
                sum += a * b;
            }

            Assert.AreEqual(sum, y.Pointer<int>()[i]);
        }
    });

    [TestMethod]
    public void Q_linear_mat_mul() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);

        // What multiplies unsigned by signed bytes in ONNX Runtime may saturate on processors without the exact instruction.
        var c = new MatrixCase(random, signedRight: false);
        TensorValue?[] inputs =
        [
            c.A, random.NextScales(), random.NextBytes(c.A.ElementType), c.B, random.NextScales(), random.NextBytes(c.B.ElementType), random.NextScales(),
            random.NextBytes(c.A.ElementType),
        ];
        OracleTest.Compare(new SingleNode("QLinearMatMul"), inputs, 1, (_, x, y) => IntegerProducts.QLinearMatMul(x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, x[5]!, x[6]!, x[7]!, y[0]), mayAccept: true);
    });

    [TestMethod]
    public void Conv_integer_is_conv_of_the_differences() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random);
        TensorValue xZero = random.NextBytes(c.X.ElementType);
        TensorValue wZero = random.NextBytes(c.W.ElementType, random.Coin() ? [] : [c.W.Shape[0]]);
        var actual = new TensorValue();
        IntegerProducts.ConvInteger(c.X, c.W, xZero, wZero, actual, group: c.Group, pads: c.Pads, strides: c.Strides);

        // Differences of bytes and their sums are exact in float64.
        using var context = new KernelContext();
        var expected = new TensorValue();
        Convolutions.Conv(context, Difference(c.X, xZero, c.X.Length), Difference(c.W, wZero, c.W.Length / Math.Max(1, c.W.Shape[0])), null, expected, group: c.Group, pads: c.Pads, strides: c.Strides);
        Tensors.AreEqual(expected.As(TensorElementType.Int32), actual);
    });

    [TestMethod]
    public void Q_linear_conv() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random, TensorElementType.UInt8, TensorElementType.UInt8);
        long filters = c.W.Shape[0];
        TensorValue bias = new(TensorElementType.Int32, filters);
        for (long i = 0; i < filters; i++)
        {
            bias.Pointer<int>()[i] = random.Next(-5000, 5000);
        }

        TensorValue?[] inputs =
        [
            c.X, random.NextScales(), random.NextBytes(c.X.ElementType), c.W, random.NextScales(), random.NextBytes(c.W.ElementType),
            random.NextScales(), random.NextBytes(TensorElementType.UInt8), random.Coin() ? null : bias,
        ];
        SingleNode node = new SingleNode("QLinearConv").With("group", c.Group).With("pads", c.Pads).With("strides", c.Strides);
        OracleTest.Compare(
            node, inputs, 1, (_, x, y) => IntegerProducts.QLinearConv(x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, x[5]!, x[6]!, x[7]!, x[8], y[0], group: c.Group, pads: c.Pads, strides: c.Strides), mayAccept: true);
    });

    [TestMethod]
    public void Q_linear_conv_with_a_scale_per_channel() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        var c = new ConvolutionCase(random, TensorElementType.UInt8, TensorElementType.Int8, small: true);
        long filters = c.W.Shape[0];
        TensorValue zeros = new(TensorElementType.Int8, filters);
        zeros.Bytes.Clear();
        TensorValue?[] inputs =
        [
            c.X, random.NextScales(), random.NextBytes(c.X.ElementType), c.W, random.NextScales(filters), zeros, random.NextScales(), random.NextBytes(TensorElementType.UInt8),
        ];
        SingleNode node = new SingleNode("QLinearConv").With("group", c.Group).With("pads", c.Pads).With("strides", c.Strides);
        OracleTest.Compare(
            node, inputs, 1, (_, x, y) => IntegerProducts.QLinearConv(x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, x[5]!, x[6]!, x[7]!, null, y[0], group: c.Group, pads: c.Pads, strides: c.Strides), mayAccept: true);
    });

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var a = new TensorValue(TensorElementType.UInt8, 2, 3);
        var b = new TensorValue(TensorElementType.UInt8, 4, 2);
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => IntegerProducts.MatMulInteger(a, b, null, null, y));
        Assert.ThrowsExactly<KernelException>(() => IntegerProducts.MatMulInteger(a, new TensorValue(TensorElementType.UInt8), null, null, y));
        Assert.ThrowsExactly<KernelException>(() => IntegerProducts.MatMulInteger(a, new TensorValue(TensorElementType.UInt8, 3, 2), new TensorValue(TensorElementType.UInt8, 3), null, y));
        Assert.ThrowsExactly<KernelException>(() => IntegerProducts.MatMulInteger(a, new TensorValue(TensorElementType.Float32, 3, 2), null, null, y));
    }

    private static long Zero(TensorValue? zero, long line) => zero is null ? 0 : Integers.At(zero, zero.Length == 1 ? 0 : line);

    private static TensorValue Difference(TensorValue tensor, TensorValue zero, long run)
    {
        var result = new TensorValue(TensorElementType.Float64, tensor.Shape);
        for (long i = 0; i < tensor.Length; i++)
        {
            result.Pointer<double>()[i] = Integers.At(tensor, i) - Zero(zero, i / run);
        }

        return result;
    }

    private sealed class MatrixCase
    {
        public MatrixCase(Random random, bool signedRight = true)
        {
            Rows = random.Next(1, 9);
            Columns = random.Next(1, 40);
            Depth = random.Next(1, 40);
            long batch = random.Coin() ? 0 : random.Next(1, 4);
            ABatch = batch == 0 || random.Coin() ? 1 : batch;
            BBatch = Math.Max(1, batch);
            A = random.NextBytes(random.Of(TensorElementType.UInt8, TensorElementType.Int8), batch == 0 ? [Rows, Depth] : [ABatch, Rows, Depth]);
            B = random.NextBytes(signedRight ? random.Of(TensorElementType.UInt8, TensorElementType.Int8) : A.ElementType, batch == 0 ? [Depth, Columns] : [BBatch, Depth, Columns]);
            Output = batch == 0 ? [Rows, Columns] : [BBatch, Rows, Columns];
        }

        public long Rows { get; }

        public long Columns { get; }

        public long Depth { get; }

        public long ABatch { get; }

        public long BBatch { get; }

        public long[] Output { get; }

        public TensorValue A { get; }

        public TensorValue B { get; }
    }

    private sealed class ConvolutionCase
    {
        public ConvolutionCase(Random random, TensorElementType? x = null, TensorElementType? w = null, bool small = false)
        {
            TensorElementType xType = x ?? random.Of(TensorElementType.UInt8, TensorElementType.Int8);
            TensorElementType wType = w ?? random.Of(TensorElementType.UInt8, TensorElementType.Int8);
            Group = random.Of(1L, 1, 2);
            long[] kernel = [random.Next(1, 4), random.Next(1, 4)];
            Strides = [random.Next(1, 3), random.Next(1, 3)];
            Pads = [.. Enumerable.Range(0, 4).Select(i => (long)random.Next((int)kernel[i % 2]))];
            X = random.NextBytes(xType, random.Next(1, 3), Group * random.Next(1, 4), random.Next(3, 9), random.Next(3, 9));
            W = random.NextBytes(wType, [Group * random.Next(1, 5), X.Shape[1] / Group, .. kernel]);

            // Sums of pairs that fit 16 bits are exact on every processor.
            for (long i = 0; small && i < W.Length; i++)
            {
                ((sbyte*)W.Data)[i] /= 2;
            }
        }

        public long Group { get; }

        public long[] Strides { get; }

        public long[] Pads { get; }

        public TensorValue X { get; }

        public TensorValue W { get; }
    }
}
