using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>Where translations of this format usually go wrong.</summary>
[TestClass]
public sealed class TrapTests
{
    private const int Add = 0, FullyConnected = 9, ResizeNearest = 97, Mul = 18;

    [TestMethod]
    public void Omitted_fields_have_the_schemas_defaults()
    {
        // ADD is number 0: neither its number nor an option stands in the file.
        byte[] file = new TfLiteBuilder().Input(2, 2).Constant([1f, 2f], 2).Output(2, 2).Build(Add, 0, null);
        TfLiteRun.AreClose([2, 4, 4, 6], TfLiteRun.Floats(file, [1, 2, 3, 4], 2, 2).Values);
    }

    [TestMethod]
    [DataRow((sbyte)1, new[] { 0f, 0f, 0.5f, 8f })]
    [DataRow((sbyte)2, new[] { -1f, -0.5f, 0.5f, 1f })]
    [DataRow((sbyte)3, new[] { 0f, 0f, 0.5f, 6f })]
    public void A_fused_activation_clamps(sbyte activation, float[] expected)
    {
        byte[] file = new TfLiteBuilder().Input(4).Constant([1f], 1).Output(4).Build(Mul, 21, new FlatNode().Set(0, activation));
        TfLiteRun.AreClose(expected, TfLiteRun.Floats(file, [-3, -0.5f, 0.5f, 8], 4).Values);
    }

    [TestMethod]
    public void Weights_have_a_scale_for_each_output()
    {
        byte[] file = new TfLiteBuilder().Input(1, 2).Constant([1, 2, 3, 4], [0.5f, 2f], 0, 2, 2).Output(1, 2).Build(FullyConnected, 8, new FlatNode());
        TfLiteRun.AreClose([0.5f + 2, 6 + 16], TfLiteRun.Floats(file, [1, 2], 1, 2).Values);
    }

    [TestMethod]
    public void Scales_follow_their_axis_when_weights_are_transposed()
    {
        byte[] file = new TfLiteBuilder().Input(1, 1, 2).Constant([1, 2, 3, 4], [0.5f, 2f], 0, 2, 2).Output(1, 1, 2).Build(FullyConnected, 8, new FlatNode().Set(2, true));
        (float[] values, long[] shape) = TfLiteRun.Floats(file, [1, 2], 1, 1, 2);
        CollectionAssert.AreEqual(new long[] { 1, 1, 2 }, shape);
        TfLiteRun.AreClose([0.5f + 2, 6 + 16], values);
    }

    [TestMethod]
    public void A_dense_layer_flattens_in_the_files_order()
    {
        // 1x1x2x2 is read channels last: the weights pick the elements as they lie.
        byte[] file = new TfLiteBuilder().Input(1, 2, 1, 2).Constant([1f, 10f, 100f, 1000f], 1, 4).Output(1, 1).Build(FullyConnected, 8, new FlatNode());
        TfLiteRun.AreClose([4321], TfLiteRun.Floats(file, [1, 2, 3, 4], 1, 2, 1, 2).Values);
    }

    [TestMethod]
    public void A_free_batch_takes_another_size_than_at_export()
    {
        byte[] file = new TfLiteBuilder().Input([1, 2], [-1, 2]).Constant([1f, 2f], 1, 2).Output(1, 1).Build(FullyConnected, 8, new FlatNode());
        TfLiteRun.AreClose([5, 11, 17], TfLiteRun.Floats(file, [1, 2, 3, 4, 5, 6], 3, 2).Values);
    }

    [TestMethod]
    [DataRow(false, false, new[] { 0, 0, 1, 1, 2 })]
    [DataRow(true, false, new[] { 0, 1, 1, 2, 2 })]
    [DataRow(false, true, new[] { 0, 0, 1, 2, 2 })]
    public void Nearest_resizing_picks_as_TensorFlow_does(bool alignCorners, bool halfPixel, int[] picks)
    {
        // 3 to 5: floor(i * 3/5), round(i * 2/4) with half up, floor((i + 0.5) * 3/5).
        byte[] file = new TfLiteBuilder().Input(1, 3, 1, 1).Constant([5, 1]).Output(1, 5, 1, 1).Build(ResizeNearest, 74, new FlatNode().Set(0, alignCorners).Set(1, halfPixel));
        TfLiteRun.AreClose([.. picks.Select(p => (float)p)], TfLiteRun.Floats(file, [0, 1, 2], 1, 3, 1, 1).Values);
    }

    [TestMethod]
    public void All_unknown_operators_are_named_at_once()
    {
        using var folder = new TempFolder();
        byte[] file = new TfLiteBuilder().Input(4).Output(4).Build(208, 0, null);
        ModelException e = Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(folder.Write("m.tflite", file)));
        Assert.AreEqual("MB1013", e.Code);
        StringAssert.Contains(e.Message, "STABLEHLO_CBRT");
        FileSummary summary = ModelFormats.Sniff(folder.File("m.tflite")).Summarize(folder.File("m.tflite"), ModelReadOptions.Default)!;
        Assert.AreEqual(1, summary.Operators["STABLEHLO_CBRT"]);
    }

    [TestMethod]
    public void A_signature_that_is_not_there_is_named()
    {
        using var folder = new TempFolder();
        string path = folder.Write("m.tflite", new TfLiteBuilder().Input(2, 2).Constant([1f, 2f], 2).Output(2, 2).Build(Add, 0, null));
        Assert.AreEqual("MB1015", Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(path, options: new ModelReadOptions { Signature = "serve" })).Code);
    }
}
