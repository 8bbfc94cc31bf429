using ModelBuild.Formats;
using ModelBuild.Graphs;

namespace ModelBuild.Integration.Harness;

/// <summary>Small ONNX models, written by the repository's own writer.</summary>
internal static class TestModels
{
    /// <summary>
    /// <c>y = x W</c> with 4 inputs and every weight equal to <paramref name="scale"/>, so that every element of y is scale times the sum of x.
    /// </summary>
    /// <param name="path">File to write.</param>
    /// <param name="scale">The weight.</param>
    /// <param name="outputs">Columns of W: 4 gives a model of a few hundred bytes, which is embedded; 40,000 one of 640 kB, which is not.</param>
    /// <param name="externalData">Whether W lies in a file beside the model.</param>
    public static void Linear(string path, float scale, int outputs = 4, bool externalData = false)
    {
        float[] weights = new float[4 * outputs];
        Array.Fill(weights, scale);
        using var model = new Model { IrVersion = 9, ProducerName = "ModelBuild.Integration" };
        model.OpsetImports[""] = 17;
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(1, 4)) };
        var y = new Value("y") { Type = new TensorType(ElementType.Float32, Shape.Of(1, outputs)) };
        Value w = model.Graph.AddInitializer("w", TensorData.Create<float>(ElementType.Float32, [4, outputs], weights));
        model.Graph.Name = "linear";
        model.Graph.Inputs.Add(x);
        model.Graph.Outputs.Add(y);
        model.Graph.Nodes.Add(new Node("MatMul", [x, w], [y]));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = externalData, ExternalDataThreshold = 0 });
    }

    /// <summary>Columns that make a model too large to be embedded.</summary>
    public const int Large = 40_000;
}
