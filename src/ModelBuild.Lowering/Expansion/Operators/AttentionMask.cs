using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Builds the sum of masks that ONNX's Attention adds to its scores.</summary>
internal sealed class AttentionMask(ExpansionContext context, Value query, Value key, int keyAxis, Value? pastKey)
{
    private readonly ElementType _type = context.ElementOf(context.Node.Input(0));
    private readonly float _hidden = context.Node.GetFloat("mask_filter_value", -10000f);
    private Value? _sum;

    /// <summary>The mask, or null when nothing is masked.</summary>
    public Value? Result => _sum;

    /// <summary>Whether <see cref="Hide"/> takes a mask.</summary>
    public static bool CanHide(ExpansionContext context, Value? mask, Value query) =>
        mask is null || (context.ShapeOf(mask) is { } shape && (shape.Rank is 2 or 3 || (shape.Rank == 1 && context.ShapeOf(query) is { Rank: > 0 } q && q[0] == shape[0] && !q[0].IsUnknown)));

    /// <summary>Hides keys: a mask of ones and zeros <c>[batch, keys]</c> or <c>[batch, queries, keys]</c>, or the number of keys <c>[batch]</c>.</summary>
    public void Hide(Value? mask)
    {
        if (mask is null)
        {
            return;
        }

        int rank = context.ShapeOf(mask)!.Rank;
        Value shown = rank == 1
            ? context.Add("Less", [Range(null, Total()), context.Add("Unsqueeze", [context.Cast(mask, ElementType.Int64), context.Integers(1)])])
            : context.Cast(mask, ElementType.Bool);
        shown = context.Add("Unsqueeze", [shown, rank == 3 ? context.Integers(1) : context.Integers(1, 2)]);
        AddHidden(shown);
    }

    /// <summary>Hides keys after each query; queries come after the past.</summary>
    public void HideFuture()
    {
        Value past = pastKey is null ? context.Integer(0) : Size(pastKey, 2);
        Value rows = Range(past, context.Add("Add", [past, Size(query, 1)]));
        Value columns = Range(null, Total());
        AddHidden(context.Add("LessOrEqual", [context.Add("Unsqueeze", [columns, context.Integers(0)]), context.Add("Unsqueeze", [rows, context.Integers(1)])]));
    }

    /// <summary>Adds a bias.</summary>
    public void Bias(Value? bias)
    {
        if (bias is not null)
        {
            _sum = _sum is null ? bias : context.Add("Add", [_sum, bias]);
        }
    }

    private void AddHidden(Value shown) => Bias(context.Add("Where", [shown, context.Number(0, _type), context.Number(_hidden, _type)]));

    private Value Total() => pastKey is null ? Size(key, keyAxis) : context.Add("Add", [Size(key, keyAxis), Size(pastKey, 2)]);

    private Value Range(Value? start, Value end) => context.Add("Range", [start ?? context.Integer(0), end, context.Integer(1)]);

    private Value Size(Value x, int axis) => context.Add("Gather", [context.Add("Shape", [x]), context.Integer(axis)]);
}
