using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Tool.Assets;

/// <summary>Fits <c>Preprocess=</c> to the model's inputs: finds the input, fills in layout and colour order, checks sizes.</summary>
internal static class PreprocessBinding
{
    /// <summary>Makes the signatures in the order of the model's inputs.</summary>
    /// <exception cref="ModelException">An input does not exist (MB0010) or does not fit (MB0003).</exception>
    public static IEnumerable<PreprocessSignature> Bind(AssetArguments asset, IReadOnlyList<PreprocessItem> items, List<Value> inputs)
    {
        var bound = new List<(int Index, PreprocessSignature Signature)>();
        foreach (PreprocessItem item in items)
        {
            int index = item.Input is { } name ? inputs.FindIndex(i => i.Name == name) : OnlyImage(asset, inputs);
            if (index < 0)
            {
                throw asset.Error("MB0010", $"Preprocess names '{item.Input}', which is no input of the model. Inputs: {FixedShapes.Names(inputs)}.");
            }

            bound.Add((index, BindOne(asset, item, inputs[index])));
        }

        return bound.OrderBy(b => b.Index).Select(b => b.Signature);
    }

    private static int OnlyImage(AssetArguments asset, List<Value> inputs)
    {
        int[] images = [.. Enumerable.Range(0, inputs.Count).Where(i => inputs[i].Tensor is { Shape: null or { Rank: 3 or 4 } })];
        return images.Length == 1 ? images[0] : throw asset.Error("MB0003", $"Preprocess must say which input it is for, with input=NAME; inputs are {FixedShapes.Names(inputs)}.");
    }

    private static PreprocessSignature BindOne(AssetArguments asset, PreprocessItem item, Value input)
    {
        if (input.Tensor is not { } type || type.ElementType is not (ElementType.Float32 or ElementType.Float16 or ElementType.UInt8 or ElementType.Int8) || type.Shape is { Rank: not (3 or 4) })
        {
            throw asset.Error("MB0003", $"Preprocess is for '{input.Name}', which is no image: an image is a tensor of 3 or 4 dimensions of float32, float16, uint8 or int8.");
        }

        string layout = item.Layout ?? GuessLayout(type.Shape) ?? throw asset.Error("MB0003", $"Preprocess of '{input.Name}' must state layout=NCHW or layout=NHWC: the shape {type.Shape} does not tell.");
        if (type.Shape is { } s && s.Rank != layout.Length)
        {
            throw asset.Error("MB0003", $"Preprocess of '{input.Name}' states layout={layout}, but the shape {s} has {s.Rank} dimensions.");
        }

        Dimension channels = At(type.Shape, layout, 'C');
        string color = item.Color ?? (channels is { IsFixed: true, Value: 1 } ? "gray" : "rgb");
        int count = color == "gray" ? 1 : 3;
        if (channels.IsFixed && channels.Value != count)
        {
            throw asset.Error("MB0003", $"Preprocess of '{input.Name}' has color={color}, which is {count} channels, but the shape {type.Shape} with layout {layout} has {channels.Value}.");
        }

        foreach ((string key, EquatableArray<string> values) in new[] { ("mean", item.Mean), ("std", item.Std) })
        {
            if (values.Count != 0 && values.Count != 1 && values.Count != count)
            {
                throw asset.Error("MB0003", $"Preprocess of '{input.Name}' has {values.Count} values for {key}; the image has {count} channels.");
            }
        }

        CheckSize(asset, item, input.Name, At(type.Shape, layout, 'W'), At(type.Shape, layout, 'H'));
        return new PreprocessSignature(
            input.Name, item.Resize, item.ResizeWidth, item.ResizeHeight, item.Interpolation, item.Library, item.CropWidth, item.CropHeight,
            color, item.Scale, Spread(item.Mean, count), Spread(item.Std, count), layout);
    }

    private static string? GuessLayout(Shape? shape)
    {
        if (shape is null)
        {
            return null;
        }

        bool first = IsChannels(shape[shape.Rank - 3]);
        bool last = IsChannels(shape[shape.Rank - 1]);
        return first == last ? null : (first, shape.Rank) switch
        {
            (true, 4) => "NCHW",
            (true, _) => "CHW",
            (false, 4) => "NHWC",
            (false, _) => "HWC",
        };
    }

    private static bool IsChannels(Dimension d) => d is { IsFixed: true, Value: 1 or 3 };

    private static Dimension At(Shape? shape, string layout, char axis) => shape is null ? Dimension.Unknown : shape[layout.IndexOf(axis, StringComparison.Ordinal)];

    private static void CheckSize(AssetArguments asset, PreprocessItem item, string input, Dimension width, Dimension height)
    {
        (int w, int h) = item.CropWidth > 0 ? (item.CropWidth, item.CropHeight) : item.Resize == "exact" ? (item.ResizeWidth, item.ResizeHeight) : (0, 0);
        if (w > 0 && ((width.IsFixed && width.Value != w) || (height.IsFixed && height.Value != h)))
        {
            throw asset.Error("MB0003", $"Preprocess makes images of {w}x{h} (width x height), but input '{input}' takes {width}x{height}.");
        }

        bool tooLarge = item.Resize switch
        {
            "exact" => item.CropWidth > item.ResizeWidth || item.CropHeight > item.ResizeHeight,
            "shortest" => Math.Min(item.CropWidth, item.CropHeight) > item.ResizeWidth,
            _ => false,
        };
        if (tooLarge)
        {
            throw asset.Error("MB0003", $"Preprocess of '{input}' crops {item.CropWidth}x{item.CropHeight} out of a smaller image.");
        }
    }

    private static EquatableArray<string> Spread(EquatableArray<string> values, int count) => values.Count == 1 ? new(Enumerable.Repeat(values[0], count)) : values;
}
