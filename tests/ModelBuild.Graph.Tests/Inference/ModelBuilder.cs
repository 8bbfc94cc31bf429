using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Tests;

/// <summary>Makes small models in code.</summary>
internal sealed class ModelBuilder
{
    private int _count;

    public ModelBuilder(long opset, string domain = "")
    {
        Model = new Model { IrVersion = 8 };
        Model.OpsetImports[""] = opset;
        if (domain.Length > 0)
        {
            Model.OpsetImports[domain] = 1;
        }
    }

    public Model Model { get; }

    /// <summary>Dimensions: numbers, symbols, and <c>?</c>, such as <c>batch,3,?</c>.</summary>
    public static Shape Dimensions(string text) =>
        [.. text.Length == 0 ? [] : text.Split(',').Select(d => d == "?" ? Dimension.Unknown : long.TryParse(d, out long n) ? n : Dimension.Named(d))];

    public Value Input(string name, string dimensions, ElementType type = ElementType.Float32)
    {
        var value = new Value(name) { Type = new TensorType(type, Dimensions(dimensions)) };
        Model.Graph.Inputs.Add(value);
        return value;
    }

    public Value Constant(params long[] elements) => Model.Graph.AddInitializer($"c{_count++}", TensorData.Int64s(elements));

    public Value Scalar(long element) => Model.Graph.AddInitializer($"c{_count++}", TensorData.Scalar(element));

    public Value Floats(params float[] elements) => Model.Graph.AddInitializer($"c{_count++}", TensorData.Create<float>(ElementType.Float32, [elements.Length], elements));

    public Value Node(string op, Value?[] inputs, params (string Name, object Value)[] attributes) => Nodes(op, 1, inputs, attributes)[0];

    public Value[] Nodes(string op, int outputs, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        Node node = Make(op, outputs, inputs, attributes);
        Model.Graph.Nodes.Add(node);
        return [.. node.Outputs.Select(o => o!)];
    }

    public Node Make(string op, int outputs, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        string[] parts = op.Split(':');
        var node = new Node(parts[^1], inputs, Enumerable.Range(0, outputs).Select(_ => new Value($"v{_count++}")), parts.Length > 1 ? parts[0] : "");
        foreach ((string name, object value) in attributes)
        {
            node.Attributes[name] = value switch
            {
                int i => new IntAttribute(i),
                long i => new IntAttribute(i),
                int[] i => new IntsAttribute([.. i.Select(x => (long)x)]),
                long[] i => new IntsAttribute(i),
                float f => new FloatAttribute(f),
                float[] f => new FloatsAttribute(f),
                string s => new StringAttribute(s),
                Graph g => new GraphAttribute(g),
                TensorData t => new TensorAttribute(t),
                _ => throw new ArgumentException(name),
            };
        }

        return node;
    }

    public InferenceResult Run(InferenceOptions? options = null, params Value[] outputs)
    {
        Model.Graph.Outputs.AddRange(outputs);
        return ShapeInference.Run(Model, options);
    }

    /// <summary>Runs and describes the type of one value, such as <c>float32[batch,3]</c>.</summary>
    public string Infer(Value value) => TypeMerge.Describe(Run(null, value).TypeOf(value));
}
