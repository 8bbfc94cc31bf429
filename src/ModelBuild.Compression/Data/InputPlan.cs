using ModelBuild.Compression.Compare;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>Type, shape and, for integers, range of one generated input.</summary>
internal sealed record InputPlan(string Name, ElementType Type, long[] Shape, long Least, long Most)
{
    /// <summary>More elements than this are a mistake in a shape rather than an input.</summary>
    private const long MaximumElements = 1L << 28;

    /// <summary>Networks for images halve the sides up to six times.</summary>
    private const long SmallestImage = 64;

    /// <summary>Plans the inputs that a caller must give.</summary>
    public static IReadOnlyList<InputPlan> For(Graph graph, RandomInputOptions options)
    {
        foreach (string name in options.Shapes.Keys)
        {
            if (!graph.Inputs.Exists(i => i.Name == name))
            {
                throw new ModelException("MB3002", $"A shape is given for input '{name}', which the model does not have; its inputs are {string.Join(", ", graph.Inputs.Select(i => $"'{i.Name}'"))}.");
            }
        }

        var consumers = new ConsumerMap(graph);
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (Value input in graph.Inputs)
        {
            LearnSymbols(input, options, symbols);
        }

        return [.. graph.Inputs.Where(i => i.Initializer is null).Select(input => Plan(input, consumers, options, symbols))];
    }

    private static void LearnSymbols(Value input, RandomInputOptions options, Dictionary<string, long> symbols)
    {
        if (options.Shapes.TryGetValue(input.Name, out IReadOnlyList<long>? given) && input.Tensor?.Shape is { } shape && shape.Rank == given.Count)
        {
            for (int i = 0; i < given.Count; i++)
            {
                if (shape[i].Symbol is { } symbol)
                {
                    symbols.TryAdd(symbol, given[i]);
                }
            }
        }
    }

    private static InputPlan Plan(Value input, ConsumerMap consumers, RandomInputOptions options, Dictionary<string, long> symbols)
    {
        TensorType type = input.Tensor is { ElementType: var e } t && e.IsKnown() ? t
            : throw new ModelException("MB3002", $"Input '{input.Name}' is {input.Type?.ToString() ?? "of unknown type"}, for which no random content can be generated; give it as a file.");
        long[] shape = ShapeOf(input, type.Shape, options, symbols);
        long count = 1;
        foreach (long size in shape)
        {
            count = size is >= 0 and <= MaximumElements && count * size <= MaximumElements ? count * size
                : throw new ModelException("MB3002", $"Input '{input.Name}' of shape [{string.Join(',', shape)}] is too large to generate; give a smaller shape.");
        }

        (long least, long most) = type.ElementType.IsInteger() ? IntegerRange.Find(input, consumers, shape) : (0, 0);
        return new InputPlan(input.Name, type.ElementType, shape, least, most);
    }

    private static long[] ShapeOf(Value input, Shape? shape, RandomInputOptions options, Dictionary<string, long> symbols)
    {
        if (options.Shapes.TryGetValue(input.Name, out IReadOnlyList<long>? given))
        {
            if (shape is not null && (shape.Rank != given.Count || shape.Where((d, i) => d.IsFixed && d.Value != given[i]).Any()))
            {
                throw new ModelException("MB3002", $"Shape [{string.Join(',', given)}] does not fit input '{input.Name}', which is {shape}.");
            }

            return [.. given];
        }

        if (shape is null)
        {
            return [1];
        }

        var sizes = new long[shape.Rank];
        for (int i = 0; i < sizes.Length; i++)
        {
            Dimension d = shape[i];
            if (d.IsFixed)
            {
                sizes[i] = d.Value;
            }
            else if (d.Symbol is null)
            {
                sizes[i] = SizeOf(null, shape, i, options);
            }
            else if (!symbols.TryGetValue(d.Symbol, out sizes[i]))
            {
                symbols.Add(d.Symbol, sizes[i] = SizeOf(d.Symbol, shape, i, options));
            }
        }

        return sizes;
    }

    private static long SizeOf(string? symbol, Shape shape, int index, RandomInputOptions options)
    {
        bool Named(string part) => symbol?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

        // Nothing precedes the first call of a model with a cache.
        return Named("past") ? 0
            : Named("batch") || (index == 0 && shape.Rank > 1 && !Named("seq") && !Named("len")) ? 1
            : Named("channel") || (shape.Rank == 4 && index == 1) ? 3
            : Named("height") || Named("width") || (shape.Rank == 4 && index >= 2 && !Named("seq")) ? Math.Max(SmallestImage, options.DefaultSize)
            : options.DefaultSize;
    }
}

/// <summary>Which nodes use a value, over all graphs of a model.</summary>
internal sealed class ConsumerMap
{
    private readonly Dictionary<Value, List<(Node Node, int Index)>> _uses = [];

    public ConsumerMap(Graph graph)
    {
        foreach (Node node in graph.AllNodes())
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { } value)
                {
                    if (!_uses.TryGetValue(value, out List<(Node, int)>? list))
                    {
                        _uses.Add(value, list = []);
                    }

                    list.Add((node, i));
                }
            }
        }
    }

    /// <summary>Nodes and the position of their input.</summary>
    public IReadOnlyList<(Node Node, int Index)> Of(Value value) => _uses.TryGetValue(value, out List<(Node, int)>? list) ? list : [];
}

/// <summary>Finds which integers an input may hold from what the graph does with it.</summary>
internal static class IntegerRange
{
    private const int MaximumVisits = 256;

    public static (long Least, long Most) Find(Value input, ConsumerMap consumers, long[] shape)
    {
        (long, long)? range = null;
        var pending = new Queue<Value>([input]);
        var seen = new HashSet<Value>([input]);
        while (pending.TryDequeue(out Value? value) && seen.Count < MaximumVisits)
        {
            foreach ((Node node, int index) in consumers.Of(value))
            {
                if (FromUse(node, index) is { } found)
                {
                    range = range is { } r ? (Math.Max(r.Item1, found.Item1), Math.Max(Math.Max(r.Item1, found.Item1), Math.Min(r.Item2, found.Item2))) : found;
                }
                else if (KeepsElements(node, index) && node.Output(0) is { } output && seen.Add(output))
                {
                    pending.Enqueue(output);
                }
            }
        }

        return range ?? FromName(input, shape);
    }

    /// <summary>The range that one use asks for, or null when it says nothing.</summary>
    private static (long Least, long Most)? FromUse(Node node, int index) => (node.OpType, index) switch
    {
        ("Gather" or "GatherElements", 1) when node.Input(0)?.Initializer is { } table && Axis(node, table.Rank) is var axis && axis < table.Rank => (0, Math.Max(0, table.Dimensions[axis] - 1)),
        ("OneHot", 0) when node.Input(1)?.Initializer is { ElementCount: 1 } depth => (0, Math.Max(0, (long)Number(depth) - 1)),
        ("Equal", _) when Constant(node.Input(1 - index)) is { ElementCount: 1 } constant => ((long)Number(constant), (long)Number(constant)),
        ("TopK", 1) or ("Range", _) or ("Expand", 1) or ("Reshape", 1) or ("Tile", 1) or ("ConstantOfShape", 0) or ("If", 0) or ("Loop", 0) => (1, 1),
        _ => null,
    };

    private static int Axis(Node node, int rank) => (int)(node.GetInt("axis") is var axis && axis < 0 ? axis + rank : axis);

    private static bool KeepsElements(Node node, int index) => index == 0 && node.OpType is "Cast" or "Identity" or "Reshape" or "Unsqueeze" or "Squeeze" or "Flatten" or "Transpose" or "Slice" or "Concat" or "Expand";

    private static TensorData? Constant(Value? value) => value?.Initializer ?? (value?.Producer is { OpType: "Constant" } constant ? constant.GetTensor("value") : null);

    private static double Number(TensorData tensor)
    {
        Span<double> number = stackalloc double[1];
        ElementReader.Read(tensor, 0, number);
        return number[0];
    }

    private static (long Least, long Most) FromName(Value input, long[] shape)
    {
        bool Named(string part) => input.Name.Contains(part, StringComparison.OrdinalIgnoreCase);
        return input.Tensor!.ElementType switch
        {
            ElementType.UInt8 => (0, 255),
            ElementType.Int8 => (-128, 127),
            // A mask that hides everything makes a softmax over nothing.
            _ when Named("mask") => (1, 1),
            _ when Named("len") => shape is [] or [1] ? (1, 1) : (1, 4),
            _ => (0, 1),
        };
    }
}
