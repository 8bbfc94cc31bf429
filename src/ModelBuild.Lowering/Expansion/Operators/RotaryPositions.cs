using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Rotary position embedding.</summary>
internal sealed class RotaryPositions : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["RotaryEmbedding"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value x = node.Input(0)!;
        Shape? shape = context.ShapeOf(x);
        Shape? positions = context.ShapeOf(node.Input(1));
        long heads = node.GetInt("num_heads");
        if (heads == 0 && shape is { Rank: 3 } && context.SizeOf(x, 2) is { } hidden && context.SizeOf(node.Input(2), 1) is { } half && half > 0)
        {
            heads = hidden / (2 * half);
        }

        if (shape is not { Rank: 3 or 4 } || positions is not { Rank: 1 or 2 } || (shape.Rank == 3 && heads <= 0) || node.GetInt("is_packed_batching") != 0 || node.GetFloat("scale", 1) != 1)
        {
            return "its sizes are not known, or it is packed or scaled.";
        }

        Value ids = context.Cast(node.Input(1)!, ElementType.Int64);
        if (positions.Rank == 1)
        {
            // The position of the first element; the others follow.
            Value sizes = context.Add("Shape", [x]);
            Value length = context.Add("Gather", [sizes, context.Integer(shape.Rank == 3 ? 1 : 2)]);
            Value batch = context.Add("Slice", [sizes, context.Integers(0), context.Integers(1)]);
            Value row = context.Add("Add", [context.Add("Range", [context.Integer(0), length, context.Integer(1)]), ids]);
            Value all = context.Add("Concat", [batch, context.Add("Reshape", [length, context.Integers(1)])], ("axis", new IntAttribute(0)));
            ids = context.Add("Expand", [context.Add("Unsqueeze", [row, context.Integers(0)]), all]);
        }

        context.Give(0, context.Add("RotaryEmbedding", [x, node.Input(2), node.Input(3), ids], context.Keep("interleaved", new IntAttribute(0)), context.Keep("rotary_embedding_dim", new IntAttribute(0)), ("num_heads", new IntAttribute(heads))));
        return null;
    }
}
