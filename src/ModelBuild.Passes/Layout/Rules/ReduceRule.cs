using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout.Rules;

/// <summary>Reductions along constant axes; what is left of the order follows behind them.</summary>
internal sealed class ReduceRule : ITransposeRule
{
    public IEnumerable<string> OpTypes =>
        ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"];

    public Action? Plan(TransposeMove move)
    {
        bool keeps = move.Node.GetInt("keepdims", 1) != 0;
        if (move.Node.Input(1) is null)
        {
            // All axes, or none: either way the same with any order.
            if (move.Node.GetInt("noop_with_empty_axes") == 0 && !keeps)
            {
                move.OutputPerm = [];
            }

            return () => { };
        }

        if (move.Integers(1) is not { Length: > 0 } axes || axes.Any(a => move.Axis(a) is null))
        {
            return null;
        }

        if (!keeps)
        {
            move.OutputPerm = Permutation.Without(move.Perm, axes.Select(a => (int)(a < 0 ? a + move.Rank : a)).ToHashSet());
        }

        return () => move.SetIntegers(1, [.. axes.Select(a => (long)move.Axis(a)!.Value).Order()]);
    }
}

/// <summary>Index of the largest or smallest element along one axis.</summary>
internal sealed class ArgRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["ArgMax", "ArgMin"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Axis(move.Node.GetInt("axis")) is not { } axis)
        {
            return null;
        }

        if (move.Node.GetInt("keepdims", 1) == 0)
        {
            move.OutputPerm = Permutation.Without(move.Perm, new HashSet<int> { Array.IndexOf(move.Perm, axis) });
        }

        return () => move.Node.Attributes["axis"] = new IntAttribute(axis);
    }
}
