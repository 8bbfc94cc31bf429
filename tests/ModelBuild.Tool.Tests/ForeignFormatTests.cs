using System.Text;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class ForeignFormatTests : ToolTest
{
    [TestMethod]
    [DataRow("\u001c\0\0\0ORTM....", ".ort", ".onnx")]
    [DataRow("\u001c\0\0\0MSL2....", "MindSpore Lite", "mindspore.export")]
    [DataRow("\u001c\0\0\0ET12....", "ExecuTorch", "torch.onnx.export")]
    [DataRow("GGUF\u0003\0\0\0", "GGUF", "optimum-cli")]
    [DataRow("\u0080\u0002}q\0.....", "pickle", "torch.onnx.export")]
    [DataRow("{\"format\": \"graph-model\", \"modelTopology\": {}}", "TensorFlow.js", "--tfjs")]
    [DataRow("<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">", "OpenVINO", "torch.onnx.export")]
    [DataRow("\n\u0014\b\0\u0010\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001......", "PaddlePaddle", "paddle2onnx")]
    [DataRow("\n\u0012\n\u0001x\u0012\vPlaceholder...", "GraphDef", "--graphdef")]
    [DataRow("PK\u0003\u0004....archive/data.pkl...archive/constants.pkl", "TorchScript", "torch.jit.load")]
    [DataRow("PK\u0003\u0004....archive/data.pkl", "PyTorch archive", "torch.onnx.export")]
    [DataRow("PK\u0003\u0004....m/archive_format", ".pt2", "torch.export.load")]
    [DataRow("PK\u0003\u0004....x.npy", "NumPy", "Calibration")]
    public void A_file_of_another_framework_is_named_with_the_way_to_onnx(string content, string name, string export)
    {
        File.WriteAllBytes(At("model.bin"), Encoding.Latin1.GetBytes(content));
        ModelException e = Assert.ThrowsExactly<ModelException>(() => ModelFormats.Sniff(At("model.bin")));
        Assert.AreEqual("MB1005", e.Code, e.Message);
        StringAssert.Contains(e.Message, name);
        StringAssert.Contains(e.Message, export);
    }

    [TestMethod]
    public void Convert_says_it_on_the_command_line()
    {
        File.WriteAllBytes(At("model.onnx"), Encoding.Latin1.GetBytes("\u001c\0\0\0ET12...."));
        StringAssert.Contains(Tool("convert", "model.onnx", "out.onnx").ShouldFail("MB1005"), "torch.onnx.export");
    }

    [TestMethod]
    public void A_folder_is_named_too()
    {
        Directory.CreateDirectory(At("saved"));
        File.WriteAllText(At("saved", "saved_model.pb"), "");
        StringAssert.Contains(Assert.ThrowsExactly<ModelException>(() => ModelFormats.Sniff(At("saved"))).Message, "--saved-model");
        Assert.AreEqual("MB1002", Assert.ThrowsExactly<ModelException>(() => ModelFormats.Sniff(Folder)).Code);
    }

    [TestMethod]
    public void Real_files_are_recognised()
    {
        string corpus = SharedFolder.Find("corpus");
        var expected = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["torchscript"] = "TorchScript", ["tf GraphDef .pb"] = "GraphDef", 
             ["executorch .pte"] = "ExecuTorch", ["mindspore-lite .ms"] = "MindSpore Lite",
            ["tfjs graph-model"] = "TensorFlow.js", ["tfjs layers-model"] = "TensorFlow.js", ["mindspore .ckpt"] = "MindSpore checkpoint",
        };
        // A file without the format's identifier, a configuration, and one that is broken on purpose.
        string[] nothing = ["mobilefacenet0924.ms", "saved_model_config.pb", "broken.pt"];
        var wrong = new List<string>();
        foreach (string[] row in File.ReadLines(Path.Combine(corpus, "INDEX.tsv")).Skip(1).Select(l => l.Split('\t')).Where(r => expected.ContainsKey(r[1]) && !nothing.Contains(Path.GetFileName(r[0]))))
        {
            string path = Path.Combine(corpus, row[0]);
            string message = "";
            try
            {
                ModelFormats.Sniff(path);
            }
            catch (ModelException e)
            {
                message = e.Message;
            }

            if (!message.Contains(expected[row[1]], StringComparison.Ordinal))
            {
                wrong.Add($"{row[1]}: {row[0]}: {message}");
            }
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong.Take(20)));
    }
}
