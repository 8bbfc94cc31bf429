using System.Runtime.InteropServices;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Formats.Tests;

/// <summary>Writes a model as ONNX and runs that in ONNX Runtime.</summary>
internal static class OrtRun
{
    /// <summary>The first output for inputs of floats, in the order of the model's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How to run it, or null for ONNX Runtime's defaults.</param>
    /// <param name="inputs">Shape and elements of each input.</param>
    public static (float[] Values, long[] Shape) Floats(Model model, OrtSessionOptions? options, params (long[] Shape, float[] Data)[] inputs)
    {
        using var folder = new TempFolder();
        ModelFormats.Write(model, folder.File("m.onnx"));
        using OrtSession session = OrtSession.Open(folder.File("m.onnx"), options);
        OrtValue[] values = [.. inputs.Select(i => OrtValue.FromSpan<float>(TensorElementType.Float32, i.Shape, i.Data))];
        OrtValue[] outputs = session.Run([.. values.Select((v, i) => KeyValuePair.Create(session.Inputs[i].Name, v))]);
        float[] result = MemoryMarshal.Cast<byte, float>(outputs[0].Bytes).ToArray();
        long[] shape = outputs[0].Dimensions.ToArray();
        Array.ForEach([.. values, .. outputs], v => v.Dispose());
        return (result, shape);
    }
}
