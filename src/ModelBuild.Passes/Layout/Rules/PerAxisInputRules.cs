using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout.Rules;

/// <summary>Slice with constant axes; axes that are left out are the first ones.</summary>
internal sealed class SliceRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Slice"];

    public Action? Plan(TransposeMove move)
    {
        long[]? axes = move.Node.Input(3) is null
            ? move.Node.Input(1)?.Tensor?.Shape is { Rank: 1 } shape && shape[0].IsFixed ? [.. Enumerable.Range(0, (int)Math.Min(shape[0].Value, 64)).Select(i => (long)i)] : null
            : move.Integers(3);
        return axes is null || axes.Any(a => move.Axis(a) is null) ? null
            : () => move.SetConstant(3, "axes", TensorData.Int64s([.. axes.Select(a => (long)move.Axis(a)!.Value)]));
    }
}

/// <summary>Pad with constant amounts.</summary>
internal sealed class PadRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Pad"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Node.Input(3) is not null)
        {
            return move.Integers(3) is { } axes && axes.All(a => move.Axis(a) is not null)
                ? () => move.SetIntegers(3, [.. axes.Select(a => (long)move.Axis(a)!.Value)])
                : null;
        }

        if (move.Integers(1) is not { } pads || pads.Length != 2 * move.Rank)
        {
            return null;
        }

        return () =>
        {
            var moved = new long[pads.Length];
            for (int i = 0; i < move.Rank; i++)
            {
                moved[move.Perm[i]] = pads[i];
                moved[move.Perm[i] + move.Rank] = pads[i + move.Rank];
            }

            move.SetIntegers(1, moved);
        };
    }
}

/// <summary>Tile with constant repeats.</summary>
internal sealed class TileRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Tile"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Integers(1) is not { } repeats || repeats.Length != move.Rank)
        {
            return null;
        }

        return () =>
        {
            var moved = new long[repeats.Length];
            for (int i = 0; i < repeats.Length; i++)
            {
                moved[move.Perm[i]] = repeats[i];
            }

            move.SetIntegers(1, moved);
        };
    }
}

/// <summary>Resize with constant scales or sizes.</summary>
internal sealed class ResizeRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Resize"];

    public Action? Plan(TransposeMove move)
    {
        Node node = move.Node;
        if (node.GetString("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
        {
            return null;
        }

        if (node.GetInts("axes") is { } axes)
        {
            return axes.All(a => move.Axis(a) is not null) ? () => node.Attributes["axes"] = new IntsAttribute([.. axes.Select(a => (long)move.Axis(a)!.Value)]) : null;
        }

        if (node.Input(3) is not null)
        {
            return move.Integers(3) is { } sizes && sizes.Length == move.Rank
                ? () => move.SetIntegers(3, [.. Permutation.Invert(move.Perm).Select(i => sizes[i])])
                : null;
        }

        return node.Input(2)?.Initializer is { ElementType: ElementType.Float32 } scales && scales.ElementCount == move.Rank
            ? () => move.SetConstant(2, "scales", TensorData.Create(ElementType.Float32, [move.Rank], (ReadOnlySpan<float>)[.. Permutation.Invert(move.Perm).Select(i => scales.As<float>()[i])]))
            : null;
    }
}

/// <summary>Quantization, whose scale is a number or belongs to an axis.</summary>
internal sealed class QuantizationRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["QuantizeLinear", "DequantizeLinear"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Node.GetInt("block_size") != 0 || move.Node.Input(1)?.Tensor?.Shape is not { Rank: <= 1 } scale)
        {
            return null;
        }

        return scale.Rank == 0 ? () => { }
            : move.Axis(move.Node.GetInt("axis", 1)) is { } axis ? () => move.Node.Attributes["axis"] = new IntAttribute(axis)
            : null;
    }
}
