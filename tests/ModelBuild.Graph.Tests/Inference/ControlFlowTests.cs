using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Tests;

[TestClass]
public sealed class ControlFlowTests
{
    [TestMethod]
    public void If_keeps_what_both_branches_share()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n,4");
        Value condition = b.Input("condition", "", ElementType.Bool);
        Value y = b.Node("If", [condition], ("then_branch", Branch(b, "Relu", x)), ("else_branch", Branch(b, "Transpose", x)));
        Assert.AreEqual("float32[?,?]", b.Infer(y));
        b = new ModelBuilder(17);
        x = b.Input("x", "n,4");
        condition = b.Input("condition", "", ElementType.Bool);
        y = b.Node("If", [condition], ("then_branch", Branch(b, "Relu", x)), ("else_branch", Branch(b, "Abs", x)));
        Assert.AreEqual("float32[n,4]", b.Infer(y));
    }

    [TestMethod]
    public void If_with_a_known_condition_takes_its_branch()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n,4");
        Value rank = b.Node("Size", [b.Node("Shape", [x])]);
        Value condition = b.Node("Equal", [rank, b.Scalar(2)]);
        Value y = b.Node("If", [condition], ("then_branch", Branch(b, "Transpose", x)), ("else_branch", Branch(b, "Relu", x)));
        Assert.AreEqual("float32[4,n]", b.Infer(y));
    }

    [TestMethod]
    public void If_on_an_input_of_assumed_content_takes_its_branch()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n,4");
        Value condition = b.Node("Equal", [b.Input("rate", "", ElementType.Int64), b.Scalar(16000)]);
        Value y = b.Node("If", [condition], ("then_branch", Branch(b, "Transpose", x)), ("else_branch", Branch(b, "Relu", x)));
        InferenceResult result = b.Run(new InferenceOptions { Contents = new Dictionary<string, TensorData> { ["rate"] = TensorData.Scalar(16000L) } }, y);
        Assert.AreEqual("[4,n]", ((TensorType)result.TypeOf(y)!).Shape!.ToString());
    }

    [TestMethod]
    public void Loop_finds_what_stays_and_what_grows()
    {
        var b = new ModelBuilder(17);
        Value row = b.Input("row", "1,w");
        Value same = b.Input("same", "n,3");
        var body = new Graph();
        var iteration = new Value("i");
        var go = new Value("go");
        var grown = new Value("grown");
        var kept = new Value("kept");
        body.Inputs.AddRange([iteration, go, grown, kept]);
        Node next = b.Make("Concat", 1, [grown, row], ("axis", 0));
        Node stays = b.Make("Relu", 1, [kept]);
        Node on = b.Make("Identity", 1, [go]);
        body.Nodes.AddRange([next, stays, on]);
        body.Outputs.AddRange([on.Outputs[0]!, next.Outputs[0]!, stays.Outputs[0]!, stays.Outputs[0]!]);
        Value count = b.Node("Squeeze", [b.Node("Slice", [b.Node("Shape", [same]), b.Constant(0), b.Constant(1)]), b.Constant(0)]);
        Value[] outputs = b.Nodes("Loop", 3, [count, null, row, same], ("body", body));
        b.Run(null, outputs);
        CollectionAssert.AreEqual(new[] { "[?,w]", "[n,3]", "[n,n,3]" }, outputs.Select(o => o.Tensor!.Shape!.ToString()).ToArray());
        Assert.AreEqual("[n,3]", kept.Tensor!.Shape!.ToString(), "Values inside are filled in too.");
    }

    [TestMethod]
    public void Scan_slices_and_stacks()
    {
        var b = new ModelBuilder(17);
        Value initial = b.Input("initial", "h");
        Value sequence = b.Input("sequence", "h,t");
        var body = new Graph();
        var state = new Value("state");
        var slice = new Value("slice");
        body.Inputs.AddRange([state, slice]);
        Node sum = b.Make("Add", 1, [state, slice]);
        body.Nodes.Add(sum);
        body.Outputs.AddRange([sum.Outputs[0]!, sum.Outputs[0]!]);
        Value[] outputs = b.Nodes("Scan", 2, [initial, sequence], ("body", body), ("num_scan_inputs", 1), ("scan_input_axes", new[] { 1 }), ("scan_output_axes", new[] { -1 }));
        b.Run(null, outputs);
        CollectionAssert.AreEqual(new[] { "[h]", "[h,t]" }, outputs.Select(o => o.Tensor!.Shape!.ToString()).ToArray());
    }

    [TestMethod]
    public void Deep_nesting_is_left_unknown()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n");
        Value condition = b.Input("condition", "", ElementType.Bool);
        Graph inner = Branch(b, "Relu", x);
        for (int i = 0; i < 5000; i++)
        {
            Node node = b.Make("If", 1, [condition], ("then_branch", inner), ("else_branch", Branch(b, "Relu", x)));
            inner = new Graph();
            inner.Nodes.Add(node);
            inner.Outputs.Add(node.Outputs[0]!);
        }

        Value y = b.Node("If", [condition], ("then_branch", inner), ("else_branch", Branch(b, "Relu", x)));
        InferenceResult result = b.Run(null, y);
        Assert.IsNotEmpty(result.Unresolved);
    }

    [TestMethod]
    public void Nested_loops_whose_types_keep_changing_end()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "1");
        Graph? inner = null;
        for (int i = 0; i < 40; i++)
        {
            var body = new Graph();
            var carried = new Value($"carried{i}");
            body.Inputs.AddRange([new Value($"i{i}"), new Value($"go{i}"), carried]);
            Node grow = b.Make("Unsqueeze", 1, [carried, b.Constant(0)]);
            Node on = b.Make("Identity", 1, [body.Inputs[1]]);
            body.Nodes.AddRange([grow, on]);
            Value last = grow.Outputs[0]!;
            if (inner is not null)
            {
                Node loop = b.Make("Loop", 1, [null, null, last], ("body", inner));
                body.Nodes.Add(loop);
                last = loop.Outputs[0]!;
            }

            body.Outputs.AddRange([on.Outputs[0]!, last]);
            inner = body;
        }

        Value y = b.Node("Loop", [null, null, x], ("body", inner!));
        b.Run(null, y);
        Assert.AreEqual(ElementType.Float32, y.Tensor!.ElementType);
        Assert.IsNull(y.Tensor.Shape);
    }

    private static Graph Branch(ModelBuilder b, string op, Value x)
    {
        var graph = new Graph();
        Node node = b.Make(op, 1, [x]);
        graph.Nodes.Add(node);
        graph.Outputs.Add(node.Outputs[0]!);
        return graph;
    }
}
