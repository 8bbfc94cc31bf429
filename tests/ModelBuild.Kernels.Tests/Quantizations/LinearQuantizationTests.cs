using CsCheck;
using ModelBuild.Kernels.Tests.Networks;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Quantizations;

/// <summary>Quantization and back, bit by bit against ONNX Runtime where it has the type.</summary>
[TestClass]
public sealed unsafe class LinearQuantizationTests
{
    private static readonly TensorElementType[] s_integers =
        [TensorElementType.UInt8, TensorElementType.Int8, TensorElementType.UInt16, TensorElementType.Int16, TensorElementType.UInt4, TensorElementType.Int4];

    [TestMethod]
    public void Quantize() => Gen.Int.Each(seed =>
    {
        var c = new QuantizationCase(new Random(seed));
        TensorValue x = c.Random.Next(TensorElementType.Float32, c.Random.Of(0.05, 0.5, 5), c.Shape);
        SingleNode node = new SingleNode("QuantizeLinear", 23).With("axis", c.Axis).With("block_size", c.BlockSize);
        OracleTest.Compare(node, [x, c.Scale, c.ZeroPoint], 1, (_, i, y) => LinearQuantization.QuantizeLinear(i[0]!, i[1]!, i[2], y[0], c.Axis, c.BlockSize), mayAccept: true);
    });

    [TestMethod]
    public void Dequantize() => Gen.Int.Each(seed =>
    {
        var c = new QuantizationCase(new Random(seed));
        TensorValue x = c.Random.NextBytes(c.ZeroPoint.ElementType, c.Shape);
        SingleNode node = new SingleNode("DequantizeLinear", 23).With("axis", c.Axis).With("block_size", c.BlockSize);
        OracleTest.Compare(node, [x, c.Scale, c.Random.Coin() ? c.ZeroPoint : null], 1, (_, i, y) => LinearQuantization.DequantizeLinear(i[0]!, i[1]!, i[2], y[0], c.Axis, c.BlockSize), mayAccept: true);
    });

    [TestMethod]
    public void Dynamic() => Gen.Int.Each(seed =>
    {
        var random = new Random(seed);
        TensorValue x = random.Next(TensorElementType.Float32, random.Of(0, 0.1, 100), random.Next(1, 40));
        for (long i = 0; i < x.Length && seed % 3 != 0; i++)
        {
            x.Pointer<float>()[i] = seed % 3 == 1 ? MathF.Abs(x.Pointer<float>()[i]) : -MathF.Abs(x.Pointer<float>()[i]);
        }

        OracleTest.Compare(new SingleNode("DynamicQuantizeLinear"), [x], 3, (_, i, y) => LinearQuantization.DynamicQuantizeLinear(i[0]!, y[0], y[1], y[2]));
    });

    [TestMethod]
    public void Halves_go_to_even_and_ends_are_kept()
    {
        TensorValue x = Tensors.Floats([9], 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 1e30f, -1e30f, float.PositiveInfinity, float.NaN);
        var y = new TensorValue();
        LinearQuantization.QuantizeLinear(x, Tensors.Floats([], 1), Tensors.Of<sbyte>(TensorElementType.Int8, [], 0), y);
        Tensors.AreEqual(Tensors.Of<sbyte>(TensorElementType.Int8, [9], 0, 2, 2, 0, -2, 127, -128, 127, -128), y);
    }

    [TestMethod]
    public void Elements_narrower_than_a_byte_are_packed()
    {
        TensorValue x = Tensors.Floats([5], -3, -1, 0, 1, 5);
        var y = new TensorValue();
        LinearQuantization.QuantizeLinear(x, Tensors.Floats([], 1), null, y, outputDtype: (long)TensorElementType.Int2);
        Assert.AreEqual("Int2[5]", y.ToString());
        CollectionAssert.AreEqual(new byte[] { 0b01001110, 0b01 }, y.Bytes.ToArray());

        var back = new TensorValue();
        LinearQuantization.DequantizeLinear(y, Tensors.Floats([], 2), null, back);
        Tensors.AreEqual(Tensors.Floats([5], -4, -2, 0, 2, 2), back);
    }

    [TestMethod]
    [DataRow(TensorElementType.Float8E4M3FN, 448f)]
    [DataRow(TensorElementType.Float8E4M3FNUZ, 240f)]
    [DataRow(TensorElementType.Float8E5M2, 57344f)]
    [DataRow(TensorElementType.Float8E5M2FNUZ, 57344f)]
    [DataRow(TensorElementType.Float4E2M1, 6f)]
    public void Narrow_floats(TensorElementType type, float largest)
    {
        TensorValue x = Tensors.Floats([6], 0, 2, -4, 3, 1e9f, -1e9f);
        var y = new TensorValue();
        var back = new TensorValue();
        LinearQuantization.QuantizeLinear(x, Tensors.Floats([], 2), null, y, outputDtype: (long)type);
        Assert.AreEqual(type, y.ElementType);
        LinearQuantization.DequantizeLinear(y, Tensors.Floats([], 2), null, back);
        Tensors.AreEqual(Tensors.Floats([6], 0, 2, -4, 3, 2 * largest, -2 * largest), back);
    }

    [TestMethod]
    public void The_scale_decides_the_precision()
    {
        // 1 / 3 in 16 bits is a little less than a third, and times 1.5 in 32 bits a half rounds to even.
        TensorValue x = Tensors.Floats([1], 1);
        var y = new TensorValue();
        LinearQuantization.DequantizeLinear(Tensors.Of<byte>(TensorElementType.UInt8, [1], 3), Tensors.Of(TensorElementType.Float16, [], (Half)(1 / 3f)), null, y);
        Assert.AreEqual(TensorElementType.Float16, y.ElementType);
        Assert.AreEqual((Half)(3 * (float)(Half)(1 / 3f)), *y.Pointer<Half>());
        LinearQuantization.DequantizeLinear(Tensors.Of<byte>(TensorElementType.UInt8, [1], 3), Tensors.Of(TensorElementType.Float16, [], (Half)(1 / 3f)), null, y, outputDtype: (long)TensorElementType.Float32);
        Assert.AreEqual(3 * (float)(Half)(1 / 3f), *y.Pointer<float>());
        LinearQuantization.QuantizeLinear(x, Tensors.Of(TensorElementType.Float16, [], (Half)0.3f), null, y, precision: (long)TensorElementType.Float32);
        Assert.AreEqual(3, y.Data[0]);
    }

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var x = new TensorValue(TensorElementType.Float32, 2, 3);
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => LinearQuantization.QuantizeLinear(x, new TensorValue(TensorElementType.Float32, 2), null, y));
        Assert.ThrowsExactly<KernelException>(() => LinearQuantization.QuantizeLinear(x, new TensorValue(TensorElementType.Float32, 3), null, y, axis: 2));
        Assert.ThrowsExactly<KernelException>(() => LinearQuantization.QuantizeLinear(x, new TensorValue(TensorElementType.Float32, 3), new TensorValue(TensorElementType.UInt8, 2), y));
        Assert.ThrowsExactly<KernelException>(() => LinearQuantization.QuantizeLinear(x, new TensorValue(TensorElementType.Float32, 2, 2), null, y, blockSize: 1));
        Assert.ThrowsExactly<KernelException>(() => LinearQuantization.QuantizeLinear(x, new TensorValue(TensorElementType.Float32), null, y, outputDtype: (long)TensorElementType.Int64));
    }

    /// <summary>A random shape with scales for all, an axis, or blocks of it.</summary>
    private sealed class QuantizationCase
    {
        public QuantizationCase(Random random)
        {
            Random = random;
            TensorElementType type = random.Of(s_integers);
            int rank = random.Next(1, 4);
            Shape = [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(1, 7))];
            if (Elements.IsPacked(type))
            {
                // What fills the last byte is nobody's.
                Shape[^1] *= 2;
            }

            int axis = random.Next(rank);
            Axis = random.Coin() ? axis : axis - rank;
            long[] scales = [];
            switch (random.Next(3))
            {
                case 0:
                    Axis = 0;
                    break;
                case 1:
                    scales = [Shape[axis]];
                    break;
                default:
                    BlockSize = random.Next(1, 4);
                    scales = [.. Shape];
                    scales[axis] = ((Shape[axis] - 1) / BlockSize) + 1;
                    break;
            }

            Scale = random.NextScales(scales);
            ZeroPoint = random.NextBytes(type, scales);
        }

        public Random Random { get; }

        public long[] Shape { get; }

        public long Axis { get; }

        public long BlockSize { get; }

        public TensorValue Scale { get; }

        public TensorValue ZeroPoint { get; }
    }
}
