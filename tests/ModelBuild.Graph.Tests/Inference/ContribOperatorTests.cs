namespace ModelBuild.Graphs.Tests;

/// <summary>ONNX Runtime's own operators.</summary>
[TestClass]
public sealed class ContribOperatorTests
{
    private const string Ms = "com.microsoft";

    /// <summary>Name, the outputs to look at, their types.</summary>
    internal static IEnumerable<(string Name, Func<ModelBuilder, Value[]> Build, string[] Expected)> Cases =>
    [
        ("MatMulNBits", b => b.Nodes(Ms + ":MatMulNBits", 1,
            [b.Input("a", "batch,sequence,64"), b.Input("b", "32,2,16", ElementType.UInt8), b.Input("scales", "64")],
            ("K", 64), ("N", 32), ("bits", 4), ("block_size", 32)), ["float32[batch,sequence,32]"]),
        ("FusedMatMul", b => b.Nodes(Ms + ":FusedMatMul", 1, [b.Input("a", "n,64,m"), b.Input("b", "32,64")], ("transA", 1), ("transB", 1)), ["float32[n,m,32]"]),
        ("DynamicQuantizeMatMul", b => b.Nodes(Ms + ":DynamicQuantizeMatMul", 1, [b.Input("a", "n,m,64"), b.Input("b", "64,32", ElementType.UInt8), b.Input("s", "")]), ["float32[n,m,32]"]),
        ("MatMulIntegerToFloat", b => b.Nodes(Ms + ":MatMulIntegerToFloat", 1,
            [b.Input("a", "n,64", ElementType.UInt8), b.Input("b", "64,32", ElementType.UInt8), b.Input("sa", ""), b.Input("sb", "")]), ["float32[n,32]"]),
        ("SkipLayerNormalization", b => [.. b.Nodes(Ms + ":SkipLayerNormalization", 4, [b.Input("x", "n,s,8"), b.Input("skip", "n,s,8"), b.Input("gamma", "8")])],
            ["float32[n,s,8]", "float32[n,s,1]", "float32[n,s,1]", "float32[n,s,8]"]),
        ("BiasGelu", b => b.Nodes(Ms + ":BiasGelu", 1, [b.Input("x", "n,s,8"), b.Input("bias", "8")]), ["float32[n,s,8]"]),
        ("FastGelu", b => b.Nodes(Ms + ":FastGelu", 1, [b.Input("x", "n,s,8")]), ["float32[n,s,8]"]),
        ("QuickGelu", b => b.Nodes(Ms + ":QuickGelu", 1, [b.Input("x", "n,s,8")]), ["float32[n,s,8]"]),
        ("EmbedLayerNormalization", b => b.Nodes(Ms + ":EmbedLayerNormalization", 2,
            [b.Input("ids", "n,s", ElementType.Int32), null, b.Input("words", "100,8"), b.Input("positions", "16,8"), null, b.Input("gamma", "8"), b.Input("beta", "8"), b.Input("mask", "n,s", ElementType.Int32)]),
            ["float32[n,s,8]", "int32[n]"]),
        ("Attention", b => b.Nodes(Ms + ":Attention", 1, [b.Input("x", "n,s,8"), b.Input("w", "8,24"), b.Input("bias", "24")], ("num_heads", 2)), ["float32[n,s,8]"]),
        ("Attention with past", b => b.Nodes(Ms + ":Attention", 2, [b.Input("x", "n,s,8"), b.Input("w", "8,24"), b.Input("bias", "24"), null, b.Input("past", "2,n,2,p,4")], ("num_heads", 2)),
            ["float32[n,s,8]", "float32[2,n,2,p+s,4]"]),
        ("MultiHeadAttention", b => b.Nodes(Ms + ":MultiHeadAttention", 1, [b.Input("q", "n,s,8"), b.Input("k", "n,t,8"), b.Input("v", "n,t,16")], ("num_heads", 2)), ["float32[n,s,16]"]),
        ("MultiHeadAttention with past", b => b.Nodes(Ms + ":MultiHeadAttention", 3,
            [b.Input("q", "n,s,8"), b.Input("k", "n,s,8"), b.Input("v", "n,s,8"), null, null, null, b.Input("pk", "n,2,p,4"), b.Input("pv", "n,2,p,4")], ("num_heads", 2)),
            ["float32[n,s,8]", "float32[n,2,p+s,4]", "float32[n,2,p+s,4]"]),
        ("GroupQueryAttention", b => b.Nodes(Ms + ":GroupQueryAttention", 1,
            [b.Input("q", "n,s,64"), b.Input("k", "n,s,32"), b.Input("v", "n,s,32"), b.Input("pk", "n,2,p,16"), b.Input("pv", "n,2,p,16"), b.Input("l", "n", ElementType.Int32), b.Input("t", "", ElementType.Int32)],
            ("num_heads", 4), ("kv_num_heads", 2)), ["float32[n,s,64]"]),
        ("QLinearAdd", b => b.Nodes(Ms + ":QLinearAdd", 1, [b.Input("a", "n,4", ElementType.UInt8), b.Input("as", ""), b.Input("az", "", ElementType.UInt8),
            b.Input("b", "4", ElementType.UInt8), b.Input("bs", ""), b.Input("bz", "", ElementType.UInt8), b.Input("cs", ""), b.Input("cz", "", ElementType.UInt8)]), ["uint8[n,4]"]),
        ("QLinearSigmoid", b => b.Nodes(Ms + ":QLinearSigmoid", 1, [b.Input("a", "n,4", ElementType.Int8), b.Input("as", ""), b.Input("az", "", ElementType.Int8), b.Input("ys", ""), b.Input("yz", "", ElementType.Int8)]), ["int8[n,4]"]),
        ("QLinearGlobalAveragePool", b => b.Nodes(Ms + ":QLinearGlobalAveragePool", 1,
            [b.Input("a", "n,3,h,w", ElementType.UInt8), b.Input("as", ""), b.Input("az", "", ElementType.UInt8), b.Input("ys", ""), b.Input("yz", "", ElementType.UInt8)], ("channels_last", 0)), ["uint8[n,3,1,1]"]),
        ("QLinearConcat", b => b.Nodes(Ms + ":QLinearConcat", 1, [b.Input("ys", ""), b.Input("yz", "", ElementType.UInt8), b.Input("a", "n,3", ElementType.UInt8), b.Input("as", ""), b.Input("az", "", ElementType.UInt8),
            b.Input("b", "n,5", ElementType.UInt8), b.Input("bs", ""), b.Input("bz", "", ElementType.UInt8)], ("axis", 1)), ["uint8[n,8]"]),
        ("QGemm", b => b.Nodes(Ms + ":QGemm", 1, [b.Input("a", "n,8", ElementType.UInt8), b.Input("as", ""), b.Input("az", "", ElementType.UInt8),
            b.Input("b", "6,8", ElementType.UInt8), b.Input("bs", ""), b.Input("bz", "", ElementType.UInt8)], ("transB", 1)), ["float32[n,6]"]),
        ("FusedConv", b => b.Nodes(Ms + ":FusedConv", 1, [b.Input("x", "n,3,h,w"), b.Input("k", "8,3,3,3")], ("activation", "Relu"), ("pads", new[] { 1, 1, 1, 1 }), ("kernel_shape", new[] { 3, 3 })), ["float32[n,8,h,w]"]),
        ("DynamicQuantizeLSTM", b => b.Nodes(Ms + ":DynamicQuantizeLSTM", 3, [b.Input("x", "s,n,4"), b.Input("w", "1,4,32", ElementType.UInt8), b.Input("r", "1,8,32", ElementType.UInt8), null, null, null, null, null,
            b.Input("ws", "1"), b.Input("wz", "1", ElementType.UInt8), b.Input("rs", "1"), b.Input("rz", "1", ElementType.UInt8)], ("hidden_size", 8)),
            ["float32[s,1,n,8]", "float32[1,n,8]", "float32[1,n,8]"]),
        ("CDist", b => b.Nodes(Ms + ":CDist", 1, [b.Input("a", "n,4"), b.Input("b", "m,4")], ("metric", "euclidean")), ["float32[n,m]"]),
        ("Unique", b => b.Nodes(Ms + ":Unique", 3, [b.Input("x", "n")]), ["float32[?]", "int64[n]", "int64[?]"]),
        ("ExpandDims", b => b.Nodes(Ms + ":ExpandDims", 1, [b.Input("x", "n,4"), b.Model.Graph.AddInitializer("at", TensorData.Create<int>(ElementType.Int32, [], [-1]))]), ["float32[n,4,1]"]),
        ("GatherBlockQuantized", b => b.Nodes(Ms + ":GatherBlockQuantized", 1, [b.Input("data", "100,32", ElementType.UInt4), b.Input("at", "n,s", ElementType.Int64), b.Input("scales", "100,2")],
            ("gather_axis", 0), ("quantize_axis", 1), ("block_size", 16)), ["float32[n,s,32]"]),
        ("SimplifiedLayerNormalization", b => b.Nodes("SimplifiedLayerNormalization", 1, [b.Input("x", "n,s,8"), b.Input("scale", "8")], ("axis", -1)), ["float32[n,s,8]"]),
        ("SkipSimplifiedLayerNormalization", b => b.Nodes(Ms + ":SkipSimplifiedLayerNormalization", 1, [b.Input("x", "n,s,8"), b.Input("skip", "n,s,8"), b.Input("gamma", "8")]), ["float32[n,s,8]"]),
    ];

    [TestMethod]
    public void Outputs_are_those_of_the_documentation()
    {
        foreach ((string name, Func<ModelBuilder, Value[]> build, string[] expected) in Cases)
        {
            var b = new ModelBuilder(17, Ms);
            Value[] outputs = build(b);
            var result = b.Run(null, outputs);
            CollectionAssert.AreEqual(expected, outputs.Select(o => TypeMerge(result.TypeOf(o))).ToArray(), $"{name}: {string.Join(", ", outputs.Select(o => TypeMerge(result.TypeOf(o))))}");
            Assert.IsEmpty(result.Findings, name);
        }
    }

    private static string TypeMerge(GraphType? type) => Inference.TypeMerge.Describe(type);
}
