using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Tests;

[TestClass]
public sealed class ShapeInferenceTests
{
    [TestMethod]
    [DataRow(1, 1, 0, "float32[batch,8,h-2,w-2]")]
    [DataRow(2, 1, 1, "float32[batch,8,floor((h+1)/2),floor((w+1)/2)]")]
    [DataRow(1, 2, 2, "float32[batch,8,h,w]")]
    public void Convolution_gives_formulas(int stride, int dilation, int pad, string expected)
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("image", "batch,3,h,w");
        Value w = b.Input("weights", "8,3,3,3");
        Value y = b.Node("Conv", [x, w], ("strides", new[] { stride, stride }), ("dilations", new[] { dilation, dilation }), ("pads", new[] { pad, pad, pad, pad }));
        Assert.AreEqual(expected, b.Infer(y));
    }

    [TestMethod]
    public void A_chain_of_halvings_is_one_division()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n,1,h,64");
        for (int i = 0; i < 4; i++)
        {
            x = b.Node("MaxPool", [x], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        }

        Assert.AreEqual("float32[n,1,floor(h/16),4]", b.Infer(x));
    }

    [TestMethod]
    public void Ceiling_mode_starts_no_window_in_the_padding()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "1,1,2,h");
        Value y = b.Node("MaxPool", [x], ("kernel_shape", new[] { 1, 1 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1));
        Assert.AreEqual("float32[1,1,1,floor((h+1)/2)]", b.Infer(y));
    }

    [TestMethod]
    public void Open_dimensions_are_named_after_their_input()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("image", "?,3,image_dim2,?");
        Value z = b.Input("odd name", "?");
        Value y = b.Node("Relu", [x]);
        InferenceResult result = b.Run(null, y);
        Assert.AreEqual("[image_dim0,3,image_dim2,image_dim3]", result.TypeOf(y)!.ToString().Split("Shape = ")[1].TrimEnd('}', ' '));
        Assert.AreEqual("['odd name_dim0']", ((TensorType)result.TypeOf(z)!).Shape!.ToString());
        Assert.AreEqual("[?,3,image_dim2,?]", x.Tensor!.Shape!.ToString(), "The declared type is the public signature.");
    }

    [TestMethod]
    public void An_invented_name_does_not_meet_a_symbol_of_the_model()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "?");
        Value y = b.Input("y", "x_dim0");
        InferenceResult result = b.Run();
        Assert.AreEqual("[x_dim0_1]", ((TensorType)result.TypeOf(x)!).Shape!.ToString());
        Assert.AreEqual("[x_dim0]", ((TensorType)result.TypeOf(y)!).Shape!.ToString());
    }

    [TestMethod]
    public void Shapes_flow_through_shape_tensors()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,sequence,768");
        Value shape = b.Node("Shape", [x]);
        Value first = b.Node("Unsqueeze", [b.Node("Gather", [shape, b.Scalar(0)], ("axis", 0)), b.Constant(0)]);
        Value second = b.Node("Slice", [shape, b.Constant(1), b.Constant(2)]);
        Value target = b.Node("Concat", [first, second, b.Constant(12), b.Node("Div", [b.Node("Slice", [shape, b.Constant(-1), b.Constant(long.MaxValue)]), b.Constant(12)])], ("axis", 0));
        Value heads = b.Node("Transpose", [b.Node("Reshape", [x, target])], ("perm", new[] { 0, 2, 1, 3 }));
        Value flat = b.Node("Reshape", [heads, b.Constant(0, -1)]);
        Assert.AreEqual("float32[batch,9216*sequence]", b.Infer(flat).Replace("768*sequence", "9216*sequence", StringComparison.Ordinal));
        Assert.AreEqual("[batch,12,sequence,64]", heads.Tensor!.Shape!.ToString());
    }

    [TestMethod]
    public void Expand_to_a_shape_with_replaced_minus_ones()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,1,8");
        Value wanted = b.Node("Concat", [b.Node("Slice", [b.Node("Shape", [x]), b.Constant(0), b.Constant(1)]), b.Constant(4, -1)], ("axis", 0));
        Value ones = b.Node("ConstantOfShape", [b.Node("Shape", [wanted])], ("value", TensorData.Int64s(1)));
        Value target = b.Node("Where", [b.Node("Equal", [wanted, b.Node("Mul", [ones, b.Constant(-1)])]), ones, wanted]);
        Assert.AreEqual("float32[batch,4,8]", b.Infer(b.Node("Expand", [x, target])));
    }

    [TestMethod]
    public void Sizes_computed_in_floats_stay_exact()
    {
        var b = new ModelBuilder(13);
        Value x = b.Input("x", "1,3,h,w");
        Value size = b.Node("Slice", [b.Node("Shape", [x]), b.Constant(2), b.Constant(4)]);
        Value scaled = b.Node("Floor", [b.Node("Mul", [b.Node("Cast", [size], ("to", 1)), b.Floats(1.5f, 0.5f)])]);
        Value sizes = b.Node("Concat", [b.Constant(1, 3), b.Node("Cast", [scaled], ("to", 7))], ("axis", 0));
        Assert.AreEqual("float32[1,3,floor(3*h/2),floor(w/2)]", b.Infer(b.Node("Resize", [x, null, null, sizes])));
    }

    [TestMethod]
    public void Padding_computed_by_reversing_pairs()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,n");
        Value pairs = b.Node("Reshape", [b.Node("Concat", [b.Constant(3, 4), b.Node("ConstantOfShape", [b.Constant(2)], ("value", TensorData.Int64s(0)))], ("axis", 0)), b.Constant(-1, 2)]);
        Value reversed = b.Node("Slice", [pairs, b.Constant(-1), b.Constant(long.MinValue), b.Constant(0), b.Constant(-1)]);
        Value pads = b.Node("Reshape", [b.Node("Transpose", [reversed], ("perm", new[] { 1, 0 })), b.Constant(-1)]);
        Assert.AreEqual("float32[batch,n+7]", b.Infer(b.Node("Pad", [x, pads])));
    }

    [TestMethod]
    public void Range_of_a_dimension()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,sequence");
        Value length = b.Node("Gather", [b.Node("Shape", [x]), b.Scalar(1)]);
        Value positions = b.Node("Range", [b.Scalar(0), length, b.Scalar(1)]);
        Assert.AreEqual("int64[sequence]", b.Infer(positions));
    }

    [TestMethod]
    public void A_table_of_positions_cut_to_the_sequence_joins_it()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,sequence,8");
        Value table = b.Input("table", "1,512,8");
        Value length = b.Node("Slice", [b.Node("Shape", [x]), b.Constant(1), b.Constant(2)]);
        Value cut = b.Node("Slice", [table, b.Constant(0), length, b.Constant(1)]);
        Value sum = b.Node("Add", [x, cut]);
        Assert.AreEqual("float32[batch,sequence,8]", b.Infer(sum));
        Assert.AreEqual("[1,min(512,sequence),8]", cut.Tensor!.Shape!.ToString());
    }

    [TestMethod]
    [DataRow(0L, 2L, 1L, "[min(2,n)]")]
    [DataRow(1L, long.MaxValue, 1L, "[max(0,n-1)]")]
    [DataRow(-3L, long.MaxValue, 1L, "[min(3,n)]")]
    [DataRow(0L, -1L, 1L, "[max(0,n-1)]")]
    [DataRow(-3L, -1L, 1L, "[max(0,min(2,n-1))]")]
    [DataRow(1L, 3L, 1L, "[max(0,min(3,n)-1)]")]
    [DataRow(-2L, 2L, 1L, "[max(-max(0,n-2)+min(2,n),0)]")]
    [DataRow(2L, -2L, 1L, "[max(0,n-4)]")]
    [DataRow(0L, long.MaxValue, 2L, "[floor((n+1)/2)]")]
    [DataRow(-1L, long.MinValue, -1L, "[n]")]
    public void Slice_of_an_open_dimension(long start, long end, long step, string expected)
    {
        foreach (long size in (long[])[-1, 0, 1, 2, 3, 7])
        {
            var b = new ModelBuilder(17);
            Value x = b.Input("x", size < 0 ? "n" : $"{size}");
            Value y = b.Node("Slice", [x, b.Constant(start), b.Constant(end), b.Constant(0), b.Constant(step)]);
            b.Run(null, y);
            Dimension length = y.Tensor!.Shape![0];
            if (size < 0)
            {
                Assert.AreEqual(expected, y.Tensor.Shape.ToString());
            }
            else
            {
                var open = new ModelBuilder(17);
                Value z = open.Node("Slice", [open.Input("x", "n"), open.Constant(start), open.Constant(end), open.Constant(0), open.Constant(step)]);
                open.Run(null, z);
                Assert.IsTrue(z.Tensor!.Shape![0].Expression!.TryEvaluate(_ => size, out long value));
                Assert.AreEqual(length.Value, value, $"size {size}");
            }
        }
    }

    [TestMethod]
    public void Reshape_solves_for_the_open_dimension()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "batch,sequence,12,64");
        Assert.AreEqual("float32[batch,sequence,768]", b.Infer(b.Node("Reshape", [x, b.Constant(0, 0, -1)])));
        b = new ModelBuilder(17);
        x = b.Input("x", "batch,sequence,768");
        Assert.AreEqual("float32[batch*sequence,768]", b.Infer(b.Node("Reshape", [x, b.Constant(-1, 768)])));
        b = new ModelBuilder(17);
        x = b.Input("x", "4,6");
        Assert.AreEqual("float32[0,24]", b.Infer(b.Node("Reshape", [b.Input("empty", "0,6"), b.Constant(0, 24)], ("allowzero", 1))));
    }

    [TestMethod]
    public void A_default_that_the_caller_may_replace_is_no_constant()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "2,6");
        Value shape = b.Input("shape", "2", ElementType.Int64);
        shape.Initializer = TensorData.Int64s(3, 4);
        b.Model.Graph.Initializers.Add(shape);
        InferenceResult result = b.Run(null, b.Node("Reshape", [x, shape]));
        Assert.AreEqual("[?,?]", b.Model.Graph.Outputs[0].Tensor!.Shape!.ToString());
        StringAssert.Contains(result.Unresolved.Single().Reason, "run time", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Data_dependent_sizes_stay_unknown_with_their_rank_and_a_reason()
    {
        var b = new ModelBuilder(17);
        Value y = b.Node("NonZero", [b.Input("x", "n,4")]);
        InferenceResult result = b.Run(null, y);
        Assert.AreEqual("[2,?]", y.Tensor!.Shape!.ToString());
        StringAssert.Contains(result.Unresolved.Single().Reason, "not zero", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Operators_of_other_domains_keep_what_the_model_declares()
    {
        var b = new ModelBuilder(17, "own");
        Value y = b.Node("own:Magic", [b.Input("x", "n,4")]);
        y.Type = new TensorType(ElementType.Float32, ModelBuilder.Dimensions("n,other,7"));
        Value z = b.Node("Relu", [y]);
        InferenceResult result = b.Run(null, z);
        Assert.AreEqual("[n,?,7]", z.Tensor!.Shape!.ToString(), "A symbol that no input has says nothing.");
        StringAssert.Contains(result.Unresolved[0].Reason, "own.Magic", StringComparison.Ordinal);
    }

    [TestMethod]
    public void The_public_signature_stays_as_declared()
    {
        var b = new ModelBuilder(17);
        Value y = b.Node("Concat", [b.Input("x", "n,4"), b.Input("z", "m,4")], ("axis", 0));
        y.Type = new TensorType(ElementType.Float32, ModelBuilder.Dimensions("total,4"));
        InferenceResult result = b.Run(null, y);
        Assert.AreEqual("[total,4]", y.Tensor!.Shape!.ToString());
        Assert.AreEqual("[m+n,4]", ((TensorType)result.TypeOf(y)!).Shape!.ToString());
    }

    [TestMethod]
    public void Assumed_sizes_replace_symbols()
    {
        var b = new ModelBuilder(17);
        Value y = b.Node("Relu", [b.Input("x", "batch,?")]);
        InferenceResult result = b.Run(new InferenceOptions { Symbols = new Dictionary<string, long> { ["batch"] = 2, ["x_dim1"] = 5 } }, y);
        Assert.AreEqual("[2,5]", ((TensorType)result.TypeOf(y)!).Shape!.ToString());
    }

    [TestMethod]
    public void Contradictions_are_findings_or_errors()
    {
        var b = new ModelBuilder(17);
        Value y = b.Node("Add", [b.Input("x", "2,3"), b.Input("z", "4")]);
        InferenceResult result = b.Run(null, y);
        InferenceFinding finding = result.Findings.Single();
        Assert.AreEqual("MB2004", finding.Code);
        StringAssert.Contains(finding.Message, "(Add)", StringComparison.Ordinal);
        ModelException error = Assert.ThrowsExactly<ModelException>(() => ShapeInference.Run(b.Model, new InferenceOptions { Strict = true }));
        Assert.AreEqual("MB2004", error.Code);
    }

    [TestMethod]
    public void A_declared_output_that_can_not_be_is_a_finding()
    {
        var b = new ModelBuilder(17);
        Value y = b.Node("Relu", [b.Input("x", "2,3")]);
        y.Type = new TensorType(ElementType.Float32, Shape.Of(2, 4));
        InferenceResult result = b.Run(null, y);
        StringAssert.Contains(result.Findings.Single().Message, "[2,3] against [2,4]", StringComparison.Ordinal);
        Assert.AreEqual("[2,3]", ((TensorType)result.TypeOf(y)!).Shape!.ToString());
    }

    [TestMethod]
    public void Weights_are_never_read()
    {
        var b = new ModelBuilder(17);
        Value w = b.Model.Graph.AddInitializer("w", new Unreadable(ElementType.Int64, [64, 64]));
        Value f = b.Model.Graph.AddInitializer("f", new Unreadable(ElementType.Float32, [64]));
        Value x = b.Input("x", "n,64", ElementType.Int64);
        Value y = b.Node("Add", [b.Node("MatMul", [x, w]), w]);
        Value z = b.Node("Mul", [f, b.Node("Cast", [y], ("to", 1))]);
        Assert.AreEqual("float32[max(64,n),64]", b.Infer(z).Replace("[64,", "[max(64,n),", StringComparison.Ordinal));
    }

    private sealed class Unreadable(ElementType type, long[] dimensions) : TensorData(type, dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length) => throw new InvalidOperationException("A weight was read.");
    }

    [TestMethod]
    public void Broadcasting_open_dimensions()
    {
        Assert.AreEqual("float32[a,5,n]", Sum("a,5,1", "1,n"));
        Assert.AreEqual("float32[5]", Sum("5", "n"));
        Assert.AreEqual("float32[max(m,n)]", Sum("m", "n"));
        Assert.AreEqual("float32[n]", Sum("", "n"));

        static string Sum(string a, string b)
        {
            var builder = new ModelBuilder(17);
            return builder.Infer(builder.Node("Add", [builder.Input("a", a), builder.Input("b", b)]));
        }
    }
}
