namespace ModelBuild.Graphs.Tests;

/// <summary>Operators whose parameters moved from attributes to inputs, before and after.</summary>
[TestClass]
public sealed class OperatorVersionTests
{
    [TestMethod]
    public void Squeeze() => Check("float32[n,4]", "n,1,4",
        (11, (b, x) => b.Node("Squeeze", [x], ("axes", new[] { -2 }))),
        (13, (b, x) => b.Node("Squeeze", [x, b.Constant(1)])));

    [TestMethod]
    public void Unsqueeze() => Check("float32[1,n,1,4]", "n,4",
        (11, (b, x) => b.Node("Unsqueeze", [x], ("axes", new[] { 0, 2 }))),
        (13, (b, x) => b.Node("Unsqueeze", [x, b.Constant(-4, 2)])));

    [TestMethod]
    public void Reshape() => Check("float32[n,2,2]", "n,4",
        (1, (b, x) => b.Node("Reshape", [x], ("shape", new[] { 0, 2, -1 }))),
        (5, (b, x) => b.Node("Reshape", [x, b.Constant(0, 2, 2)])),
        (5, (b, x) => b.Node("Reshape", [x, b.Node("Constant", [], ("value", TensorData.Int64s(0, 2, 2)))])),
        (13, (b, x) => b.Node("Reshape", [x, b.Node("Constant", [], ("value_ints", new[] { 0, 2, 2 }))])));

    [TestMethod]
    public void Slice() => Check("float32[n,2]", "n,4",
        (1, (b, x) => b.Node("Slice", [x], ("starts", new[] { 1 }), ("ends", new[] { 3 }), ("axes", new[] { 1 }))),
        (1, (b, x) => b.Node("Slice", [x], ("starts", new[] { 0, 1 }), ("ends", new[] { int.MaxValue, 3 }))),
        (10, (b, x) => b.Node("Slice", [x, b.Constant(1), b.Constant(-1), b.Constant(-1)])),
        (10, (b, x) => b.Node("Slice", [x, b.Constant(3), b.Constant(-5), b.Constant(1), b.Constant(-2)])));

    [TestMethod]
    public void Split() => Check("float32[n,2]", "n,6",
        (2, (b, x) => b.Nodes("Split", 3, [x], ("axis", 1))[2]),
        (2, (b, x) => b.Nodes("Split", 2, [x], ("axis", 1), ("split", new[] { 4, 2 }))[1]),
        (13, (b, x) => b.Nodes("Split", 2, [x, b.Constant(4, 2)], ("axis", 1))[1]),
        (18, (b, x) => b.Nodes("Split", 2, [b.Node("Concat", [x, b.Input("y", "n,1")], ("axis", 1))], ("axis", 1), ("num_outputs", 2))[1] is var last ? b.Node("Slice", [last, b.Constant(0), b.Constant(2), b.Constant(1)]) : x));

    [TestMethod]
    public void Split_into_unequal_parts()
    {
        var b = new ModelBuilder(18);
        Value[] parts = b.Nodes("Split", 3, [b.Input("x", "7,2")], ("num_outputs", 3));
        b.Run(null, parts);
        CollectionAssert.AreEqual(new[] { "[3,2]", "[3,2]", "[1,2]" }, parts.Select(p => p.Tensor!.Shape!.ToString()).ToArray());
    }

    [TestMethod]
    public void Pad() => Check("float32[n,9]", "n,4",
        (1, (b, x) => b.Node("Pad", [x], ("paddings", new[] { 0, 2, 0, 3 }))),
        (2, (b, x) => b.Node("Pad", [x], ("pads", new[] { 0, 2, 0, 3 }))),
        (11, (b, x) => b.Node("Pad", [x, b.Constant(0, 2, 0, 3)])),
        (18, (b, x) => b.Node("Pad", [x, b.Constant(2, 3), null, b.Constant(-1)])));

    [TestMethod]
    public void TopK() => Check("float32[n,3]", "n,4",
        (1, (b, x) => b.Nodes("TopK", 2, [x], ("k", 3))[0]),
        (10, (b, x) => b.Nodes("TopK", 2, [x, b.Constant(3)])[0]));

    [TestMethod]
    public void Clip() => Check("float32[n,4]", "n,4",
        (6, (b, x) => b.Node("Clip", [x], ("min", 0f), ("max", 1f))),
        (11, (b, x) => b.Node("Clip", [x, b.Floats(0), null])));

    [TestMethod]
    public void ReduceSum() => Check("float32[n,1]", "n,4",
        (1, (b, x) => b.Node("ReduceSum", [x], ("axes", new[] { 1 }))),
        (13, (b, x) => b.Node("ReduceSum", [x, b.Constant(-1)])));

    [TestMethod]
    public void ReduceSum_without_axes() => Check("float32[n,4]", "n,4",
        (13, (b, x) => b.Node("ReduceSum", [x], ("noop_with_empty_axes", 1))),
        (13, (b, x) => b.Node("ReduceSum", [x, b.Constant()], ("noop_with_empty_axes", 1))));

    [TestMethod]
    public void Upsample() => Check("float32[n,3,8,2*w]", "n,3,4,w",
        (7, (b, x) => b.Node("Upsample", [x], ("scales", new[] { 1f, 1f, 2f, 2f }))),
        (9, (b, x) => b.Node("Upsample", [x, b.Floats(1, 1, 2, 2)])),
        (10, (b, x) => b.Node("Resize", [x, b.Floats(1, 1, 2, 2)])),
        (11, (b, x) => b.Node("Resize", [x, b.Floats(), b.Floats(1, 1, 2, 2)])),
        (18, (b, x) => b.Node("Resize", [x, null, b.Floats(2, 2)], ("axes", new[] { 2, 3 }))));

    [TestMethod]
    public void Add_before_broadcasting_was_free() => Check("float32[n,3,4]", "n,3,4",
        (6, (b, x) => b.Node("Add", [x, b.Floats(1, 2, 3)], ("broadcast", 1), ("axis", 1))),
        (7, (b, x) => b.Node("Add", [x, b.Floats(1, 2, 3, 4)])));

    [TestMethod]
    public void Fourier() => Check("float32[n,5,2]", "n,8,1",
        (17, (b, x) => b.Node("DFT", [x], ("axis", 1), ("onesided", 1))),
        (20, (b, x) => b.Node("DFT", [x, null, b.Scalar(1)], ("onesided", 1))),
        (20, (b, x) => b.Node("DFT", [x], ("onesided", 1))));

    private static void Check(string expected, string input, params (long Opset, Func<ModelBuilder, Value, Value> Build)[] variants)
    {
        foreach ((long opset, Func<ModelBuilder, Value, Value> build) in variants)
        {
            var b = new ModelBuilder(opset);
            Assert.AreEqual(expected, b.Infer(build(b, b.Input("x", input))), $"operator set {opset}");
            Assert.IsEmpty(b.Run().Findings);
        }
    }
}
