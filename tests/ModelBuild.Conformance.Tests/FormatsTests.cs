using ModelBuild.Conformance.Formats;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Conformance.Tests;

[TestClass]
public sealed class FormatsTests
{
    [TestMethod]
    public void Every_model_file_has_a_row_that_says_how_far_it_came()
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-formats-").FullName;
        try
        {
            WriteModel(Path.Combine(folder, "plain.onnx"), "Relu");
            WriteModel(Path.Combine(folder, "unknown.onnx"), "NoSuchOperator");
            File.WriteAllBytes(Path.Combine(folder, "damaged.onnx"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(folder, "lite.tflite"), [0x1C, 0, 0, 0, (byte)'T', (byte)'F', (byte)'L', (byte)'3', 0, 0, 0, 0]);
            File.WriteAllText(Path.Combine(folder, "notes.txt"), "not a model");
            WriteRecorded(folder, "right", [0, 2]);
            WriteRecorded(folder, "wrong", [0, 3]);
            string tsv = Path.Combine(folder, "result.tsv");
            Assert.AreEqual(0, FormatsCommand.Run(folder, ["--tsv", tsv]));
            var rows = File.ReadLines(tsv).Select(l => l.Split('\t')).ToDictionary(c => c[0], c => string.Join(' ', c[1..6]));
            Assert.AreEqual("ONNX yes yes yes -", rows["plain.onnx"]);
            Assert.AreEqual("ONNX yes no - MB3007", rows["unknown.onnx"]);
            Assert.StartsWith(".onnx no - - MB1", rows["damaged.onnx"]);
            Assert.AreEqual("TFLite no - - MB1001", rows["lite.tflite"]);
            Assert.AreEqual("ONNX yes yes yes -", rows["right/model.onnx"]);
            Assert.AreEqual("ONNX yes yes no -", rows["wrong/model.onnx"]);
            Assert.IsFalse(rows.ContainsKey("notes.txt"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteRecorded(string folder, string name, float[] expected)
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        WriteModel(Path.Combine(own, "model.onnx"), "Relu");
        NpyFile.Write(Path.Combine(own, "input_0.npy"), TensorData.Create<float>(ElementType.Float32, [2], [-1, 2]));
        NpyFile.Write(Path.Combine(own, "output_0.npy"), TensorData.Create<float>(ElementType.Float32, [2], expected));
    }

    private static void WriteModel(string path, string operation)
    {
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(2)) };
        var y = new Value("y") { Type = new TensorType(ElementType.Float32, Shape.Of(2)) };
        using var model = new Model { IrVersion = 8 };
        model.OpsetImports[""] = 17;
        model.Graph.Inputs.Add(x);
        model.Graph.Nodes.Add(new Node(operation, [x], [y]));
        model.Graph.Outputs.Add(y);
        ModelBuild.Formats.ModelFormats.Write(model, path);
    }
}
