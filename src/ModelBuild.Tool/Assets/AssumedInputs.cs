using ModelBuild.Graphs;

namespace ModelBuild.Tool.Assets;

/// <summary>What metadata says of inputs beyond their shapes, for inference.</summary>
internal static class AssumedInputs
{
    // Conditions hang on single numbers; larger constants decide no shape.
    private const long MaxElements = 1024;

    /// <summary>Contents of inputs that <c>Constants=</c> fixes, so that it is known which branch of the model is taken; inputs that are not of fixed, small shape are left out.</summary>
    public static Dictionary<string, TensorData> Contents(Model model, IReadOnlyDictionary<string, double> constants)
    {
        var contents = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (Value input in model.Graph.Inputs)
        {
            if (constants.TryGetValue(input.Name, out double value) && input.Tensor is { Shape: { IsFixed: true } shape, ElementType: var type }
                && Fill(type, [.. shape.Select(d => d.Value)], value) is { } content)
            {
                contents[input.Name] = content;
            }
        }

        return contents;
    }

    /// <summary>
    /// Sizes of open dimensions of a model that is used as a stream. A stream is one running sequence, so the open dimensions of its states,
    /// and those before the last one of an input with context, are 1 unless <c>InputShapes</c> says otherwise.
    /// </summary>
    public static Dictionary<string, long> StreamSizes(Model model, IReadOnlyCollection<string> states, IReadOnlyCollection<string> contexts)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (Value input in model.Graph.Inputs)
        {
            bool isState = states.Contains(input.Name);
            if (input.Tensor?.Shape is not { } shape || (!isState && !contexts.Contains(input.Name)))
            {
                continue;
            }

            for (int i = 0; i < (isState ? shape.Rank : shape.Rank - 1); i++)
            {
                if (!shape[i].IsFixed)
                {
                    sizes[shape[i].Symbol ?? $"{input.Name}_dim{i}"] = 1;
                }
            }
        }

        return sizes;
    }

    private static TensorData? Fill(ElementType type, long[] dimensions, double value)
    {
        long count = 1;
        foreach (long size in dimensions)
        {
            count = size > MaxElements ? MaxElements + 1 : Math.Min(count * size, MaxElements + 1);
        }

        return count > MaxElements ? null : type switch
        {
            ElementType.Int64 => Create((long)value),
            ElementType.Int32 => Create((int)value),
            ElementType.Bool => Create(value != 0),
            ElementType.Float32 => Create((float)value),
            ElementType.Float64 => Create(value),
            _ => null,
        };

        TensorData Create<T>(T element)
            where T : unmanaged => TensorData.Create<T>(type, dimensions, Enumerable.Repeat(element, (int)count).ToArray());
    }
}
