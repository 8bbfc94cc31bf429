using System.Numerics.Tensors;
using ModelBuild.Runtime;

namespace ModelBuild.Runtime.Tests;

[TestClass]
public sealed class TensorViewsTests
{
    [TestMethod]
    public void Elements_of_a_dense_tensor_are_not_copied()
    {
        float[] values = [1, 2, 3, 4];
        ReadOnlySpan<float> elements = TensorViews.Elements(new ReadOnlyTensorSpan<float>(values, [2, 2]));
        Assert.IsTrue(elements == values.AsSpan());
        Assert.IsTrue(TensorViews.Elements(new ReadOnlyTensorSpan<float>(values.AsSpan(0, 0), [0, 2])).IsEmpty);
    }

    [TestMethod]
    public void Elements_of_a_part_come_in_order()
    {
        float[] values = [.. Enumerable.Range(0, 12)];
        var whole = new ReadOnlyTensorSpan<float>(values, [3, 4]);
        CollectionAssert.AreEqual(new float[] { 5, 6, 9, 10 }, TensorViews.Elements(whole.Slice(1..3, 1..3)).ToArray());
    }

    [TestMethod]
    public void Bfloat16_rounds_to_even()
    {
        Assert.AreEqual(0x3F80, TensorViews.ToBFloat16(1));
        Assert.AreEqual(0x3F80, TensorViews.ToBFloat16(BitConverter.UInt32BitsToSingle(0x3F808000)));
        Assert.AreEqual(0x3F82, TensorViews.ToBFloat16(BitConverter.UInt32BitsToSingle(0x3F818000)));
        Assert.AreEqual(0x7F80, TensorViews.ToBFloat16(float.PositiveInfinity));
        Assert.AreEqual(0x7F80, TensorViews.ToBFloat16(float.MaxValue));
        Assert.AreEqual(0x7FC0, TensorViews.ToBFloat16(BitConverter.UInt32BitsToSingle(0x7F800001)) & 0x7FC0);
    }

    [TestMethod]
    public void Shapes()
    {
        CollectionAssert.AreEqual(new long[] { 2, 3 }, TensorViews.Shape(new ReadOnlyTensorSpan<float>(new float[6], [2, 3])).ToArray());
        Assert.AreEqual(1, TensorViews.Create(new float[1], []).Rank);
        Assert.AreEqual(3, (int)TensorViews.Create(new float[6], [2, 3]).Lengths[1]);
    }
}
