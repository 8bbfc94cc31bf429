using System.Reflection;
using System.Runtime.CompilerServices;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Compare;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Passes;

namespace ModelBuild.Compression.Tests;

/// <summary>Models that the tests build or find.</summary>
internal static class TestModels
{
    /// <summary>ResNet18 from its package.</summary>
    public static string ResNet18 => typeof(TestModels).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "ResNet18").Value!;

    /// <summary>A file of the shared folder; the test is skipped where it is absent.</summary>
    public static string Shared(string path) => SharedFolder.Find(path);

    /// <summary>Reads and normalizes, as the tool does.</summary>
    public static Model Read(string path)
    {
        Model model = ModelFormats.Read(path);
        PassList.Run(PassList.Normalization, model);
        return model;
    }

    /// <summary>An empty model of operator set 21.</summary>
    public static Model Empty()
    {
        var model = new Model { IrVersion = 10 };
        model.OpsetImports[""] = 21;
        model.Graph.Name = "g";
        return model;
    }

    public static Value Input(this Graph graph, string name, ElementType type, params Dimension[] shape)
    {
        var value = new Value(name) { Type = new TensorType(type, new Shape(shape)) };
        graph.Inputs.Add(value);
        return value;
    }

    public static Value Add(this Graph graph, string op, string output, params Value?[] inputs)
    {
        var value = new Value(output);
        graph.Nodes.Add(new Node(op, inputs, [value]) { Name = output });
        return value;
    }

    public static void Output(this Graph graph, Value value, params Dimension[] shape)
    {
        value.Type = new TensorType(ElementType.Float32, new Shape(shape));
        graph.Outputs.Add(value);
    }

    /// <summary>Bell-shaped weights.</summary>
    public static Value Weights(this Graph graph, string name, params long[] dimensions) => graph.AddInitializer(name, Random(name.Length, dimensions));

    public static TensorData Random(int seed, params long[] dimensions)
    {
        var random = new SplitMix64((ulong)seed * 77 + 5);
        float[] elements = new float[dimensions.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = random.NextNormal() * 0.1f;
        }

        return TensorData.Create<float>(ElementType.Float32, dimensions, elements);
    }

    /// <summary>Writes a model, runs it once on seeded inputs, and gives the outputs.</summary>
    public static float[][] Run(Model model, Model inputsOf)
    {
        using var folder = new TemporaryFolder(null);
        string path = Path.Combine(folder.Path, "m.onnx");
        ModelFormats.Write(model, path, new ModelWriteOptions());
        using ModelRunner runner = ModelRunner.Open(path, "the model", ModelRunner.ForComparing(1));
        return [.. runner.Run(new RandomInputs(inputsOf, new RandomInputOptions()).GetBatch(0), null, default).Select(v =>
        {
            using (v)
            {
                return OrtTensors.View(v)!.As<float>().ToArray();
            }
        })];
    }

    private static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
