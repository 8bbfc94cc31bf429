using ModelBuild.Graphs;

namespace ModelBuild.Tool.Assets;

/// <summary>Gives inputs fixed sizes, and their symbols with them wherever the model's own inputs and outputs use them.</summary>
internal static class FixedShapes
{
    /// <summary>Changes the types of the model's inputs and outputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Sizes by input name.</param>
    /// <param name="error">Makes the error of a code and a message.</param>
    public static void Apply(Model model, IReadOnlyDictionary<string, long[]> shapes, Func<string, string, Exception> error)
    {
        if (shapes.Count == 0)
        {
            return;
        }

        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, long[] sizes) in shapes)
        {
            Value input = model.Graph.Inputs.Find(i => i.Name == name) ?? throw error("MB0010", $"a shape is given for '{name}', which is no input of the model. Inputs: {Names(model.Graph.Inputs)}.");
            if (input.Type is not TensorType type)
            {
                throw error("MB0003", $"a shape is given for '{name}', which is not a tensor.");
            }

            Check(name, type.Shape, sizes, symbols, error);
            input.Type = type with { Shape = Shape.Of(sizes) };
        }

        foreach (Value value in model.Graph.Inputs.Concat(model.Graph.Outputs))
        {
            if (value.Type is TensorType { Shape: { } shape } type && shape.Any(d => d.Symbol is { } s && symbols.ContainsKey(s)))
            {
                value.Type = type with { Shape = new Shape([.. shape.Select(d => d.Symbol is { } s && symbols.TryGetValue(s, out long size) ? Dimension.Fixed(size) : d)]) };
            }
        }
    }

    private static void Check(string name, Shape? declared, long[] sizes, Dictionary<string, long> symbols, Func<string, string, Exception> error)
    {
        string given = $"[{string.Join(',', sizes)}]";
        if (declared is null)
        {
            return;
        }

        if (declared.Rank != sizes.Length)
        {
            throw error("MB0003", $"the shape {given} of '{name}' has {sizes.Length} dimensions, the model's {declared} has {declared.Rank}.");
        }

        for (int i = 0; i < sizes.Length; i++)
        {
            Dimension d = declared[i];
            if (d.IsFixed && d.Value != sizes[i])
            {
                throw error("MB0003", $"the shape {given} of '{name}' contradicts the model's {declared}.");
            }

            if (d.Symbol is { } symbol && !symbols.TryAdd(symbol, sizes[i]) && symbols[symbol] != sizes[i])
            {
                throw error("MB0003", $"the given shapes make '{symbol}' both {symbols[symbol]} and {sizes[i]}.");
            }
        }
    }

    /// <summary>Names for messages; at most ten of them.</summary>
    public static string Names(IReadOnlyCollection<Value> values) =>
        values.Count == 0 ? "none" : string.Join(", ", values.Take(10).Select(v => v.Name)) + (values.Count > 10 ? $" and {values.Count - 10} more" : "");
}
