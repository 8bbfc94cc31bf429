using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>The sum of word, position and segment embeddings, normalized.</summary>
internal sealed class EmbeddingNormalization : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["EmbedLayerNormalization"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value ids = node.Input(0)!;
        Value sum = context.Add("Gather", [node.Input(2), ids]);
        Value positions = node.Input(8) is { } given
            ? context.Add("Gather", [node.Input(3), given])
            : context.Add("Slice", [node.Input(3), context.Integers(0), context.Add("Shape", [ids], ("start", new IntAttribute(1)), ("end", new IntAttribute(2))), context.Integers(0)]);
        sum = context.Plus(sum, positions);
        if (node.Input(4) is { } segments && node.Input(1) is { } segmentIds)
        {
            sum = context.Plus(sum, context.Add("Gather", [segments, segmentIds]));
        }

        context.Give(0, context.Add("LayerNormalization", [sum, node.Input(5), node.Input(6)], ("axis", new IntAttribute(-1)), context.Keep("epsilon", new FloatAttribute(1e-12f))));
        if (node.Output(1) is not null)
        {
            // How many words each text has; 0 where no mask tells it.
            Value counted = node.Input(7) is { } mask
                ? context.Cast(mask, ElementType.Int32)
                : context.Add("Mul", [context.Cast(ids, ElementType.Int32), context.Constant(TensorData.Create<int>(ElementType.Int32, [], [0]))]);
            context.Give(1, context.Add("ReduceSum", [counted, context.Integers(1)], ("keepdims", new IntAttribute(0))));
        }

        context.Give(2, sum);
        return null;
    }
}
