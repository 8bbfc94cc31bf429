using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Images;

[TestClass]
public sealed class SamplingTests
{
    [TestMethod]
    public void GridSample_agrees_with_the_oracle() =>
        Gen.Select(Pick.From("linear", "nearest", "cubic"), Pick.From("zeros", "border", "reflection"), Pick.From(0L, 1L), Gen.Long[2, 6], Gen.Long[2, 6], Gen.Int[0, 1000]).Each((mode, padding, align, height, width, seed) =>
        {
            TensorValue grid = Numbers(seed, 1.6f, 2, 3, 4, 2);
            SingleNode node = new SingleNode("GridSample").With("mode", mode).With("padding_mode", padding).With("align_corners", align);
            OracleTest.Compare(node, [Numbers(seed + 1, 5, 2, 3, height, width), grid], 1, (_, x, y) => GridSampling.GridSample(x[0]!, x[1]!, y[0], align, mode, padding), tolerance: 1e-4);
        });

    [TestMethod]
    public void GridSample_of_volumes_agrees_with_the_oracle() =>
        Gen.Select(Pick.From("linear", "nearest"), Pick.From("zeros", "border", "reflection"), Pick.From(0L, 1L), Gen.Int[0, 1000]).Each((mode, padding, align, seed) =>
        {
            SingleNode node = new SingleNode("GridSample").With("mode", mode).With("padding_mode", padding).With("align_corners", align);
            OracleTest.Compare(node, [Numbers(seed + 1, 5, 1, 2, 3, 4, 5), Numbers(seed, 1.6f, 1, 2, 3, 2, 3)], 1, (_, x, y) => GridSampling.GridSample(x[0]!, x[1]!, y[0], align, mode, padding), tolerance: 1e-4);
        });

    [TestMethod]
    public void Positions_that_are_no_numbers_read_nothing_outside()
    {
        TensorValue x = Numbers(1, 5, 1, 1, 2, 2);
        TensorValue grid = Tensors.Floats([1, 1, 4, 2], float.NaN, 0, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, float.MaxValue, 0);
        foreach (string mode in (string[])["linear", "nearest", "cubic"])
        {
            foreach (string padding in (string[])["zeros", "border", "reflection"])
            {
                var y = new TensorValue();
                GridSampling.GridSample(x, grid, y, 0, mode, padding);
                Assert.AreEqual(4, y.Length);
            }
        }

        Assert.ThrowsExactly<KernelException>(() => GridSampling.GridSample(x, Numbers(1, 1, 1, 1, 4, 3), new TensorValue()));
        Assert.ThrowsExactly<KernelException>(() => GridSampling.GridSample(x, Numbers(1, 1, 2, 1, 4, 2), new TensorValue()));
    }

    [TestMethod]
    public void AffineGrid_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(0L, 1L), Gen.Bool, Gen.Long[2, 5], Gen.Int[0, 1000]).Each((align, volume, size, seed) =>
        {
            TensorValue sizes = volume ? Tensors.Longs(2, 1, 3, size, 4) : Tensors.Longs(2, 1, size, 4);
            TensorValue theta = volume ? Numbers(seed, 2, 2, 3, 4) : Numbers(seed, 2, 2, 2, 3);
            OracleTest.Compare(new SingleNode("AffineGrid").With("align_corners", align), [theta, sizes], 1, (_, x, y) => AffineGrids.AffineGrid(x[0]!, x[1]!, y[0], align), tolerance: 1e-5);
        });

    [TestMethod]
    public void RoiAlign_agrees_with_the_oracle() =>
        Gen.Select(Pick.From("half_pixel", "output_half_pixel"), Pick.From("avg", "max"), Gen.Long[0, 3], Gen.Long[1, 4], Gen.Int[0, 1000]).Each((coordinates, mode, sampling, height, seed) =>
        {
            SingleNode node = new SingleNode("RoiAlign").With("coordinate_transformation_mode", coordinates).With("mode", mode).With("sampling_ratio", sampling).With("output_height", height).With("output_width", 3L).With("spatial_scale", 0.5f);
            TensorValue rois = Numbers(seed, 4, 3, 4);
            for (int i = 0; i < 3; i++)
            {
                rois.Span<float>()[(4 * i) + 2] += 12;
                rois.Span<float>()[(4 * i) + 3] += 9;
            }

            OracleTest.Compare(
                node, [Numbers(seed + 1, 5, 2, 3, 7, 8), rois, Tensors.Longs(1, 0, 1)], 1,
                (_, x, y) => RegionAlignment.RoiAlign(x[0]!, x[1]!, x[2]!, y[0], coordinates, mode, height, 3, sampling, 0.5f), tolerance: 1e-4);
        });

    [TestMethod]
    public void Regions_of_images_that_do_not_exist_or_without_bounds_are_refused()
    {
        TensorValue x = Numbers(1, 5, 1, 1, 4, 4);
        TensorValue roi = Tensors.Floats([1, 4], 0, 0, 3, 3);
        Assert.ThrowsExactly<KernelException>(() => RegionAlignment.RoiAlign(x, roi, Tensors.Longs(1), new TensorValue()));
        Assert.ThrowsExactly<KernelException>(() => RegionAlignment.RoiAlign(x, roi, Tensors.Longs(-1), new TensorValue()));
        Assert.ThrowsExactly<KernelException>(() => RegionAlignment.RoiAlign(x, Tensors.Floats([1, 4], 0, 0, 1e9f, 1e9f), Tensors.Longs(0), new TensorValue()));
        Assert.ThrowsExactly<KernelException>(() => RegionAlignment.RoiAlign(x, Tensors.Floats([1, 4], 0, 0, float.NaN, 1), Tensors.Longs(0), new TensorValue()));
        Assert.ThrowsExactly<KernelException>(() => RegionAlignment.RoiAlign(x, roi, Tensors.Longs(0), new TensorValue(), outputHeight: 1 << 20, samplingRatio: 1 << 20));
    }

    [TestMethod]
    public void CenterCropPad_agrees_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 6], Gen.Long[1, 6], Gen.Long[1, 9], Gen.Long[1, 9], Gen.Bool).Each((height, width, newHeight, newWidth, axes) =>
        {
            SingleNode node = new("CenterCropPad");
            long[] list = axes ? [-1, 1] : [];
            if (axes)
            {
                node.With("axes", list);
            }

            TensorValue shape = axes ? Tensors.Longs(newWidth, newHeight) : Tensors.Longs(2, newHeight, newWidth);
            OracleTest.Compare(node, [Tensors.Counting(TensorElementType.Float32, 2, height, width), shape], 1, (_, x, y) => CenterCropPadding.CenterCropPad(x[0]!, x[1]!, y[0], list));
        });

    [TestMethod]
    public void CenterCropPad_takes_texts_and_refuses_what_does_not_fit()
    {
        var y = new TensorValue();
        CenterCropPadding.CenterCropPad(Tensors.Texts([3], "a", "b", "c"), Tensors.Longs(5), y);
        CollectionAssert.AreEqual((string[])["", "a", "b", "c", ""], y.Strings.ToArray());
        CenterCropPadding.CenterCropPad(Tensors.Texts([4], "a", "b", "c", "d"), Tensors.Longs(1), y);
        CollectionAssert.AreEqual((string[])["b"], y.Strings.ToArray());
        Assert.ThrowsExactly<KernelException>(() => CenterCropPadding.CenterCropPad(Tensors.Texts([1], "a"), Tensors.Longs(1, 2), y));
        Assert.ThrowsExactly<KernelException>(() => CenterCropPadding.CenterCropPad(Tensors.Texts([1], "a"), Tensors.Longs(1), y, [1]));
        Assert.ThrowsExactly<KernelException>(() => CenterCropPadding.CenterCropPad(Tensors.Texts([1], "a"), Tensors.Longs(-1), y));
    }

    private static TensorValue Numbers(int seed, float range, params ReadOnlySpan<long> shape) => RandomTensors.Floats(seed, range, shape);
}
