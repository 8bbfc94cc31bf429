using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Images;

[TestClass]
public sealed unsafe class ResizeTests
{
    private static readonly string[] s_coordinates = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];

    [TestMethod]
    public void Nearest_agrees_with_the_oracle() =>

        // Not half_pixel_symmetric: where a position is whole, ONNX Runtime's rounding puts it just below.
        Gen.Select(Pick.From("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"), Pick.From("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"), Pick.From(TensorElementType.Float32, TensorElementType.UInt8, TensorElementType.Int32), Gen.Long[1, 9], Gen.Long[1, 9], Gen.Long[1, 19])
            .Each((coordinates, nearest, type, height, width, wanted) =>
            {
                TensorValue x = Tensors.Counting(type, 2, 3, height, width);
                TensorValue sizes = Tensors.Longs(2, 3, wanted, 20 - wanted);
                SingleNode node = Node("nearest", coordinates).With("nearest_mode", nearest);
                OracleTest.Compare(node, [x, null, null, sizes], 1, (c, i, y) => Resizing.Resize(c, i[0]!, null, null, i[3], y[0], coordinateTransformationMode: coordinates, mode: "nearest", nearestMode: nearest));
            });

    [TestMethod]
    public void Linear_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(s_coordinates), Pick.From(TensorElementType.Float32, TensorElementType.UInt8), Gen.Long[1, 9], Gen.Long[1, 33], Gen.Long[1, 40]).Each((coordinates, type, height, width, wanted) =>
        {
            TensorValue x = Tensors.Counting(type, 1, 2, height, width);
            TensorValue sizes = Tensors.Longs(1, 2, wanted, 41 - wanted);
            OracleTest.Compare(Node("linear", coordinates), [x, null, null, sizes], 1, (c, i, y) => Resizing.Resize(c, i[0]!, null, null, i[3], y[0], coordinateTransformationMode: coordinates, mode: "linear"), tolerance: type == TensorElementType.UInt8 ? 1 : 1e-4);
        });

    [TestMethod]
    public void Channels_last_and_one_and_three_dimensions_agree_with_the_oracle() =>
        Gen.Select(Pick.From(s_coordinates), Pick.From(0, 1, 2), Gen.Long[1, 7], Gen.Long[2, 9], Gen.Long[1, 17]).Each((coordinates, form, height, width, wanted) =>
        {
            (long[] shape, long[] sizes) = form switch
            {
                0 => (new long[] { 1, height, width, 3 }, new long[] { 1, wanted, 18 - wanted, 3 }),
                1 => ([2, 3, width], [2, 3, wanted]),
                _ => ([1, 2, 3, height, width], [1, 2, 5, wanted, 18 - wanted]),
            };
            OracleTest.Compare(
                Node("linear", coordinates), [Tensors.Counting(TensorElementType.Float32, shape), null, null, Tensors.Longs(sizes)], 1,
                (c, i, y) => Resizing.Resize(c, i[0]!, null, null, i[3], y[0], coordinateTransformationMode: coordinates, mode: "linear"), mayAccept: true, tolerance: 1e-4);
        });

    [TestMethod]
    public void Cubic_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(s_coordinates), Pick.From(0L, 1L), Pick.From(-0.75f, -0.5f), Gen.Long[1, 9], Gen.Long[1, 9], Gen.Long[1, 19]).Each((coordinates, exclude, a, height, width, wanted) =>
        {
            SingleNode node = Node("cubic", coordinates).With("exclude_outside", exclude).With("cubic_coeff_a", a);
            OracleTest.Compare(
                node, [Tensors.Counting(TensorElementType.Float32, 1, 2, height, width), null, null, Tensors.Longs(1, 2, wanted, 20 - wanted)], 1,
                (c, i, y) => Resizing.Resize(c, i[0]!, null, null, i[3], y[0], coordinateTransformationMode: coordinates, mode: "cubic", excludeOutside: exclude, cubicCoeffA: a), tolerance: 1e-4);
        });

    [TestMethod]
    public void Axes_and_aspect_ratio_agree_with_the_oracle() =>
        Gen.Select(Pick.From("stretch", "not_larger", "not_smaller"), Pick.From("linear", "nearest"), Gen.Long[1, 9], Gen.Long[1, 9], Gen.Long[1, 19]).Each((policy, mode, height, width, wanted) =>
        {
            long[] axes = [2, 3];
            SingleNode node = Node(mode, "half_pixel").With("axes", axes).With("keep_aspect_ratio_policy", policy);
            OracleTest.Compare(
                node, [Tensors.Counting(TensorElementType.Float32, 1, 2, height, width), null, null, Tensors.Longs(wanted, 20 - wanted)], 1,
                (c, i, y) => Resizing.Resize(c, i[0]!, null, null, i[3], y[0], axes: axes, keepAspectRatioPolicy: policy, mode: mode), mayAccept: true, tolerance: 1e-4);
        });

    [TestMethod]
    public void A_crop_agrees_with_the_oracle() =>
        Gen.Select(Gen.Float[-0.3f, 0.6f], Gen.Float[0.5f, 1.4f], Gen.Long[2, 9], Gen.Long[1, 15]).Each((start, end, size, wanted) =>
        {
            if (wanted == size || wanted == 10)
            {
                // ONNX Runtime leaves out the region of a dimension that keeps its size.
                return;
            }

            TensorValue roi = Tensors.Floats([8], 0, 0, start, 0.1f, 1, 1, end, 0.9f);
            SingleNode node = Node("linear", "tf_crop_and_resize").With("extrapolation_value", 7f);
            OracleTest.Compare(
                node, [Tensors.Counting(TensorElementType.Float32, 1, 1, size, 6), roi, null, Tensors.Longs(1, 1, wanted, 16 - wanted)], 1,
                (c, i, y) => Resizing.Resize(c, i[0]!, i[1], null, i[3], y[0], coordinateTransformationMode: "tf_crop_and_resize", extrapolationValue: 7, mode: "linear"), mayAccept: true, tolerance: 1e-3);
        });

    [TestMethod]
    [DataRow("linear")]
    [DataRow("cubic")]
    public void Antialiasing_of_a_constant_gives_the_constant(string mode)
    {
        using var context = new KernelContext();
        foreach (TensorElementType type in (TensorElementType[])[TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.BFloat16, TensorElementType.UInt8, TensorElementType.Int64])
        {
            var x = new TensorValue(type, 1, 1, 17, 13);
            double value = 5;
            for (int i = 0; i < x.Length; i++)
            {
                RealNumbers.Store(type, &value, 1, x.Data + (i * TensorValue.ByteSize(type, 1)));
            }

            var y = new TensorValue();
            Resizing.Resize(context, x, null, null, Tensors.Longs(1, 1, 5, 4), y, antialias: 1, mode: mode);
            for (int i = 0; i < y.Length; i++)
            {
                Assert.AreEqual(5, Reals.Read(y, i), 1e-5, $"{type}");
            }
        }
    }

    [TestMethod]
    public void Threads_do_not_change_a_bit()
    {
        using var one = new KernelContext();
        using var three = new KernelContext(3);
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 3, 5, 19, 23);
        var a = new TensorValue();
        var b = new TensorValue();
        Resizing.Resize(one, x, null, null, Tensors.Longs(3, 5, 31, 37), a, mode: "cubic");
        Resizing.Resize(three, x, null, null, Tensors.Longs(3, 5, 31, 37), b, mode: "cubic");
        Tensors.AreEqual(a, b);
    }

    [TestMethod]
    public void Texts_and_complex_numbers_are_moved()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        Resizing.Resize(context, Tensors.Texts([1, 2], "a", "b"), null, Tensors.Floats([2], 2, 2), null, y);
        CollectionAssert.AreEqual((string[])["a", "a", "b", "b", "a", "a", "b", "b"], y.Strings.ToArray());
        Resizing.Resize(context, new TensorValue(TensorElementType.Complex128, 2, 2), null, Tensors.Floats([2], 2, 1), null, y);
        Assert.AreEqual("Complex128[4,2]", y.ToString());
    }

    [TestMethod]
    public void What_does_not_fit_is_refused()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 1, 1, 4, 4);
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, null, null, y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, Tensors.Floats([2], 1, 1), null, y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, Tensors.Floats([4], 1, 1, float.NaN, 1), null, y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, Tensors.Floats([4], 1, 1, -1, 1), null, y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, null, Tensors.Longs(1, 1, -2, 3), y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, null, Tensors.Longs(1L << 40, 1, 2, 3), y));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, null, Tensors.Longs(3), y, axes: [4]));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, x, null, null, Tensors.Longs(1, 1, 3, 3), y, mode: "sinc"));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, Tensors.Texts([1], "a"), null, null, Tensors.Longs(3), y, mode: "linear"));
        Assert.ThrowsExactly<KernelException>(() => Resizing.Resize(context, new TensorValue(TensorElementType.Float32, 0, 2), null, null, Tensors.Longs(3, 2), y));
    }

    private static SingleNode Node(string mode, string coordinates) => new SingleNode("Resize").With("mode", mode).With("coordinate_transformation_mode", coordinates);
}
