using System.Runtime.InteropServices;
using ModelBuild.Compression.Quantize.Int8;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

[TestClass]
public sealed class Int8TensorTests
{
    /// <summary>Shape and axis of channels; sizes at and around the piece of 65,536 elements among them.</summary>
    [TestMethod]
    [DataRow(new long[] { 3, 5 }, 0)]
    [DataRow(new long[] { 3, 5 }, 1)]
    [DataRow(new long[] { 4, 3, 2, 2 }, 0)]
    [DataRow(new long[] { 4, 3, 2, 2 }, 1)]
    [DataRow(new long[] { 1, 1 }, 0)]
    [DataRow(new long[] { 2, 65535 }, 0)]
    [DataRow(new long[] { 2, 65537 }, 0)]
    [DataRow(new long[] { 300, 301 }, 1)]
    public void Follows_the_formula_for_every_element(long[] dimensions, int axis)
    {
        TensorData source = TestModels.Random(3, dimensions);
        Int8Tensor tensor = Int8Tensor.Create(source, ChannelLayout.Axis(dimensions, axis))!;
        float[] w = source.As<float>().ToArray();
        sbyte[] q = MemoryMarshal.Cast<byte, sbyte>(tensor.Bytes).ToArray();
        float[] scales = tensor.Scales.As<float>().ToArray();
        long inner = dimensions[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
        long[] channelOf = [.. Enumerable.Range(0, w.Length).Select(i => i / inner % dimensions[axis])];
        for (int c = 0; c < dimensions[axis]; c++)
        {
            float largest = w.Where((_, i) => channelOf[i] == c).Max(Math.Abs);
            Assert.AreEqual(largest / 127, scales[c]);
        }

        double error = 0, signal = 0;
        for (int i = 0; i < w.Length; i++)
        {
            Assert.AreEqual((sbyte)Math.Clamp(MathF.Round(w[i] / scales[channelOf[i]]), -127, 127), q[i]);
            Assert.IsLessThanOrEqualTo(scales[channelOf[i]] * 0.5001, Math.Abs(w[i] - (q[i] * scales[channelOf[i]])));
            error += Math.Pow(w[i] - (q[i] * (double)scales[channelOf[i]]), 2);
            signal += Math.Pow(w[i], 2);
        }

        Assert.AreEqual(Math.Sqrt(error / signal), tensor.RelativeError, 1e-5);
    }

    [TestMethod]
    public void Reads_any_part_as_the_whole_has_it()
    {
        Int8Tensor tensor = Int8Tensor.Create(TestModels.Random(1, 7, 11, 3), ChannelLayout.Axis([7, 11, 3], 1))!;
        byte[] whole = tensor.Bytes.ToArray();
        for (int offset = 0; offset < whole.Length; offset += 13)
        {
            CollectionAssert.AreEqual(whole[offset..], tensor.GetBytes(offset, whole.Length - offset).ToArray());
        }
    }

    [TestMethod]
    public void Stacks_of_matrices_have_scales_per_matrix_and_column()
    {
        ChannelLayout layout = ChannelLayout.Columns([2, 3, 5]);
        CollectionAssert.AreEqual(new long[] { 2, 1, 5 }, layout.ScaleDimensions);
        float[] w = new float[30];
        w[0] = 127;      // matrix 0, column 0
        w[15 + 4] = 254; // matrix 1, column 4
        Int8Tensor tensor = Int8Tensor.Create(TensorData.Create<float>(ElementType.Float32, [2, 3, 5], w), layout)!;
        CollectionAssert.AreEqual(new float[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 }, tensor.Scales.As<float>().ToArray());
    }

    [TestMethod]
    public void A_channel_of_zeros_stays_zero_and_tiny_weights_do_not_divide_by_zero()
    {
        Int8Tensor tensor = Int8Tensor.Create(TensorData.Create<float>(ElementType.Float32, [2, 2], [0, 0, 1e-44f, -1e-44f]), ChannelLayout.Axis([2, 2], 0))!;
        Assert.AreEqual(1f, tensor.Scales.As<float>()[0]);
        CollectionAssert.AreEqual(new byte[4], tensor.Bytes.ToArray());
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Weights_that_are_not_finite_are_refused(float odd)
    {
        float[] w = [1, 2, 3, odd, 5, 6];
        TensorData source = TensorData.Create<float>(ElementType.Float32, [2, 3], w);
        Assert.IsNull(Int8Tensor.Create(source, ChannelLayout.Axis([2, 3], 0)));
        Assert.IsNull(Int8Tensor.Create(source, ChannelLayout.Axis([2, 3], 1)));
    }
}
