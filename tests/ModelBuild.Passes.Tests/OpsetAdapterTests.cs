using ModelBuild.Graphs;
using ModelBuild.Passes.Opset;
using static ModelBuild.Passes.Tests.Runner;

namespace ModelBuild.Passes.Tests;

/// <summary>Each adapter against values computed by hand from the old version's definition, run by ONNX Runtime in the new form.</summary>
[TestClass]
public sealed class OpsetAdapterTests
{
    [TestMethod]
    public void Every_adapter_is_listed_once_and_stays_below_the_target()
    {
        var types = typeof(IOpsetAdapter).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IOpsetAdapter))).ToHashSet();
        CollectionAssert.AreEquivalent(types.ToArray(), OpsetAdapters.All.Select(a => a.GetType()).ToArray());
        var changes = OpsetAdapters.All.SelectMany(a => a.Changes).ToArray();
        Assert.AreEqual(changes.Length, changes.Distinct().Count());
        Assert.IsTrue(changes.All(c => c.Version >= 2 && c.Version <= Normalize.TargetOpset));
    }

    [TestMethod]
    [DataRow(true, 1L)]
    [DataRow(false, 1L)]
    [DataRow(false, -2L)]
    public void BroadcastAxis_aligns_the_second_operand(bool isRankKnown, long axis)
    {
        // [2,3,2] + [3] along axis 1, counted from either end.
        Value x = isRankKnown ? Input("x", 3) : Unranked("x");
        Model model = Single(1, "Add", [x, Constant("b", [3], 100, 200, 300)], 1, ("broadcast", new IntAttribute(1)), ("axis", new IntAttribute(axis)), ("consumed_inputs", new IntsAttribute([0, 0])));
        (long[] dimensions, float[] y) = Run(model, ("x", [2, 3, 2], Range(12)));
        CollectionAssert.AreEqual(new long[] { 2, 3, 2 }, dimensions);
        AreClose([100, 101, 202, 203, 304, 305, 106, 107, 208, 209, 310, 311], y);
    }

    [TestMethod]
    public void BroadcastAxis_takes_an_operand_of_unknown_rank()
    {
        Model model = Single(6, "Mul", [Unranked("x"), Unranked("b")], 1, ("broadcast", new IntAttribute(1)), ("axis", new IntAttribute(0)));
        AreClose([0, 1, 4, 6], Run(model, ("x", [2, 2], [0, 1, 2, 3]), ("b", [2], [1, 2])).Elements);
    }

    [TestMethod]
    public void Without_an_axis_trailing_dimensions_are_aligned()
    {
        Model model = Single(6, "Sub", [Input("x", 2), Constant("b", [2], 1, 2)], 1, ("broadcast", new IntAttribute(1)));
        AreClose([-1, -1, 1, 1], Run(model, ("x", [2, 2], Range(4))).Elements);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void PReluSlope_belongs_to_the_channels(bool isRankKnown)
    {
        Model model = Single(6, "PRelu", [isRankKnown ? Input("x", 4) : Unranked("x"), Constant("slope", [2], 10, 100)]);
        AreClose([-10, -10, -100, -100], Run(model, ("x", [1, 2, 1, 2], [-1, -1, -1, -1])).Elements);
    }

    [TestMethod]
    public void BatchNormalization_of_the_first_version_runs()
    {
        Value[] parameters = [Constant("s", [2], 2, 3), Constant("b", [2], 1, 1), Constant("m", [2], 1, 2), Constant("v", [2], 4, 9)];
        Model model = Single(1, "BatchNormalization", [Input("x", 3), .. parameters], 1, ("epsilon", new FloatAttribute(0)), ("is_test", new IntAttribute(1)), ("spatial", new IntAttribute(1)), ("consumed_inputs", new IntsAttribute([0, 0, 0, 1, 1])));
        AreClose([2, 3, 2, 3], Run(model, ("x", [1, 2, 2], [2, 3, 3, 4])).Elements);
    }

    [TestMethod]
    public void BatchNormalization_of_each_element_is_spelt_out()
    {
        Value[] parameters = [Constant("s", [2, 1], 2, 3), Constant("b", [2, 1], 1, 1), Constant("m", [2, 1], 1, 2), Constant("v", [2, 1], 4, 9)];
        Model model = Single(7, "BatchNormalization", [Input("x", 3), .. parameters], 1, ("epsilon", new FloatAttribute(0)), ("spatial", new IntAttribute(0)));
        AreClose([2, 2, 3, 3], Run(model, ("x", [2, 2, 1], [2, 3, 3, 4])).Elements);
    }

    [TestMethod]
    public void BatchNormalization_loses_the_outputs_of_training()
    {
        Value[] parameters = [Constant("s", [1], 1), Constant("b", [1], 0), Constant("m", [1], 0), Constant("v", [1], 1)];
        Model model = Single(9, "BatchNormalization", [Input("x", 2), .. parameters], 5);
        model.Graph.Outputs.RemoveRange(1, 4);
        AreClose([1, 2], Run(model, ("x", [2, 1], [1, 2])).Elements, 1e-3f);
    }

    [TestMethod]
    public void Cast_took_the_name_of_a_type()
    {
        AreClose([1, 0], Run(Single(1, "Cast", [Input("x", 1)], 1, ("to", new StringAttribute("BOOL"))), ("x", [2], [5, 0])).Elements);
        Assert.AreEqual("MB2002", CodeOf(Single(1, "Cast", [Input("x", 1)], 1, ("to", new StringAttribute("NOTHING")))));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Clip_took_limits_as_attributes(bool isTypeKnown)
    {
        Value x = isTypeKnown ? Input("x", 1) : new Value("x") { Type = Input("x", 1).Type };
        Model model = Single(6, "Identity", [x]);
        Value middle = new("middle");
        model.Graph.Nodes[0].SetOutput(0, middle);
        var clip = new Node("Clip", [isTypeKnown ? x : middle], [model.Graph.Outputs[0]]);
        clip.Attributes["min"] = new FloatAttribute(-1);
        clip.Attributes["max"] = new FloatAttribute(2);
        model.Graph.Nodes.Add(clip);
        AreClose([-1, 0, 2], Run(model, ("x", [3], [-5, 0, 5])).Elements);
    }

    [TestMethod]
    public void Concat_had_a_default_axis() =>
        AreClose([0, 1, 0, 1, 2, 3, 2, 3], Run(Single(1, "Concat", [Input("x", 2) is var x ? x : null, x]), ("x", [2, 2], Range(4))).Elements);

    [TestMethod]
    public void Dropout_passes_its_input_through()
    {
        Model model = Single(6, "Dropout", [Input("x", 1)], 2, ("is_test", new IntAttribute(0)), ("ratio", new FloatAttribute(0.3f)));
        AreClose([1, 2], Run(model, ("x", [2], [1, 2])).Elements);
    }

    [TestMethod]
    public void Experimental_operators_are_spelt_out()
    {
        (string, AttributeValue) alpha = ("alpha", new FloatAttribute(2));
        (string, AttributeValue) beta = ("beta", new FloatAttribute(3));
        float[] x = [0.5f, -1];
        AreClose([4, 1], Run(Single(8, "Affine", [Input("x", 1)], 1, alpha, beta), ("x", [2], x)).Elements);
        AreClose([1, -2], Run(Single(8, "Scale", [Input("x", 1)], 1, ("scale", new FloatAttribute(2))), ("x", [2], x)).Elements);
        AreClose([.. x.Select(v => 2 * MathF.Tanh(3 * v))], Run(Single(8, "ScaledTanh", [Input("x", 1)], 1, alpha, beta), ("x", [2], x)).Elements);
        AreClose([.. x.Select(v => 2 * MathF.Log(1 + MathF.Exp(3 * v)))], Run(Single(8, "ParametricSoftplus", [Input("x", 1)], 1, alpha, beta), ("x", [2], x)).Elements);
        AreClose([11, 18], Run(Single(8, "ImageScaler", [Input("x", 4)], 1, ("scale", new FloatAttribute(2)), ("bias", new FloatsAttribute([10, 20]))), ("x", [1, 2, 1, 1], x)).Elements);
        AreClose([5, 6], Run(Single(8, "Crop", [Input("x", 4)], 1, ("border", new IntsAttribute([1, 1, 1, 1]))), ("x", [1, 1, 3, 4], Range(12))).Elements);
        AreClose([5, 6, 9, 10], Run(Single(8, "Crop", [Input("x", 4)], 1, ("border", new IntsAttribute([1, 1, 0, 0])), ("scale", new IntsAttribute([2, 2]))), ("x", [1, 1, 3, 4], Range(12))).Elements);
    }

    [TestMethod]
    public void A_removed_operator_is_MB2002_and_named()
    {
        Model model = Single(8, "GRUUnit", [Input("x", 1)]);
        ModelException e = Assert.ThrowsExactly<ModelException>(() => new Normalize().Run(model));
        Assert.AreEqual("MB2002", e.Code);
        StringAssert.Contains(e.Message, "node (GRUUnit)");
    }

    [TestMethod]
    public void Gemm_broadcasts_its_third_operand()
    {
        Model model = Single(6, "Gemm", [Input("x", 2), Constant("w", [2, 1], 1, 1), Constant("c", [1], 10)], 1, ("broadcast", new IntAttribute(1)));
        AreClose([11, 15], Run(model, ("x", [2, 2], Range(4))).Elements);
    }

    [TestMethod]
    public void GridSample_renamed_its_modes()
    {
        foreach (string mode in new[] { "bilinear", "nearest", "bicubic" })
        {
            Value[] inputs = [Input("x", 4), Input("grid", 4)];
            (string, AttributeValue) attribute = ("mode", new StringAttribute(mode));
            (string, long[], float[])[] feeds = [("x", [1, 1, 4, 4], Range(16)), ("grid", [1, 1, 2, 2], [0.1f, 0.2f, -0.3f, 0.4f])];
            float[] expected = RunAsIs(Single(16, "GridSample", inputs, 1, attribute), feeds).Elements;
            AreClose(expected, Run(Single(16, "GridSample", [Input("x", 4), Input("grid", 4)], 1, attribute), feeds).Elements);
        }
    }

    [TestMethod]
    public void GroupNormalization_gets_a_scale_for_each_channel()
    {
        // Two groups of two channels of one element: each group becomes -1, 1.
        Model model = Single(18, "GroupNormalization", [Input("x", 3), Constant("s", [2], 1, 10), Constant("b", [2], 0, 5)], 1, ("num_groups", new IntAttribute(2)), ("epsilon", new FloatAttribute(0)));
        AreClose([-1, 1, -5, 15], Run(model, ("x", [1, 4, 1], [0, 2, 4, 8])).Elements, 1e-3f);
    }

    [TestMethod]
    public void GroupNormalization_that_already_has_a_scale_for_each_channel_is_left_alone()
    {
        Model model = Single(18, "GroupNormalization", [Input("x", 3), Constant("s", [4], 1, 1, 10, 10), Constant("b", [4], 0, 0, 5, 5)], 1, ("num_groups", new IntAttribute(2)), ("epsilon", new FloatAttribute(0)));
        AreClose([-1, 1, -5, 15], Run(model, ("x", [1, 4, 1], [0, 2, 4, 8])).Elements, 1e-3f);
        Assert.HasCount(1, model.Graph.Nodes);
    }

    [TestMethod]
    public void MeanVarianceNormalization_took_a_flag()
    {
        AreClose([-1, 1, -1, 1], Run(Single(1, "MeanVarianceNormalization", [Input("x", 4)]), ("x", [1, 2, 1, 2], [0, 2, 4, 8])).Elements, 1e-3f);
        AreClose([-1, 1, -2, 2], Run(Single(1, "MeanVarianceNormalization", [Input("x", 4)], 1, ("normalize_variance", new IntAttribute(0))), ("x", [1, 2, 1, 2], [0, 2, 4, 8])).Elements);
        AreClose([-2, 0, 2, 0], Run(Single(1, "MeanVarianceNormalization", [Input("x", 4)], 1, ("normalize_variance", new IntAttribute(0)), ("across_channels", new IntAttribute(1))), ("x", [1, 2, 1, 2], [0, 2, 4, 2])).Elements);
    }

    [TestMethod]
    public void Pooling_took_a_float_exponent() =>
        AreClose([5], Run(Single(1, "GlobalLpPool", [Input("x", 4)], 1, ("p", new FloatAttribute(2))), ("x", [1, 1, 1, 2], [3, 4])).Elements);

    [TestMethod]
    [DataRow(1, "paddings")]
    [DataRow(2, "pads")]
    public void Pad_took_attributes(long opset, string name)
    {
        Model model = Single(opset, "Pad", [Input("x", 2)], 1, (name, new IntsAttribute([0, 1, 0, 0])), ("value", new FloatAttribute(9)));
        AreClose([9, 0, 1], Run(model, ("x", [1, 2], Range(2))).Elements);
    }

    [TestMethod]
    public void Reductions_took_axes_as_an_attribute()
    {
        foreach (string op in new[] { "ReduceSum", "ReduceMean", "ReduceMax", "ReduceL1" })
        {
            Model model = Single(10, op, [Input("x", 2)], 1, ("axes", new IntsAttribute([1])), ("keepdims", new IntAttribute(0)));
            float[] expected = op switch { "ReduceMean" => [0.5f, 2.5f], "ReduceMax" => [1, 3], _ => [1, 5] };
            AreClose(expected, Run(model, ("x", [2, 2], Range(4))).Elements);
        }

        AreClose([6], Run(Single(10, "ReduceSum", [Input("x", 2)]), ("x", [2, 2], Range(4))).Elements);
        CollectionAssert.AreEqual(new long[] { 1, 2, 1 }, Run(Single(10, "Unsqueeze", [Input("x", 1)], 1, ("axes", new IntsAttribute([0, 2]))), ("x", [2], Range(2))).Dimensions);
        CollectionAssert.AreEqual(new long[] { 2 }, Run(Single(10, "Squeeze", [Input("x", 3)], 1, ("axes", new IntsAttribute([0, 2]))), ("x", [1, 2, 1], Range(2))).Dimensions);
    }

    [TestMethod]
    public void Reshape_took_its_shape_as_an_attribute() =>
        CollectionAssert.AreEqual(new long[] { 2, 2 }, Run(Single(1, "Reshape", [Input("x", 1)], 1, ("shape", new IntsAttribute([2, -1]))), ("x", [4], Range(4))).Dimensions);

    [TestMethod]
    public void Resize_10_divides_coordinates_by_the_scale()
    {
        (string, long[], float[]) grow = ("x", [1, 1, 1, 2], [1, 2]);
        AreClose([1, 1, 2, 2], Run(Single(10, "Resize", [Input("x", 4), Constant("s", [4], 1, 1, 1, 2)]), grow).Elements);
        AreClose([1, 1.5f, 2, 2], Run(Single(10, "Resize", [Input("x", 4), Constant("s", [4], 1, 1, 1, 2)], 1, ("mode", new StringAttribute("linear"))), grow).Elements);
        (string, long[], float[]) shrink = ("x", [1, 1, 1, 6], Range(6));
        Value[] scales = [Input("x", 4), Constant("s", [4], 1, 1, 1, 0.6f)];
        float[] expected = RunAsIs(Single(10, "Resize", scales), shrink).Elements;
        AreClose(expected, Run(Single(10, "Resize", [Input("x", 4), Constant("s", [4], 1, 1, 1, 0.6f)]), shrink).Elements);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(9)]
    public void Upsample_becomes_Resize(long opset)
    {
        Model model = opset switch
        {
            1 => Single(1, "Upsample", [Input("x", 4)], 1, ("height_scale", new FloatAttribute(1)), ("width_scale", new FloatAttribute(2)), ("mode", new StringAttribute("bilinear"))),
            7 => Single(7, "Upsample", [Input("x", 4)], 1, ("scales", new FloatsAttribute([1, 1, 1, 2])), ("mode", new StringAttribute("linear"))),
            _ => Single(9, "Upsample", [Input("x", 4), Constant("s", [4], 1, 1, 1, 2)], 1, ("mode", new StringAttribute("linear"))),
        };
        AreClose([1, 1.5f, 2, 2], Run(model, ("x", [1, 1, 1, 2], [1, 2])).Elements);
        Assert.IsTrue(model.Graph.Nodes.Exists(n => n.OpType == "Resize"));
    }

    [TestMethod]
    public void RoiAlign_keeps_its_coordinates()
    {
        Value index = new("i") { Initializer = TensorData.Int64s(0) };
        Value[] inputs = [Input("x", 4), Constant("rois", [1, 4], 0, 0, 3, 3), index];
        (string, AttributeValue)[] attributes = [("output_height", new IntAttribute(2)), ("output_width", new IntAttribute(2)), ("sampling_ratio", new IntAttribute(2))];
        float[] expected = RunAsIs(Single(10, "RoiAlign", inputs, 1, attributes), ("x", [1, 1, 4, 4], Range(16))).Elements;
        inputs = [Input("x", 4), Constant("rois", [1, 4], 0, 0, 3, 3), new("i") { Initializer = TensorData.Int64s(0) }];
        AreClose(expected, Run(Single(10, "RoiAlign", inputs, 1, attributes), ("x", [1, 1, 4, 4], Range(16))).Elements);
    }

    [TestMethod]
    public void Scan_8_runs_over_the_batch()
    {
        // Running sums of two sequences of three numbers.
        Value state = new("state") { Type = Input("s", 1).Type };
        Value item = new("item") { Type = Input("i", 1).Type };
        Value sum = new("sum") { Type = Input("i", 1).Type };
        Value copy = new("copy") { Type = Input("i", 1).Type };
        var body = new Graph { Name = "body" };
        body.Inputs.AddRange([state, item]);
        body.Nodes.Add(new Node("Add", [state, item], [sum]));
        body.Nodes.Add(new Node("Identity", [sum], [copy]));
        body.Outputs.AddRange([sum, copy]);
        Model model = Single(8, "Scan", [null, Input("start", 2), Input("x", 3)], 2, ("body", new GraphAttribute(body)), ("num_scan_inputs", new IntAttribute(1)));
        model.Graph.Outputs.RemoveAt(0);
        (long[] dimensions, float[] y) = Run(model, ("start", [2, 1], [0, 100]), ("x", [2, 3, 1], [1, 2, 3, 4, 5, 6]));
        CollectionAssert.AreEqual(new long[] { 2, 3, 1 }, dimensions);
        AreClose([1, 3, 6, 104, 109, 115], y);
    }

    [TestMethod]
    public void Scan_8_with_lengths_is_MB2002()
    {
        Model model = Single(8, "Scan", [Input("lengths", 1, ElementType.Int64), Input("x", 3)], 1, ("body", new GraphAttribute(new Graph())), ("num_scan_inputs", new IntAttribute(1)));
        Assert.AreEqual("MB2002", CodeOf(model));
    }

    [TestMethod]
    public void Scatter_became_ScatterElements()
    {
        Value index = new("i") { Initializer = TensorData.Create<long>(ElementType.Int64, [1], [1]) };
        AreClose([0, 7, 2], Run(Single(9, "Scatter", [Input("x", 1), index, Constant("u", [1], 7)]), ("x", [3], Range(3))).Elements);
    }

    [TestMethod]
    public void Selu_had_shorter_constants() => AreClose([1.0507f], Run(Single(1, "Selu", [Input("x", 1)]), ("x", [1], [1])).Elements, 1e-7f);

    [TestMethod]
    public void Slice_took_attributes()
    {
        Model model = Single(9, "Slice", [Input("x", 2)], 1, ("starts", new IntsAttribute([1])), ("ends", new IntsAttribute([long.MaxValue])), ("axes", new IntsAttribute([1])));
        AreClose([1, 3], Run(model, ("x", [2, 2], Range(4))).Elements);
    }

    [TestMethod]
    [DataRow("Softmax", 1L, true)]
    [DataRow("Softmax", 1L, false)]
    [DataRow("Softmax", 2L, true)]
    [DataRow("Softmax", -1L, false)]
    [DataRow("LogSoftmax", 0L, true)]
    [DataRow("Hardmax", 1L, false)]
    public void Softmax_took_all_dimensions_from_the_axis_on(string op, long axis, bool isRankKnown)
    {
        Value MakeInput() => isRankKnown ? Input("x", 3) : Unranked("x");
        (string, AttributeValue) attribute = ("axis", new IntAttribute(axis));
        float[] x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13];
        float[] expected = RunAsIs(Single(11, op, [MakeInput()], 1, attribute), ("x", [2, 3, 2], x)).Elements;
        (long[] dimensions, float[] y) = Run(Single(11, op, [MakeInput()], 1, attribute), ("x", [2, 3, 2], x));
        CollectionAssert.AreEqual(new long[] { 2, 3, 2 }, dimensions);
        AreClose(expected, y);
    }

    [TestMethod]
    public void Softmax_over_the_last_dimension_stays_one_node()
    {
        Model model = Single(11, "Softmax", [Input("x", 2)]);
        Run(model, ("x", [1, 2], [0, 0]));
        Assert.HasCount(1, model.Graph.Nodes);
    }

    [TestMethod]
    public void Split_took_sizes_as_an_attribute_or_none()
    {
        AreClose([0], Run(Single(2, "Split", [Input("x", 1)], 2, ("split", new IntsAttribute([1, 2]))), ("x", [3], Range(3))).Elements);
        AreClose([0, 1], Run(Single(13, "Split", [Input("x", 1)], 2), ("x", [4], Range(4))).Elements);
    }

    [TestMethod]
    public void Tile_took_one_axis()
    {
        Model model = Single(1, "Tile", [Input("x", 2), Constant("tiles", [], 2), Constant("axis", [], 1)]);
        AreClose([0, 1, 0, 1, 2, 3, 2, 3], Run(model, ("x", [2, 2], Range(4))).Elements);
    }

    [TestMethod]
    public void TopK_took_its_count_as_an_attribute() =>
        AreClose([3, 2], Run(Single(1, "TopK", [Input("x", 1)], 2, ("k", new IntAttribute(2))), ("x", [4], Range(4))).Elements);

    [TestMethod]
    public void Dft_took_its_axis_as_an_attribute()
    {
        (string, AttributeValue) axis = ("axis", new IntAttribute(1));
        (string, long[], float[]) feed = ("x", [1, 4, 1], [1, 2, 3, 5]);
        float[] expected = RunAsIs(Single(17, "DFT", [Input("x", 3)], 1, axis), feed).Elements;
        AreClose(expected, Run(Single(17, "DFT", [Input("x", 3)], 1, axis), feed).Elements, 1e-4f);
        AreClose(expected, Run(Single(17, "DFT", [Input("x", 3)]), feed).Elements, 1e-4f);
    }

    [TestMethod]
    public void Recurrent_layers_dropped_an_attribute()
    {
        Model model = Single(1, "RNN", [Input("x", 3), Constant("w", [1, 1, 1], 1), Constant("r", [1, 1, 1], 0)], 1, ("hidden_size", new IntAttribute(1)), ("output_sequence", new IntAttribute(1)));
        AreClose([MathF.Tanh(1), MathF.Tanh(2)], Run(model, ("x", [2, 1, 1], [1, 2])).Elements);
    }

    private static string CodeOf(Model model) => Assert.ThrowsExactly<ModelException>(() => new Normalize().Run(model)).Code;
}
