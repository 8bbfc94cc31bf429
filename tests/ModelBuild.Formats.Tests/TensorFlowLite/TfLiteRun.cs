using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>Reads a file, writes it as ONNX, and runs that in ONNX Runtime.</summary>
internal static class TfLiteRun
{
    /// <summary>The first output of one input of floats.</summary>
    public static (float[] Values, long[] Shape) Floats(byte[] file, float[] input, params long[] shape)
    {
        using var folder = new TempFolder();
        using Model model = ModelFormats.Read(folder.Write("m.tflite", file));

        // With optimizations ONNX Runtime computes products with 8-bit weights in 8 bits.
        return OrtRun.Floats(model, new OrtSessionOptions { Optimization = OrtOptimization.None }, (shape, input));
    }

    /// <summary>Numbers that differ from each other.</summary>
    public static float[] Ramp(int count, float start = -1f) => [.. Enumerable.Range(0, count).Select(i => start + (i * 0.37f % 2f))];

    /// <summary>Compares element by element.</summary>
    public static void AreClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-5, $"element {i}");
        }
    }
}
