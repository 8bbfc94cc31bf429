using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Passes.Tests;

/// <summary>Builds small models of old operator sets, normalizes them and runs them in ONNX Runtime.</summary>
internal static class Runner
{
    /// <summary>A model with one node whose inputs are graph inputs, except those with content.</summary>
    public static Model Single(long opset, string op, IReadOnlyList<Value?> inputs, int outputs = 1, params (string Name, AttributeValue Value)[] attributes)
    {
        var model = new Model { Graph = new Graph { Name = "g" }, OpsetImports = { [""] = opset } };
        foreach (Value input in inputs.OfType<Value>().Distinct())
        {
            (input.Initializer is null ? model.Graph.Inputs : model.Graph.Initializers).Add(input);
        }

        var results = Enumerable.Range(0, outputs).Select(i => new Value($"y{i}")).ToArray();
        var node = new Node(op, inputs, results) { Name = "node" };
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes.Add(name, value);
        }

        model.Graph.Nodes.Add(node);
        model.Graph.Outputs.AddRange(results);
        return model;
    }

    /// <summary>An input of known rank, sizes being free.</summary>
    public static Value Input(string name, int rank, ElementType type = ElementType.Float32) =>
        new(name) { Type = new TensorType(type, new Shape([.. Enumerable.Range(0, rank).Select(i => Dimension.Named($"{name}{i}"))])) };

    /// <summary>An input of which only the element type is known.</summary>
    public static Value Unranked(string name, ElementType type = ElementType.Float32) => new(name) { Type = new TensorType(type, null) };

    /// <summary>A constant.</summary>
    public static Value Constant(string name, long[] dimensions, params float[] elements)
    {
        TensorData data = TensorData.Create<float>(ElementType.Float32, dimensions, elements);
        return new Value(name) { Initializer = data, Type = new TensorType(ElementType.Float32, Shape.Of(dimensions)) };
    }

    /// <summary>Normalizes the model, runs it and returns the first output.</summary>
    public static (long[] Dimensions, float[] Elements) Run(Model model, params (string Name, long[] Dimensions, float[] Elements)[] feeds)
    {
        PassList.Run(PassList.Normalization, model);
        Assert.AreEqual(Normalize.TargetOpset, model.OpsetImports[""]);
        return RunAsIs(model, feeds);
    }

    /// <summary>Runs the model as it is and returns the first output as floats.</summary>
    public static (long[] Dimensions, float[] Elements) RunAsIs(Model model, params (string Name, long[] Dimensions, float[] Elements)[] feeds)
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "m.onnx");
            ModelFormats.Write(model, path);
            using OrtSession session = OrtSession.Open(path);
            var inputs = feeds.Select(f => KeyValuePair.Create(f.Name, OrtValue.FromSpan<float>(TensorElementType.Float32, f.Dimensions, f.Elements))).ToArray();
            OrtValue[] outputs = session.Run(inputs, [session.Outputs[0].Name]);
            float[] elements = outputs[0].ElementType switch
            {
                TensorElementType.Bool => Array.ConvertAll(outputs[0].Bytes.ToArray(), b => (float)b),
                TensorElementType.Int64 => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(outputs[0].Bytes).ToArray(), v => (float)v),
                _ => MemoryMarshal.Cast<byte, float>(outputs[0].Bytes).ToArray(),
            };
            long[] dimensions = outputs[0].Dimensions.ToArray();
            foreach (OrtValue value in inputs.Select(i => i.Value).Concat(outputs))
            {
                value.Dispose();
            }

            return (dimensions, elements);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>0, 1, 2 and so on.</summary>
    public static float[] Range(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    public static void AreClose(float[] expected, float[] actual, float tolerance = 1e-5f)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance, $"element {i}");
        }
    }
}
