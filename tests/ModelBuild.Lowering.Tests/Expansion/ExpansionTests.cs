using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Tests.Expansion;

/// <summary>Every operator of ONNX Runtime's own set that is expanded, against ONNX Runtime.</summary>
[TestClass]
public sealed class ExpansionTests
{
    private const double Tolerance = 1e-4;

    private static int s_seed;

    [TestInitialize]
    public void Restart() => s_seed = 1;

    [TestMethod]
    public void Activations_agree()
    {
        new TestNode("Gelu").Input(Floats(3, 8)).Compare(Tolerance);
        new TestNode("BiasGelu").Input(Floats(3, 8)).Weight(Floats(8)).Compare(Tolerance);
        new TestNode("FastGelu").Input(Floats(3, 8)).Weight(Floats(8)).Compare(Tolerance);
        new TestNode("FastGelu").Input(Floats(3, 8)).Compare(Tolerance);
        new TestNode("QuickGelu").Input(Floats(3, 8)).With("alpha", 1.5f).Compare(Tolerance);
        new TestNode("Inverse").Input(Floats(2, 4, 4)).Compare(1e-3);
        new TestNode("Trilu").Input(Floats(4, 4)).With("upper", 0).Compare(0);
        new TestNode("ExpandDims").Input(Floats(4, 4)).Weight(TensorData.Create<int>(ElementType.Int32, [], [1])).Compare(0);
    }

    [TestMethod]
    [DataRow(0, 0, 0, 0)]
    [DataRow(1, 0, 0, 0)]
    [DataRow(0, 1, 0, 0)]
    [DataRow(1, 1, 0, 0)]
    [DataRow(0, 0, 1, 0)]
    [DataRow(0, 1, 1, 1)]
    public void Fused_products_agree(int transA, int transB, int batchA, int batchB)
    {
        long[] a = transA == 1 ? [2, 3, 5, 4] : [2, 3, 4, 5];
        long[] b = transB == 1 ? [2, 3, 6, 5] : [2, 3, 5, 6];
        new TestNode("FusedMatMul").Input(Floats(Batch(a, batchA))).Input(Floats(Batch(b, batchB))).With("transA", transA).With("transB", transB).With("transBatchA", batchA).With("transBatchB", batchB)
            .With("alpha", 0.5f).Compare(Tolerance);

        // The operator moves the first dimension before the last.
        static long[] Batch(long[] shape, int moved) => moved == 0 ? shape : [shape[^2], shape[0], shape[1], shape[3]];
    }

    [TestMethod]
    [DataRow("Relu")]
    [DataRow("LeakyRelu")]
    [DataRow("Sigmoid")]
    [DataRow("Tanh")]
    public void Fused_activations_agree(string activation)
    {
        TestNode gemm = new TestNode("FusedGemm").Input(Floats(3, 4)).Weight(Floats(5, 4)).Weight(Floats(5)).With("transB", 1).With("activation", activation);
        TestNode conv = new TestNode("FusedConv").Input(Floats(1, 3, 6, 6)).Weight(Floats(4, 3, 3, 3)).Weight(Floats(4)).With("pads", new long[] { 1, 1, 1, 1 }).With("activation", activation);
        if (activation == "LeakyRelu")
        {
            gemm.With("activation_alpha", 0.3f);
            conv.With("activation_params", new[] { 0.3f });
        }

        gemm.Compare(Tolerance);
        conv.Compare(Tolerance);
    }

    [TestMethod]
    public void A_convolution_with_a_sum_agrees() =>
        new TestNode("FusedConv").Input(Floats(1, 3, 6, 6)).Weight(Floats(4, 3, 3, 3)).Weight(Floats(4)).Input(Floats(1, 4, 4, 4)).With("activation", "Relu").Compare(Tolerance);

    [TestMethod]
    public void Normalizations_of_sums_agree()
    {
        new TestNode("SkipLayerNormalization").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Weight(Floats(8)).Weight(Floats(8)).Weight(Floats(8)).With("epsilon", 1e-5f).Compare(Tolerance, true, false, false, true);
        new TestNode("SkipLayerNormalization").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Weight(Floats(8)).Compare(Tolerance);
        new TestNode("SkipSimplifiedLayerNormalization").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Weight(Floats(8)).Weight(Floats(8)).With("epsilon", 1e-5f).Compare(Tolerance, true, false, false, true);
        new TestNode("SimplifiedLayerNormalization", "").Input(Floats(2, 3, 8)).Weight(Floats(8)).With("axis", -1).With("epsilon", 1e-5f).Compare(Tolerance);
    }

    [TestMethod]
    public void Embeddings_agree()
    {
        TensorData ids = Ints([1, 5, 2, 0, 3, 3], 2, 3);
        new TestNode("EmbedLayerNormalization").Input(ids).Input(Ints([0, 1, 1, 0, 0, 1], 2, 3)).Weight(Floats(6, 8)).Weight(Floats(4, 8)).Weight(Floats(2, 8)).Weight(Floats(8)).Weight(Floats(8))
            .Input(Ints([1, 1, 0, 1, 1, 1], 2, 3)).With("epsilon", 1e-5f).Compare(Tolerance, true, true);
        new TestNode("EmbedLayerNormalization").Input(ids).Skip().Weight(Floats(6, 8)).Weight(Floats(4, 8)).Skip().Weight(Floats(8)).Weight(Floats(8)).With("epsilon", 1e-5f).Compare(Tolerance, true, true);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Attention_with_its_projection_agrees(int mask)
    {
        foreach (bool causal in (bool[])[false, true])
        {
            TestNode node = new TestNode("Attention").Input(Floats(2, 3, 8)).Weight(Floats(8, 24)).Weight(Floats(24)).With("num_heads", 2).With("unidirectional", causal ? 1 : 0);
            node = mask switch
            {
                1 => node.Input(Ints([1, 1, 0, 1, 1, 1], 2, 3)),
                2 => node.Input(Ints([1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1], 2, 3, 3)),
                3 => node.Input(Ints([2, 3], 2)),
                _ => node,
            };
            node.Compare(Tolerance);
        }
    }

    [TestMethod]
    public void Attention_with_a_past_agrees()
    {
        foreach (int causal in (int[])[0, 1])
        {
            new TestNode("Attention").Input(Floats(2, 3, 8)).Weight(Floats(8, 24)).Weight(Floats(24)).Skip().Input(Floats(2, 2, 2, 5, 4)).With("num_heads", 2).With("unidirectional", causal).Compare(Tolerance, true, true);
        }
    }

    [TestMethod]
    public void Attention_of_heads_agrees()
    {
        new TestNode("MultiHeadAttention").Input(Floats(2, 3, 8)).Input(Floats(2, 5, 8)).Input(Floats(2, 5, 8)).With("num_heads", 2).Compare(Tolerance);
        new TestNode("MultiHeadAttention").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Weight(Floats(24)).Input(Ints([1, 1, 0, 1, 1, 1], 2, 3)).With("num_heads", 2).Compare(Tolerance);
        new TestNode("MultiHeadAttention").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Skip().Skip().Input(Floats(1, 2, 3, 3)).With("num_heads", 2).With("scale", 0.3f).Compare(Tolerance);
        new TestNode("MultiHeadAttention").Input(Floats(2, 3, 8)).Input(Floats(2, 2, 5, 4)).Input(Floats(2, 2, 5, 4)).With("num_heads", 2).Compare(Tolerance);
        new TestNode("MultiHeadAttention").Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Input(Floats(2, 3, 8)).Skip().Skip().Skip().Input(Floats(2, 2, 5, 4)).Input(Floats(2, 2, 5, 4)).With("num_heads", 2)
            .Compare(Tolerance, true, true, true);
    }

    [TestMethod]
    public void Rotary_positions_agree()
    {
        foreach (int interleaved in (int[])[0, 1])
        {
            new TestNode("RotaryEmbedding").Input(Floats(2, 3, 16)).Input(Longs([0, 1, 2, 4, 5, 6], 2, 3)).Weight(Floats(10, 4)).Weight(Floats(10, 4)).With("interleaved", interleaved).Compare(Tolerance);
            new TestNode("RotaryEmbedding").Input(Floats(2, 3, 16)).Input(Longs([4], 1)).Weight(Floats(10, 4)).Weight(Floats(10, 4)).With("interleaved", interleaved).Compare(Tolerance);
        }
    }

    [TestMethod]
    [DataRow(64, false)]
    [DataRow(64, true)]
    [DataRow(80, true)]
    public void Products_with_weights_of_four_bits_agree(int k, bool zeros)
    {
        int blocks = (k + 31) / 32;
        TestNode node = new TestNode("MatMulNBits").Input(Floats(3, k)).Weight(Bytes(7, blocks, 16)).Weight(Floats(7 * blocks));
        node = zeros ? node.Weight(Bytes(7 * ((blocks + 1) / 2))) : node;
        node.With("K", k).With("N", 7).With("bits", 4).With("block_size", 32).Compare(1e-3);
    }

    [TestMethod]
    public void Trees_in_flat_arrays_agree()
    {
        TestNode Tree(string op, string prefix) => new TestNode(op, "ai.onnx.ml").Input(Floats(9, 2))
            .With("nodes_treeids", new long[] { 0, 0, 0, 1, 1, 1 }).With("nodes_nodeids", new long[] { 0, 1, 2, 0, 1, 2 }).With("nodes_featureids", new long[] { 0, 0, 0, 1, 0, 0 })
            .With("nodes_modes", new[] { "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF" }).With("nodes_values", new[] { 0.1f, 0, 0, -0.2f, 0, 0 })
            .With("nodes_truenodeids", new long[] { 1, 0, 0, 1, 0, 0 }).With("nodes_falsenodeids", new long[] { 2, 0, 0, 2, 0, 0 })
            .With($"{prefix}_treeids", new long[] { 0, 0, 1, 1 }).With($"{prefix}_nodeids", new long[] { 1, 2, 1, 2 }).With($"{prefix}_ids", new long[] { 0, 0, 0, 0 })
            .With($"{prefix}_weights", new[] { 1, -2, 0.5f, 0.25f });

        Tree("TreeEnsembleRegressor", "target").With("n_targets", 1).With("base_values", new[] { 0.5f }).Compare(1e-6);
        Tree("TreeEnsembleRegressor", "target").With("n_targets", 1).With("aggregate_function", "AVERAGE").Compare(1e-6);
        Tree("TreeEnsembleClassifier", "class").With("classlabels_int64s", new long[] { 3, 7 }).With("post_transform", "LOGISTIC").Compare(1e-6, true, true);
    }

    [TestMethod]
    public void Operators_of_quantized_tensors_agree()
    {
        TensorData scale = TensorData.Scalar(0.05f);
        TensorData zero = TensorData.Create<byte>(ElementType.UInt8, [], [120]);
        foreach (string op in (string[])["QLinearAdd", "QLinearMul"])
        {
            new TestNode(op).Input(Bytes(3, 8)).Weight(scale).Weight(zero).Input(Bytes(3, 8)).Weight(scale).Weight(zero).Weight(TensorData.Scalar(0.1f)).Weight(zero).Compare(0.02);
        }

        foreach (string op in (string[])["QLinearSigmoid", "QLinearLeakyRelu"])
        {
            new TestNode(op).Input(Bytes(3, 8)).Weight(scale).Weight(zero).Weight(TensorData.Scalar(0.1f)).Weight(zero).Compare(0.02);
        }

        new TestNode("QLinearGlobalAveragePool").Input(Bytes(1, 3, 4, 4)).Weight(scale).Weight(zero).Weight(scale).Weight(zero).Compare(0.02);
        new TestNode("QLinearConcat").Weight(scale).Weight(zero).Input(Bytes(2, 3)).Weight(scale).Weight(zero).Input(Bytes(2, 4)).Weight(TensorData.Scalar(0.1f)).Weight(zero).With("axis", 1).Compare(0.02);
        new TestNode("DynamicQuantizeMatMul").Input(Floats(3, 8)).Weight(Bytes(8, 5)).Weight(scale).Weight(zero).Compare(Tolerance);
        new TestNode("MatMulIntegerToFloat").Input(Bytes(3, 8)).Weight(Bytes(8, 5)).Weight(scale).Weight(scale).Weight(zero).Weight(zero).Compare(Tolerance);
    }

    private static TensorData Floats(params long[] shape)
    {
        var random = new Random(s_seed++);
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return TensorData.Create<float>(ElementType.Float32, shape, values);
    }

    private static TensorData Bytes(params long[] shape)
    {
        byte[] values = new byte[shape.Aggregate(1L, (a, b) => a * b)];
        new Random(s_seed++).NextBytes(values);
        return TensorData.Create<byte>(ElementType.UInt8, shape, values);
    }

    private static TensorData Ints(int[] values, params long[] shape) => TensorData.Create<int>(ElementType.Int32, shape, values);

    private static TensorData Longs(long[] values, params long[] shape) => TensorData.Create<long>(ElementType.Int64, shape, values);
}
