using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

/// <summary>Small graphs with every situation that weights are found in; ONNX Runtime runs each result.</summary>
[TestClass]
public sealed class GraphTests
{
    private static CompressionResult Compress(Model model, string scheme = "int8", CompressionOptions? options = null) =>
        Compressor.Run(model, (options ?? new CompressionOptions()) with { Quantize = scheme, MeasureTime = false, Threads = 1 });

    private static Model Perceptron(bool transposed, float alpha = 1, float beta = 1)
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, Dimension.Named("n"), 64);
        Value w = transposed ? model.Graph.Weights("w", 80, 64) : model.Graph.Weights("w", 64, 80);
        Value y = model.Graph.Add("Gemm", "y", x, w, model.Graph.Weights("bias", 80));
        Node gemm = model.Graph.Nodes[^1];
        gemm.Attributes["transB"] = new IntAttribute(transposed ? 1 : 0);
        gemm.Attributes["alpha"] = new FloatAttribute(alpha);
        gemm.Attributes["beta"] = new FloatAttribute(beta);
        model.Graph.Output(y, Dimension.Named("n"), 80);
        return model;
    }

    [TestMethod]
    [DataRow(false, 1f, 1f)]
    [DataRow(true, 1f, 1f)]
    [DataRow(true, 0.5f, 2f)]
    [DataRow(false, -3f, 0f)]
    public void Gemm_multiplies_integers(bool transposed, float alpha, float beta)
    {
        using Model model = Perceptron(transposed, alpha, beta);
        CompressionResult result = Compress(model);
        LayerReport(result, "y", "MatMulInteger");
        Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
        Assert.IsTrue(result.Model.Graph.Nodes.Exists(n => n.OpType == "MatMulInteger"));
        Assert.IsFalse(result.Model.Graph.Initializers.Exists(v => v.Name == "w"));
        Assert.AreEqual(64 * 80, result.Model.Graph.Initializers.Where(v => v.Initializer!.ElementType == ElementType.Int8).Sum(v => v.Initializer!.ByteLength));
    }

    [TestMethod]
    public void The_source_is_not_changed_and_the_signature_stays()
    {
        using Model model = Perceptron(true);
        float[][] before = TestModels.Run(model, model);
        CompressionResult result = Compress(model);
        float[][] after = TestModels.Run(model, model);
        CollectionAssert.AreEqual(before[0], after[0]);
        Assert.AreEqual(string.Join(';', model.Graph.Inputs), string.Join(';', result.Model.Graph.Inputs));
        Assert.AreEqual(string.Join(';', model.Graph.Outputs), string.Join(';', result.Model.Graph.Outputs));
    }

    [TestMethod]
    public void Products_of_one_activation_share_its_rounding()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 3, 64);
        Value a = model.Graph.Add("MatMul", "a", x, model.Graph.Weights("wa", 64, 64));
        Value b = model.Graph.Add("MatMul", "b", x, model.Graph.Weights("wbb", 64, 64));
        model.Graph.Output(model.Graph.Add("Add", "y", a, b), 3, 64);
        CompressionResult result = Compress(model);
        Assert.AreEqual(1, result.Model.Graph.Nodes.Count(n => n.OpType == "DynamicQuantizeLinear"));
        Assert.AreEqual(2, result.Model.Graph.Nodes.Count(n => n.OpType == "MatMulInteger"));
    }

    [TestMethod]
    public void A_vector_times_a_matrix_keeps_its_rank()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 64);
        model.Graph.Output(model.Graph.Add("MatMul", "y", x, model.Graph.Weights("w", 64, 32)), 32);
        CompressionResult result = Compress(model);
        Assert.IsNull(result.Report.Outputs[0].Mismatch);
        Assert.IsGreaterThan(0.99, result.Report.Cosine!.Value);
    }

    [TestMethod]
    public void A_table_and_the_product_that_share_it_are_stored_once()
    {
        Model model = TestModels.Empty();
        Value ids = model.Graph.Input("ids", ElementType.Int64, 1, 7);
        Value table = model.Graph.Weights("table", 100, 32);
        Value rows = model.Graph.Add("Gather", "rows", table, ids);
        Value turned = model.Graph.Add("Transpose", "turned", table);
        model.Graph.Output(model.Graph.Add("MatMul", "logits", rows, turned), 1, 7, 100);
        CompressionResult result = Compress(model);
        Assert.AreEqual(100 * 32, result.Model.Graph.Initializers.Where(v => v.Initializer!.ElementType == ElementType.Int8).Sum(v => v.Initializer!.ByteLength));
        Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
        StringAssert.Contains(result.Report.Layers[0].RunsAs, "int8 rows");
        StringAssert.Contains(result.Report.Layers[0].RunsAs, "expanded on loading");
    }

    [TestMethod]
    [DataRow("int8")]
    [DataRow("fp16")]
    [DataRow("bf16")]
    public void Weights_inside_and_outside_of_branches(string scheme)
    {
        Model model = TestModels.Empty();
        Value condition = model.Graph.Input("condition", ElementType.Bool);
        Value x = model.Graph.Input("x", ElementType.Float32, 2, 64);
        Value outer = model.Graph.Weights("outer", 64, 64);
        Graph Branch(string name, Func<Graph, Value> weight)
        {
            var graph = new Graph { Name = name };
            graph.Output(graph.Add("MatMul", name, x, weight(graph)), 2, 64);
            return graph;
        }

        Value y = model.Graph.Add("If", "y", condition);
        model.Graph.Nodes[^1].Attributes["then_branch"] = new GraphAttribute(Branch("with_own", g => g.Weights("inner", 64, 64)));
        model.Graph.Nodes[^1].Attributes["else_branch"] = new GraphAttribute(Branch("with_outer", _ => outer));
        model.Graph.Output(y, 2, 64);
        CompressionResult result = Compress(model, scheme, new CompressionOptions { Calibration = new Data.MemoryDataSet("both", [Feed(true), Feed(false)]) });
        Assert.AreEqual(2, result.Report.Layers.Count(l => l.IsCompressed));
        Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
        Assert.IsLessThan(0.6 * result.Report.WeightBytesBefore, result.Report.WeightBytesAfter);

        static Dictionary<string, TensorData> Feed(bool branch) =>
            new() { ["condition"] = TensorData.Create<bool>(ElementType.Bool, [], [branch]), ["x"] = TestModels.Random(9, 2, 64) };
    }

    [TestMethod]
    public void An_input_with_a_default_and_an_initializer_that_is_an_output_stay()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 2, 64);
        Value free = model.Graph.Weights("free", 64, 64);
        model.Graph.Inputs.Add(free);
        Value shown = model.Graph.Weights("shown", 64, 64);
        Value y = model.Graph.Add("MatMul", "y", model.Graph.Add("MatMul", "h", model.Graph.Add("MatMul", "g", x, free), shown), model.Graph.Weights("plain", 64, 64));
        model.Graph.Output(y, 2, 64);
        model.Graph.Outputs.Add(shown);
        foreach (string scheme in new[] { "int8", "fp16", "bf16" })
        {
            CompressionResult result = Compress(model, scheme);
            StringAssert.Contains(result.Report.Layers.Single(l => l.Weights[0] == "free").Reason, "override");
            StringAssert.Contains(result.Report.Layers.Single(l => l.Weights[0] == "shown").Reason, "output");
            Assert.IsTrue(result.Report.Layers.Single(l => l.Weights[0] == "plain").IsCompressed);
            Assert.IsTrue(result.Messages.Any(m => m.Code == "MB3006" && !m.IsWarning));
        }
    }

    [TestMethod]
    [DataRow(float.NaN, "NaN or infinity")]
    [DataRow(float.PositiveInfinity, "NaN or infinity")]
    public void Weights_that_are_not_finite_stay(float odd, string reason)
    {
        foreach (string scheme in new[] { "int8", "fp16", "bf16" })
        {
            using Model model = Perceptron(false);
            float[] w = model.Graph.Initializers[0].Initializer!.As<float>().ToArray();
            w[17] = odd;
            model.Graph.Initializers[0].Initializer = TensorData.Create<float>(ElementType.Float32, [64, 80], w);
            CompressionResult result = Compress(model, scheme);
            Assert.IsFalse(result.Report.Applied);
            Assert.AreSame(model, result.Model);
            StringAssert.Contains(result.Report.Layers[0].Reason, reason);
            Assert.IsTrue(result.Messages.Single(m => m.Code == "MB3006").IsWarning);
        }
    }

    [TestMethod]
    [DataRow(1e6f, "beyond the range")]
    [DataRow(0.1f, "")]
    [DataRow(1e-9f, "loses too much")]
    public void Float16_checks_range_and_small_numbers(float factor, string reason)
    {
        using Model model = Perceptron(false);
        float[] w = [.. model.Graph.Initializers[0].Initializer!.As<float>().ToArray().Select(v => v * factor)];
        model.Graph.Initializers[0].Initializer = TensorData.Create<float>(ElementType.Float32, [64, 80], w);
        CompressionResult result = Compress(model, "fp16");
        Assert.AreEqual(reason.Length == 0, result.Report.Applied);
        StringAssert.Contains(result.Report.Layers[0].Reason, reason);
    }

    [TestMethod]
    public void An_outlier_activation_takes_its_layer_back_to_stored_integers()
    {
        using Model model = Perceptron(false);
        float[] x = [.. Enumerable.Range(0, 64).Select(i => i == 0 ? 3000f : MathF.Sin(i))];

        // The outlier meets weights of zero, so that the output shows only what rounding does to the others.
        float[] w = model.Graph.Initializers[0].Initializer!.As<float>().ToArray();
        w.AsSpan(0, 80).Clear();
        model.Graph.Initializers[0].Initializer = TensorData.Create<float>(ElementType.Float32, [64, 80], w);
        var data = new Data.MemoryDataSet("outlier", [new Dictionary<string, TensorData> { ["x"] = TensorData.Create<float>(ElementType.Float32, [1, 64], x) }]);
        CompressionResult result = Compress(model, options: new CompressionOptions { Calibration = data });
        LayerReport(result, "y", "expanded on loading");
        StringAssert.Contains(result.Report.Layers[0].Reason, "rounded activations lose too much");
        Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
    }

    [TestMethod]
    public void Batch_normalization_is_merged_only_where_nothing_else_reads_the_convolution()
    {
        foreach (bool shared in new[] { false, true })
        {
            Model model = TestModels.Empty();
            Value x = model.Graph.Input("x", ElementType.Float32, 1, 8, 9, 9);
            Value c = model.Graph.Add("Conv", "c", x, model.Graph.Weights("kernel", 32, 8, 3, 3));
            Value variance = model.Graph.AddInitializer("variance", TensorData.Create<float>(ElementType.Float32, [32], [.. Enumerable.Range(1, 32).Select(i => i * 0.1f)]));
            Value y = model.Graph.Add("BatchNormalization", "y", c, model.Graph.Weights("s", 32), model.Graph.Weights("bb", 32), model.Graph.Weights("mmm", 32), variance);
            model.Graph.Output(y, 1, 32, 7, 7);
            if (shared)
            {
                model.Graph.Output(c, 1, 32, 7, 7);
            }

            CompressionResult result = Compress(model);
            Assert.AreEqual(shared, result.Model.Graph.Nodes.Exists(n => n.OpType == "BatchNormalization"));
            Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
            StringAssert.Contains(result.Report.Notes.Single(), shared ? "Kept 1" : "Merged 1");
        }
    }

    [TestMethod]
    public void Recurrent_weights_that_are_joined_from_pieces_are_found()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 5, 1, 64);
        Value joined = model.Graph.Add("Concat", "joined", model.Graph.Weights("upper", 32, 64), model.Graph.Weights("lower_", 32, 64));
        model.Graph.Nodes[^1].Attributes["axis"] = new IntAttribute(0);
        Value w = model.Graph.Add("Unsqueeze", "w", joined, model.Graph.AddInitializer("axes", TensorData.Int64s(0)));
        Value y = model.Graph.Add("LSTM", "y", x, w, model.Graph.Weights("recurrent", 1, 64, 16));
        model.Graph.Nodes[^1].Attributes["hidden_size"] = new IntAttribute(16);
        model.Graph.Output(y, 5, 1, 1, 16);
        CompressionResult result = Compress(model);
        Assert.AreEqual(3, result.Report.Layers.Count(l => l.IsCompressed));
        Assert.IsGreaterThan(0.999, result.Report.Cosine!.Value);
    }

    [TestMethod]
    public void Weights_held_by_constant_nodes_are_found()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 2, 64);
        Value w = model.Graph.Add("Constant", "w");
        model.Graph.Nodes[0].Attributes["value"] = new TensorAttribute(TestModels.Random(4, 64, 64));
        model.Graph.Output(model.Graph.Add("MatMul", "y", x, w), 2, 64);
        CompressionResult result = Compress(model);
        Assert.IsTrue(result.Report.Layers.Single().IsCompressed);
        Assert.AreEqual(64 * 64 * 4, result.Report.WeightBytesBefore);
    }

    [TestMethod]
    public void What_would_grow_is_not_shipped()
    {
        // 1,024 channels of one weight: a scale for each takes four times the byte that it scales.
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 2, 1);
        model.Graph.Output(model.Graph.Add("MatMul", "y", x, model.Graph.Weights("w", 1, 1024)), 2, 1024);
        CompressionResult result = Compress(model);
        Assert.AreSame(model, result.Model);
        Assert.IsTrue(result.Messages.Single().IsWarning);
        Assert.IsTrue(result.Messages.Single().Code is "MB3004" or "MB3006", result.Messages.Single().Code);
        Assert.AreEqual(result.Report.BytesBefore, result.Report.BytesAfter);
    }

    [TestMethod]
    public void On_a_GPU_integer_products_are_not_used()
    {
        using Model model = Perceptron(false);
        CompressionResult result = Compress(model, options: new CompressionOptions { ExecutionProviders = ["Cuda", "Cpu"] });
        LayerReport(result, "y", "expanded on loading");
        StringAssert.Contains(result.Report.Layers[0].Reason, "Cuda");
    }

    [TestMethod]
    public void Outputs_that_are_indices_do_not_take_layers_back()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 8, 64);
        Value y = model.Graph.Add("MatMul", "y", x, model.Graph.Weights("w", 64, 512));
        model.Graph.Output(y, 8, 512);
        Value index = model.Graph.Add("ArgMax", "index", y);
        model.Graph.Nodes[^1].Attributes["axis"] = new IntAttribute(1);
        index.Type = new TensorType(ElementType.Int64, new Shape([8, 1]));
        model.Graph.Outputs.Add(index);
        CompressionResult result = Compress(model);
        LayerReport(result, "y", "MatMulInteger");
        Assert.AreEqual(result.Report.Outputs[0].Cosine, result.Report.Cosine);
    }

    [TestMethod]
    public void Sizes_are_tried_until_the_model_runs()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 1, 3, Dimension.Named("h"), Dimension.Named("w"));
        Value pooled = model.Graph.Add("Reshape", "rows", x, model.Graph.AddInitializer("shape", TensorData.Int64s(3 * 224, 224)));
        model.Graph.Output(model.Graph.Add("MatMul", "y", pooled, model.Graph.Weights("w224", 224, 32)), 3 * 224, 32);
        CompressionResult result = Compress(model);
        Assert.IsEmpty(result.Messages);
        LayerReport(result, "y", "MatMulInteger");
    }

    [TestMethod]
    public void A_model_that_ONNX_Runtime_refuses_has_a_code_without_a_path()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 2, 64);
        model.Graph.Output(model.Graph.Add("NoSuchOperator", "y", x, model.Graph.Weights("w", 64, 64)), 2, 64);
        ModelException e = Assert.ThrowsExactly<ModelException>(() => Compress(model));
        Assert.AreEqual("MB3007", e.Code);
        StringAssert.Contains(e.Message, "NoSuchOperator");
        Assert.IsFalse(e.Message.Contains(Path.GetTempPath(), StringComparison.Ordinal), e.Message);
    }

    [TestMethod]
    public void Unknown_schemes_have_a_code()
    {
        using Model model = Perceptron(false);
        Assert.AreEqual("MB3003", Assert.ThrowsExactly<ModelException>(() => Compress(model, "int3")).Code);
    }

    [TestMethod]
    public void A_model_that_does_not_run_on_random_inputs_is_compressed_by_its_weights_with_a_warning()
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, Dimension.Named("a"), Dimension.Named("b"));
        model.Graph.Output(model.Graph.Add("MatMul", "y", x, model.Graph.Weights("w", 77, 64)), Dimension.Named("a"), 64);
        CompressionResult result = Compress(model);
        Assert.IsTrue(result.Messages.Single(m => m.Code == "MB3007").IsWarning);
        LayerReport(result, "y", "expanded on loading");
        Assert.IsEmpty(result.Report.Outputs);

        result = Compress(model, options: new CompressionOptions { InputShapes = new Dictionary<string, IReadOnlyList<long>> { ["x"] = [3, 77] } });
        LayerReport(result, "y", "MatMulInteger");
    }

    [TestMethod]
    public void Cancelling_leaves_nothing_behind()
    {
        using Model model = Perceptron(false);
        string folder = Directory.CreateTempSubdirectory("modelbuild-test-").FullName;
        using var source = new CancellationTokenSource();
        var progress = new SynchronousProgress(p =>
        {
            if (p.Fraction > 0.1)
            {
                source.Cancel();
            }
        });
        Assert.ThrowsExactly<OperationCanceledException>(() => Compressor.Run(model, new CompressionOptions { Quantize = "int8", TemporaryFolder = folder }, progress, source.Token));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    private static void LayerReport(CompressionResult result, string name, string runsAs) => StringAssert.Contains(result.Report.Layers.Single(l => l.Name == name && !l.IsTooSmall).RunsAs, runsAs);

    private sealed class SynchronousProgress(Action<CompressionProgress> action) : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value) => action(value);
    }
}
