using ModelBuild.Runtime;

namespace ModelBuild.Runtime.Tests;

[TestClass]
public sealed class ModelShapesTests
{
    private static readonly TensorInfo s_image = new("image", TensorElementType.Float32, "batch", "3", "2");

    [TestMethod]
    public void Lengths_are_compared_with_shapes()
    {
        ModelShapes.CheckLength(s_image, true, 12, [2, 3, 2]);
        ModelShapes.CheckLength(s_image, true, 1, []);
        ModelShapes.CheckLength(s_image, true, 0, [0, long.MaxValue, long.MaxValue]);
        Expect(11, [2, 3, 2], "MB5001: input 'image' (Float32[batch,3,2]) needs 12 elements [2,3,2], but 11 elements came.");
        Expect(1, [0, 3, 2], "MB5001: input 'image' (Float32[batch,3,2]) needs 0 elements [0,3,2], but 1 element came.");
        Expect(4, [long.MaxValue, 2, 2], "MB5001: input 'image' (Float32[batch,3,2]) needs too many elements [9223372036854775807,2,2], but 4 elements came.");
        Expect(4, [-1, 2, 2], "MB5001: input 'image' (Float32[batch,3,2]) would have shape [-1,2,2]; sizes must be at least 0.");

        static void Expect(int length, long[] shape, string message) =>
            Assert.AreEqual(message, Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.CheckLength(s_image, true, length, shape)).Message);
    }

    [TestMethod]
    public void A_size_is_deduced_from_a_length()
    {
        Assert.AreEqual(4, ModelShapes.Deduce(s_image, 24, 6, "batch"));
        Assert.AreEqual(0, ModelShapes.Deduce(s_image, 0, 6, "batch"));
        Assert.AreEqual(0, ModelShapes.Deduce(s_image, 0, 0, "batch"));
        TensorShapeException e = Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.Deduce(s_image, 25, 6, "batch"));
        Assert.AreEqual("image", e.TensorName);
        Assert.AreEqual("a multiple of 6 elements [batch,3,2]", e.Expected);
        Assert.AreEqual("25 elements", e.Actual);
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.Deduce(s_image, 1, 0, "batch"));
    }

    [TestMethod]
    public void The_number_of_elements_fits_an_array_or_throws()
    {
        Assert.AreEqual(1, ModelShapes.Length(s_image, []));
        Assert.AreEqual(12, ModelShapes.Length(s_image, [2, 3, 2]));
        Assert.AreEqual(0, ModelShapes.Length(s_image, [long.MaxValue, long.MaxValue, long.MaxValue, 0]));
        Assert.AreEqual(Array.MaxLength, ModelShapes.Length(s_image, [Array.MaxLength]));
        Assert.ThrowsExactly<OverflowException>(() => ModelShapes.Length(s_image, [1L << 31]));
        Assert.ThrowsExactly<OverflowException>(() => ModelShapes.Length(s_image, [1L << 32, 1L << 32]));
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.Length(s_image, [-1, 0]));
    }

    [TestMethod]
    [DataRow(7L, 2L, 3L)]
    [DataRow(-7L, 2L, -4L)]
    [DataRow(7L, -2L, -4L)]
    [DataRow(-7L, -2L, 3L)]
    [DataRow(6L, 2L, 3L)]
    [DataRow(-6L, 2L, -3L)]
    [DataRow(0L, 5L, 0L)]
    public void Division_rounds_down(long dividend, long divisor, long expected) => Assert.AreEqual(expected, ModelShapes.FloorDivide(dividend, divisor));

    [TestMethod]
    public void Parts_of_a_batch_are_equal()
    {
        Assert.AreEqual(4, ModelShapes.ItemLength(s_image, true, 12, 3));
        Assert.AreEqual(0, ModelShapes.ItemLength(s_image, true, 0, 0));
        Assert.AreEqual(0, ModelShapes.ItemLength(s_image, true, 0, 3));
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.ItemLength(s_image, true, 12, 5));
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.ItemLength(s_image, true, 12, 0));
    }

    [TestMethod]
    public void Shapes_of_tensors_are_compared_where_they_are_fixed()
    {
        ModelShapes.CheckShape(s_image, true, [5, 3, 2]);
        ModelShapes.CheckShape(new TensorInfo("scalar", TensorElementType.Int64), true, [1]);
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.CheckShape(s_image, true, [5, 3]));
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.CheckShape(s_image, true, [5, 3, 1]));
        Assert.ThrowsExactly<TensorShapeException>(() => ModelShapes.CheckShape(new TensorInfo("scalar", TensorElementType.Int64), true, [2]));
    }

    [TestMethod]
    public void Descriptions_of_tensors()
    {
        Assert.AreEqual(-1, s_image.Length);
        CollectionAssert.AreEqual(new long[] { -1, 3, 2 }, s_image.Shape.ToArray());
        Assert.AreEqual("image: Float32[batch,3,2]", s_image.ToString());
        Assert.AreEqual(6, new TensorInfo("x", TensorElementType.Bool, "3", "2").Length);
        Assert.AreEqual(1, new TensorInfo("x", TensorElementType.Bool).Length);
        Assert.AreEqual(-1, new TensorInfo("x", TensorElementType.Bool, "9223372036854775807", "2").Length);
        TensorInfo unranked = TensorInfo.Unranked("x", TensorElementType.String);
        Assert.IsFalse(unranked.HasShape);
        Assert.AreEqual(-1, unranked.Length);
        Assert.AreEqual("x: String[...]", unranked.ToString());
    }
}
