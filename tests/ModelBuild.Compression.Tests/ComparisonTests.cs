using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

[TestClass]
public sealed class ComparisonTests
{
    private static OutputComparison Compare(TensorData expected, TensorData actual)
    {
        var sums = new ComparisonAccumulator("y", Tolerance.Default);
        sums.Add(expected, actual);
        return sums.ToResult();
    }

    private static TensorData Floats(long[] shape, params float[] elements) => TensorData.Create<float>(ElementType.Float32, shape, elements);

    [TestMethod]
    public void Numbers_follow_their_definitions()
    {
        OutputComparison c = Compare(Floats([2, 2], 3, 4, 0, 1), Floats([2, 2], 3, 5, 2, 1));
        Assert.AreEqual(2, c.MaxAbsolute);
        Assert.AreEqual(0.25, c.MaxRelative);
        Assert.AreEqual(Math.Sqrt(5.0 / 4), c.RootMeanSquareError, 1e-12);
        Assert.AreEqual(30 / (Math.Sqrt(26) * Math.Sqrt(39)), c.Cosine!.Value, 1e-12);
        Assert.AreEqual(10 * Math.Log10(26.0 / 5), c.SignalToNoise!.Value, 1e-12);
        Assert.AreEqual(0.5, c.Top1Agreement);
        Assert.AreEqual(2, c.OutOfTolerance);
        Assert.AreEqual(4, c.Elements);
    }

    [TestMethod]
    public void Equal_and_all_zero_tensors_agree()
    {
        Assert.AreEqual(1, Compare(Floats([2], 0, 0), Floats([2], 0, 0)).Cosine);
        Assert.AreEqual(0, Compare(Floats([2], 0, 0), Floats([2], 1, 0)).Cosine);
        OutputComparison same = Compare(Floats([2], 1, 2), Floats([2], 1, 2));
        Assert.AreEqual(1, same.Cosine!.Value, 1e-15);
        Assert.IsNull(same.SignalToNoise);
    }

    [TestMethod]
    public void Numbers_that_are_not_finite_must_be_the_same()
    {
        OutputComparison c = Compare(Floats([5], float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1, 2), Floats([5], float.NaN, float.PositiveInfinity, float.PositiveInfinity, float.NaN, 2));
        Assert.AreEqual(2, c.NonFiniteMismatches);
        Assert.AreEqual(0, c.MaxAbsolute);
    }

    [TestMethod]
    public void Types_shapes_text_and_packed_types_are_compared()
    {
        Assert.IsNotNull(Compare(Floats([2], 1, 2), Floats([1, 2], 1, 2)).Mismatch);
        Assert.IsNotNull(Compare(Floats([1], 1), TensorData.Create<double>(ElementType.Float64, [1], [1])).Mismatch);
        var a = new StringTensorData([2], ["a"u8.ToArray(), "b"u8.ToArray()]);
        var b = new StringTensorData([2], ["a"u8.ToArray(), "c"u8.ToArray()]);
        Assert.AreEqual(1, Compare(a, b).OutOfTolerance);
        Assert.IsNull(Compare(a, b).Cosine);
        Assert.AreEqual(1, Compare(new MemoryTensorData(ElementType.Int4, [4], [0x12, 0x34]), new MemoryTensorData(ElementType.Int4, [4], [0x12, 0x35])).OutOfTolerance);
        Assert.AreEqual(1, Compare(TensorData.Int64s(1, 2), TensorData.Int64s(1, 3)).OutOfTolerance);
        Assert.AreEqual(1, Compare(TensorData.Create<bool>(ElementType.Bool, [2], [true, false]), TensorData.Create<bool>(ElementType.Bool, [2], [true, true])).OutOfTolerance);
    }

    [TestMethod]
    public void Rows_longer_than_a_piece_keep_their_top()
    {
        float[] e = new float[2000];
        float[] a = new float[2000];
        e[1500] = a[1500] = 1;
        a[3] = 0.5f;
        Assert.AreEqual(1, Compare(Floats([1, 2000], e), Floats([1, 2000], a)).Top1Agreement);
        a[3] = 2;
        Assert.AreEqual(0, Compare(Floats([1, 2000], e), Floats([1, 2000], a)).Top1Agreement);
    }

    [TestMethod]
    [DataRow(44_700_000, 11_300_000, "44.7 -> 11.3 MB")]
    [DataRow(1_234_567, 400_000, "1.2 -> 0.4 MB")]
    [DataRow(1_234_567, 4_000, "1.2 MB -> 4.0 kB")]
    [DataRow(999, 998, "999 -> 998 B")]
    [DataRow(2_000_000_000, 500_000_000, "2.0 -> 0.5 GB")]
    [DataRow(999_999, 260_000, "1.0 -> 0.3 MB")]
    public void Sizes_read_well(long before, long after, string text) => Assert.AreEqual(text, Sizes.Range(before, after));

    [TestMethod]
    [DataRow(0.9971234, "0.997")]
    [DataRow(0.99949, "0.9994")]
    [DataRow(0.99999999, "0.9999999")]
    [DataRow(1.0, "1")]
    [DataRow(0.5, "0.500")]
    [DataRow(-1.0, "-1.000")]
    public void Cosines_are_rounded_down(double cosine, string text) => Assert.AreEqual(text, Sizes.Cosine(cosine));

    [TestMethod]
    public void Models_without_a_common_output_differ()
    {
        using var folder = new TemporaryFolder(null);
        string[] files = [.. new[] { "y", "z" }.Select(output =>
        {
            using Model model = TestModels.Empty();
            Value x = model.Graph.Input("x", ElementType.Float32, 4);
            model.Graph.Output(model.Graph.Add("Relu", output, x), 4);
            string file = Path.Combine(folder.Path, output + ".onnx");
            Formats.ModelFormats.Write(model, file);
            return file;
        })];
        using Model first = Formats.ModelFormats.Read(files[0]);
        ModelComparison compared = ModelComparer.Compare(files[0], files[1], new Data.RandomInputs(first, new Data.RandomInputOptions()), new ComparisonOptions());
        Assert.AreEqual("the result has no such output", compared.Outputs.Single().Mismatch);
    }
}
