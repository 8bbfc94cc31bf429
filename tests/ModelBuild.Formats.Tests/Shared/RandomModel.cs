using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests;

/// <summary>Models of random structure: nested graphs, captured values, functions, every element type.</summary>
internal sealed class RandomModel
{
    private readonly Random _random;
    private int _names;

    private RandomModel(Random random) => _random = random;

    public static Model Make(Random random)
    {
        var maker = new RandomModel(random);
        var model = new Model { ProducerName = "random", ModelVersion = random.Next(3), OpsetImports = { [""] = random.Next(1, 24) } };
        if (random.Next(2) == 0)
        {
            model.Metadata["k\u00E9y"] = "v";
        }

        model.Graph = maker.MakeGraph([], 0);
        if (random.Next(3) == 0)
        {
            var function = new Function("local", "F", random.Next(2) == 0 ? "o" : "") { Body = MakeFunctionBody(), OpsetImports = { [""] = 17 } };
            function.AttributeNames.Add("a");
            function.AttributeDefaults["b"] = new IntAttribute(3);
            model.Functions.Add(function);
        }

        return model;
    }

    private string Name() => $"v{_names++}";

    private static Graph MakeFunctionBody()
    {
        var graph = new Graph { Name = "F" };
        var x = new Value("fx");
        var y = new Value("fy");
        graph.Inputs.Add(x);
        var node = new Node("Elu", [x], [y]);
        node.Attributes["alpha"] = new ReferenceAttribute("a", 1);
        graph.Nodes.Add(node);
        graph.Outputs.Add(y);
        return graph;
    }

    private Graph MakeGraph(IReadOnlyList<Value> outer, int depth)
    {
        var graph = new Graph { Name = $"g{_names}", DocString = _random.Next(4) == 0 ? "doc" : "" };
        var visible = new List<Value>(outer);
        for (int i = _random.Next(3); i >= 0; i--)
        {
            var value = new Value(Name()) { Type = MakeType(0) };
            graph.Inputs.Add(value);
            visible.Add(value);
        }

        for (int i = _random.Next(3); i > 0; i--)
        {
            visible.Add(graph.AddInitializer(Name(), MakeTensor()));
        }

        for (int i = _random.Next(1, 5); i > 0; i--)
        {
            Value?[] inputs = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.Next(5) == 0 ? null : visible[_random.Next(visible.Count)])];
            Value?[] outputs = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => _random.Next(6) == 0 ? null : new Value(Name()) { Type = _random.Next(2) == 0 ? MakeType(0) : null })];
            var node = new Node("Op" + _random.Next(5), inputs, outputs, _random.Next(4) == 0 ? "custom" : "") { Name = _random.Next(2) == 0 ? "n" + i : "" };
            for (int a = _random.Next(4); a > 0; a--)
            {
                node.Attributes["a" + a] = MakeAttribute(visible, depth);
            }

            graph.Nodes.Add(node);
            visible.AddRange(outputs.OfType<Value>());
        }

        List<Value> own = [.. graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>()];
        graph.Outputs.Add(own.Count > 0 ? own[_random.Next(own.Count)] : graph.Inputs[0]);
        return graph;
    }

    private AttributeValue MakeAttribute(IReadOnlyList<Value> visible, int depth) => _random.Next(depth < 2 ? 12 : 10) switch
    {
        0 => new FloatAttribute(_random.NextSingle()),
        1 => new IntAttribute(_random.NextInt64()),
        2 => new StringAttribute("text \u4F60"),
        3 => new TensorAttribute(MakeTensor()),
        4 => new FloatsAttribute([1.5f, -0f]),
        5 => new IntsAttribute([-1, 0, 1]),
        6 => new StringsAttribute([new byte[] { 1, 2 }, Array.Empty<byte>()]),
        7 => new TensorsAttribute([MakeTensor(), MakeTensor()]),
        8 => new TypeAttribute(MakeType(0)),
        9 => new TypesAttribute([MakeType(0)]),
        10 => new GraphAttribute(MakeGraph(visible, depth + 1)),
        _ => new GraphsAttribute([MakeGraph(visible, depth + 1), MakeGraph(visible, depth + 1)]),
    };

    private GraphType MakeType(int depth) => _random.Next(depth < 3 ? 5 : 2) switch
    {
        0 => new TensorType((ElementType)_random.Next(1, 27), null),
        1 => new TensorType(ElementType.Float32, new Shape([Dimension.Named("n"), Dimension.Unknown, _random.Next(5)])),
        2 => new SequenceType(MakeType(depth + 1)),
        3 => new OptionalType(MakeType(depth + 1)),
        _ => new MapType(ElementType.Int64, MakeType(depth + 1)),
    };

    private TensorData MakeTensor()
    {
        var type = (ElementType)_random.Next(1, 27);
        long[] dimensions = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => (long)_random.Next(40))];
        long count = dimensions.Aggregate(1L, (product, d) => product * d);
        if (type == ElementType.String)
        {
            return new StringTensorData(dimensions, [.. Enumerable.Range(0, (int)count).Select(i => (ReadOnlyMemory<byte>)new byte[] { (byte)i })]);
        }

        var bytes = new byte[type.ByteSize(count)];
        _random.NextBytes(bytes);
        return new MemoryTensorData(type, dimensions, bytes);
    }
}
