using ModelBuild.Formats.Keras;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Tests;

namespace ModelBuild.Formats.Tests.Keras;

/// <summary>Keras files: outputs that TensorFlow.js recorded, numbers by hand, damaged files.</summary>
[TestClass]
public sealed class KerasTests
{
    [TestMethod]
    public void Recorded_models_give_the_recorded_outputs()
    {
        string corpus = SharedFolder.Find("corpus");
        int compared = 0;
        foreach (string[] row in File.ReadLines(Path.Combine(corpus, "oracle", "INDEX.tsv")).Select(l => l.Split('\t')).Where(r => r[0] == "keras"))
        {
            string recording = Path.Combine(corpus, "oracle", "keras", row[1]);
            TensorData x = NpyFile.Read(Path.Combine(recording, "input_0.npy"));
            float[] expected = NpyFile.Read(Path.Combine(recording, "output_0.npy")).As<float>().ToArray();
            using Model model = ModelFormats.Read(Path.Combine(corpus, row[2]));
            float[] actual = Run(model, x);
            Assert.HasCount(expected.Length, actual, row[2]);
            double limit = 1e-5 + (1e-4 * expected.Max(MathF.Abs));
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], limit, $"{row[2]}: {i}");
            }

            compared++;
        }

        Assert.AreEqual(6, compared);
    }

    [TestMethod]
    public void Between_the_convolutions_of_a_residual_network_no_transpose_is_left()
    {
        string path = SharedFolder.Find(Path.Combine("corpus", "mlcommons+tiny", "benchmark", "training", "image_classification", "trained_models", "pretrainedResnet.h5"));
        using Model model = ModelFormats.Read(path);

        // The input keeps its layout, channels last.
        Assert.AreEqual(1, model.Graph.Nodes.Count(n => n.OpType == "Transpose"));
    }

    [TestMethod]
    public void The_gates_of_an_LSTM_are_input_forget_cell_output()
    {
        using var folder = new TempFolder();
        float[] kernel = [0.1f, -0.2f, 0.3f, 0.4f, -0.5f, 0.6f, 0.7f, -0.8f];
        float[] recurrent = [.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i) / 2)];
        float[] bias = [0, 0.1f, 1, 1, 0.2f, -0.1f, 0.3f, 0];
        string path = KerasFile.WriteH5(
            folder.File("lstm.h5"), "LSTM", ",\"units\":2,\"activation\":\"tanh\",\"recurrent_activation\":\"sigmoid\",\"use_bias\":true", "[null,3,1]",
            ("layer/lstm_cell/kernel:0", [1, 8], kernel), ("layer/lstm_cell/recurrent_kernel:0", [2, 8], recurrent), ("layer/lstm_cell/bias:0", [8], bias));
        float[] x = [0.5f, -1, 2];
        using Model model = ModelFormats.Read(path);
        float[] actual = Run(model, TensorData.Create<float>(ElementType.Float32, [1, 3, 1], x));

        double[] h = [0, 0], c = [0, 0];
        foreach (float step in x)
        {
            double[] z = [.. Enumerable.Range(0, 8).Select(g => (step * kernel[g]) + (h[0] * recurrent[g]) + (h[1] * recurrent[8 + g]) + bias[g])];
            for (int u = 0; u < 2; u++)
            {
                c[u] = (Sigmoid(z[2 + u]) * c[u]) + (Sigmoid(z[u]) * Math.Tanh(z[4 + u]));
            }

            h = [Sigmoid(z[6]) * Math.Tanh(c[0]), Sigmoid(z[7]) * Math.Tanh(c[1])];
        }

        Assert.AreEqual(h[0], actual[0], 1e-5);
        Assert.AreEqual(h[1], actual[1], 1e-5);
    }

    [TestMethod]
    [DataRow("true")]
    [DataRow("false")]
    public void The_gates_of_a_GRU_are_update_reset_candidate(string resetAfter)
    {
        using var folder = new TempFolder();
        bool after = resetAfter == "true";
        float[] kernel = [0.3f, -0.7f, 0.9f], recurrent = [0.4f, 0.8f, -0.6f];
        float[] bias = after ? [0.1f, 0.2f, 0.3f, -0.1f, 0.15f, 0.25f] : [0.1f, 0.2f, 0.3f];
        string path = KerasFile.WriteH5(
            folder.File("gru.h5"), "GRU", $",\"units\":1,\"activation\":\"tanh\",\"recurrent_activation\":\"sigmoid\",\"use_bias\":true,\"reset_after\":{resetAfter}", "[null,3,1]",
            ("layer/gru_cell/kernel:0", [1, 3], kernel), ("layer/gru_cell/recurrent_kernel:0", [1, 3], recurrent), ("layer/gru_cell/bias:0", after ? [2, 3] : [3], bias));
        float[] x = [0.5f, -1, 2];
        using Model model = ModelFormats.Read(path);
        float[] actual = Run(model, TensorData.Create<float>(ElementType.Float32, [1, 3, 1], x));
        double h = 0;
        foreach (float step in x)
        {
            double[] b = after ? [bias[3], bias[4], bias[5]] : [0, 0, 0];
            double z = Sigmoid((step * kernel[0]) + bias[0] + (h * recurrent[0]) + b[0]);
            double r = Sigmoid((step * kernel[1]) + bias[1] + (h * recurrent[1]) + b[1]);
            double candidate = Math.Tanh((step * kernel[2]) + bias[2] + (after ? r * ((h * recurrent[2]) + b[2]) : r * h * recurrent[2]));
            h = (z * h) + ((1 - z) * candidate);
        }

        Assert.AreEqual(h, actual[0], 1e-5);
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(6)]
    public void Same_padding_with_stride_2_pads_the_end_first(int size)
    {
        using var folder = new TempFolder();
        string path = KerasFile.WriteH5(
            folder.File("conv.h5"), "Conv2D", ",\"filters\":1,\"kernel_size\":[3,3],\"strides\":[2,2],\"padding\":\"same\",\"data_format\":\"channels_last\",\"dilation_rate\":[1,1],\"activation\":\"linear\",\"use_bias\":false",
            $"[null,{size},{size},1]", ("layer/kernel:0", [3, 3, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        float[] x = [.. Enumerable.Range(0, size * size).Select(i => (float)i)];
        using Model model = ModelFormats.Read(path);
        float[] actual = Run(model, TensorData.Create<float>(ElementType.Float32, [1, size, size, 1], x));

        // As TensorFlow defines it: the total is what the last window needs, and the smaller half goes first.
        int outputs = (size + 1) / 2;
        int before = Math.Max(((outputs - 1) * 2) + 3 - size, 0) / 2;
        Assert.HasCount(outputs * outputs, actual);
        for (int oy = 0; oy < outputs; oy++)
        {
            for (int ox = 0; ox < outputs; ox++)
            {
                float sum = 0;
                for (int k = 0; k < 9; k++)
                {
                    (int y, int column) = ((oy * 2) - before + (k / 3), (ox * 2) - before + (k % 3));
                    sum += y >= 0 && y < size && column >= 0 && column < size ? x[(y * size) + column] * (k + 1) : 0;
                }

                Assert.AreEqual(sum, actual[(oy * outputs) + ox], 1e-3f, $"{oy},{ox}");
            }
        }
    }

    [TestMethod]
    public void An_archive_of_Keras_3_is_read()
    {
        using var folder = new TempFolder();
        string path = KerasFile.WriteArchive(folder.File("net.keras"), 2, 3, [1, 2, 3, 4, 5, 6], [0.5f, -100, 0]);
        Assert.IsInstanceOfType<KerasArchiveFormat>(ModelFormats.Sniff(path));
        using Model model = ModelFormats.Read(path);
        CollectionAssert.AreEqual(new float[] { 9.5f, 0, 15 }, Run(model, TensorData.Create<float>(ElementType.Float32, [1, 2], [1, 2])));
        Assert.AreEqual("x", model.Graph.Inputs.Single().Name);
        Assert.IsTrue(model.Graph.Inputs[0].Tensor!.Shape![0].IsNamed, "The batch stays free.");
    }

    [TestMethod]
    public void All_classes_without_a_counterpart_are_named()
    {
        using var folder = new TempFolder();
        string path = KerasFile.WriteH5(folder.File("odd.h5"), "MyOwnLayer", "", "[null,3]");
        ModelException e = Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(path).Dispose());
        Assert.AreEqual("MB1013", e.Code);
        Assert.Contains("MyOwnLayer", e.Message);
        FileSummary summary = ModelFormats.Sniff(path).Summarize(path, ModelReadOptions.Default)!;
        Assert.AreEqual(1, summary.Operators["MyOwnLayer"]);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Damaged_files_are_refused_or_read(bool archive)
    {
        using var folder = new TempFolder();
        string path = folder.File(archive ? "net.keras" : "net.h5");
        if (archive)
        {
            KerasFile.WriteArchive(path, 2, 3, new float[6], new float[3]);
        }
        else
        {
            KerasFile.WriteH5(path, "Dense", ",\"units\":3,\"activation\":\"relu\",\"use_bias\":true", "[null,2]", ("layer/kernel:0", [2, 3], new float[6]), ("layer/bias:0", [3], new float[3]));
        }

        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(5);
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = i % 4 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int k = 0; k < i % 4 && bytes.Length > 0; k++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bytes);
            try
            {
                using Model model = ModelFormats.Read(path);
                model.Graph.Initializers.ForEach(v => v.Initializer!.CopyTo(Stream.Null));
            }
            catch (ModelException e)
            {
                Assert.StartsWith("MB1", e.Code);
            }
        }
    }

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    private static float[] Run(Model model, TensorData x) => OrtRun.Floats(model, null, (x.Dimensions.ToArray(), x.As<float>().ToArray())).Values;
}
