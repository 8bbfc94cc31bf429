using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Tests.Infrastructure;

/// <summary>Small models for tests.</summary>
internal static class TestModels
{
    /// <summary><c>y = x * w + b</c> with x of [batch, inputs] and y of [batch, outputs].</summary>
    public static string Linear(string path, int inputs = 4, int outputs = 3, Action<Model>? change = null, float bias = 0.5f)
    {
        Model model = Empty();
        Value x = Input(model, "x", ElementType.Float32, [Dimension.Named("batch"), inputs]);
        Value w = model.Graph.AddInitializer("w", Floats([inputs, outputs], i => (((i * 37) % 101) - 50) / 100f));
        Value b = model.Graph.AddInitializer("b", Floats([outputs], _ => bias));
        Value product = Node(model, "MatMul", "product", x, w);
        Output(model, Node(model, "Add", "y", product, b), [Dimension.Named("batch"), outputs]);
        change?.Invoke(model);
        return Write(model, path);
    }

    /// <summary>An image classifier: image [1,3,8,8] to scores [1,3].</summary>
    public static string Image(string path)
    {
        Model model = Empty();
        Value image = Input(model, "image", ElementType.Float32, Shape.Of(1, 3, 8, 8));
        Value pooled = Node(model, "GlobalAveragePool", "pooled", image);
        Value scores = Node(model, "Flatten", "scores", pooled);
        Output(model, scores, Shape.Of(1, 3));
        return Write(model, path);
    }

    /// <summary>A model with a state and a constant: <c>out = input + 0 * sr</c>, <c>stateN = state + 1</c>.</summary>
    public static string Stateful(string path, Dimension? batch = null, Dimension? samples = null)
    {
        Model model = Empty();
        Value input = Input(model, "input", ElementType.Float32, [batch ?? 1, samples ?? 96]);
        Value state = Input(model, "state", ElementType.Float32, [batch ?? 2, 4]);
        Value rate = Input(model, "sr", ElementType.Int64, Shape.Scalar);
        Value one = model.Graph.AddInitializer("one", Floats([], _ => 1));
        Value zero = model.Graph.AddInitializer("zero", Floats([], _ => 0));
        Node cast = new("Cast", [rate], [new Value("rate")]);
        cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
        model.Graph.Nodes.Add(cast);
        Value nothing = Node(model, "Mul", "nothing", cast.Outputs[0]!, zero);
        Output(model, Node(model, "Add", "out", input, nothing), [batch ?? 1, samples ?? 96]);
        Output(model, Node(model, "Add", "stateN", state, one), [batch ?? 2, 4]);
        return Write(model, path);
    }

    /// <summary>A model with one node of an operator that may not exist.</summary>
    public static string Operator(string path, string type, string domain)
    {
        Model model = Empty();
        if (domain.Length > 0)
        {
            model.OpsetImports[domain] = 1;
        }

        Value x = Input(model, "x", ElementType.Float32, Shape.Of(2));
        var node = new Node(type, [x], [new Value("y")], domain) { Name = "the_node" };
        model.Graph.Nodes.Add(node);
        Output(model, node.Outputs[0]!, Shape.Of(2));
        return Write(model, path);
    }

    public static TensorData Floats(long[] dimensions, Func<int, float> value)
    {
        long count = dimensions.Aggregate(1L, (a, b) => a * b);
        float[] numbers = [.. Enumerable.Range(0, (int)count).Select(value)];
        return new MemoryTensorData(ElementType.Float32, dimensions, MemoryMarshal.AsBytes<float>(numbers).ToArray());
    }

    private static Model Empty()
    {
        var model = new Model { IrVersion = 8, ProducerName = "tests", ProducerVersion = "1" };
        model.OpsetImports[""] = 17;
        model.Graph.Name = "graph";
        return model;
    }

    private static Value Input(Model model, string name, ElementType type, Shape shape)
    {
        var value = new Value(name) { Type = new TensorType(type, shape) };
        model.Graph.Inputs.Add(value);
        return value;
    }

    private static Value Node(Model model, string type, string output, params Value[] inputs)
    {
        var node = new Node(type, inputs, [new Value(output)]) { Name = "node_" + output };
        model.Graph.Nodes.Add(node);
        return node.Outputs[0]!;
    }

    private static void Output(Model model, Value value, Shape shape)
    {
        value.Type = new TensorType(ElementType.Float32, shape);
        model.Graph.Outputs.Add(value);
    }

    private static string Write(Model model, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (model)
        {
            ModelFormats.Write(model, path);
        }

        return path;
    }
}
