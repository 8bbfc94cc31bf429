using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Matrix products with what surrounds them.</summary>
internal sealed class FusedProducts : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["FusedGemm", "FusedMatMul", "FusedMatMulActivation", "TransposeMatMul"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        Value product;
        if (node.OpType == "FusedGemm")
        {
            if (!FusedActivation.IsKnown(node.GetString("activation")))
            {
                return $"the activation '{node.GetString("activation")}' is not known.";
            }

            product = context.Add("Gemm", node.Inputs, context.Keep("alpha", new FloatAttribute(1)), context.Keep("beta", new FloatAttribute(1)), context.Keep("transA", new IntAttribute(0)), context.Keep("transB", new IntAttribute(0)));
            context.Give(0, FusedActivation.Add(context, product, node.GetString("activation"), [node.GetFloat("activation_alpha", float.NaN), node.GetFloat("activation_beta", float.NaN)]));
            return null;
        }

        if (!FusedActivation.IsKnown(node.GetString("activation")))
        {
            return $"the activation '{node.GetString("activation")}' is not known.";
        }

        if (Turn(context, node.Input(0)!, node.GetInt("transA"), node.GetInt("transBatchA")) is not { } a || Turn(context, node.Input(1)!, node.GetInt("transB"), node.GetInt("transBatchB")) is not { } b)
        {
            return "the number of dimensions is not known.";
        }

        product = context.Add("MatMul", [a, b]);
        float alpha = node.GetFloat("alpha", 1);
        if (alpha != 1)
        {
            product = context.Add("Mul", [product, context.Number(alpha, context.ElementOf(node.Input(0)))]);
        }

        context.Give(0, FusedActivation.Add(context, product, node.GetString("activation"), [node.GetFloat("activation_alpha", float.NaN), node.GetFloat("activation_beta", float.NaN)]));
        return null;
    }

    // transBatch moves the first dimension before the last.
    private static Value? Turn(ExpansionContext context, Value x, long matrix, long batch)
    {
        if (matrix == 0 && batch == 0)
        {
            return x;
        }

        if (context.ShapeOf(x) is not { Rank: >= 2 } shape)
        {
            // A vector is not turned.
            return context.ShapeOf(x) is { Rank: 1 } ? x : null;
        }

        List<long> order = [.. Enumerable.Range(0, shape.Rank).Select(i => (long)i)];
        if (batch != 0)
        {
            order.RemoveAt(0);
            order.Insert(shape.Rank - 2, 0);
        }

        if (matrix != 0)
        {
            (order[^1], order[^2]) = (order[^2], order[^1]);
        }

        return context.Add("Transpose", [x], ("perm", new IntsAttribute(order)));
    }
}
