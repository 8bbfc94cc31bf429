using System.Reflection;
using ModelBuild.Formats;
using ModelBuild.Graphs;

namespace ModelBuild.Benchmarks;

/// <summary>The models that are measured.</summary>
internal static class Models
{
    /// <summary>Files of a folder, or ResNet18 from its NuGet package and a tiny network written to <paramref name="scratch"/>.</summary>
    public static IEnumerable<(string Name, string Path)> Find(string? folder, string scratch)
    {
        if (folder is not null)
        {
            return Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (Path.GetRelativePath(folder, f), f));
        }

        string tiny = Path.Combine(scratch, "tiny.onnx");
        WriteDense(tiny, [4, 8, 3], external: false);
        string resnet = typeof(Models).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ResNet18").Value!;
        return [("ResNet18", resnet), ("network 4-8-3", tiny)];
    }

    /// <summary>Writes dense layers with Relu between them; the weights are small and not zero.</summary>
    public static void WriteDense(string path, int[] sizes, bool external, int rows = 1, bool int8 = false)
    {
        using var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 17;
        var value = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(rows, sizes[0])) };
        model.Graph.Inputs.Add(value);
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            var product = int8 ? AddInt8Product(model.Graph, value, layer, sizes) : AddProduct(model.Graph, value, layer, sizes);
            var next = new Value(layer == sizes.Length - 1 ? "y" : $"h{layer}");
            model.Graph.Nodes.Add(new Node("Relu", [product], [next]));
            value = next;
        }

        value.Type = new TensorType(ElementType.Float32, Shape.Of(rows, sizes[^1]));
        model.Graph.Outputs.Add(value);
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = external });
    }

    private static Value AddProduct(Graph graph, Value value, int layer, int[] sizes)
    {
        float[] weights = new float[sizes[layer - 1] * sizes[layer]];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = ((i % 7) - 3) * 0.01f;
        }

        var product = new Value($"product{layer}");
        var constant = graph.AddInitializer($"w{layer}", TensorData.Create<float>(ElementType.Float32, [sizes[layer - 1], sizes[layer]], weights));
        graph.Nodes.Add(new Node("MatMul", [value, constant], [product]));
        return product;
    }

    // Activations are quantized in each call, as the scheme int8 does.
    private static Value AddInt8Product(Graph graph, Value value, int layer, int[] sizes)
    {
        sbyte[] weights = new sbyte[sizes[layer - 1] * sizes[layer]];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (sbyte)((i % 7) - 3);
        }

        Value quantized = new($"q{layer}"), scale = new($"s{layer}"), zero = new($"z{layer}"), sum = new($"sum{layer}"), real = new($"real{layer}"), factor = new($"factor{layer}"), product = new($"product{layer}");
        var constant = graph.AddInitializer($"w{layer}", TensorData.Create<sbyte>(ElementType.Int8, [sizes[layer - 1], sizes[layer]], weights));
        var weightScale = graph.AddInitializer($"ws{layer}", TensorData.Scalar(0.01f));
        graph.Nodes.Add(new Node("DynamicQuantizeLinear", [value], [quantized, scale, zero]));
        graph.Nodes.Add(new Node("MatMulInteger", [quantized, constant, zero], [sum]));
        var cast = new Node("Cast", [sum], [real]);
        cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
        graph.Nodes.Add(cast);
        graph.Nodes.Add(new Node("Mul", [scale, weightScale], [factor]));
        graph.Nodes.Add(new Node("Mul", [real, factor], [product]));
        return product;
    }
}
