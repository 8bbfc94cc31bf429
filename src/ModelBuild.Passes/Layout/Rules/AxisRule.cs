using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout.Rules;

/// <summary>Operators along one axis that an attribute names.</summary>
internal sealed class AxisRule : ITransposeRule
{
    private static readonly Dictionary<string, long> s_defaults = new(StringComparer.Ordinal)
    {
        ["Softmax"] = -1,
        ["LogSoftmax"] = -1,
        ["Hardmax"] = -1,
        ["Split"] = 0,
        ["TopK"] = -1,
        ["LpNormalization"] = -1,
    };

    public IEnumerable<string> OpTypes => s_defaults.Keys;

    public Action? Plan(TransposeMove move) => move.Axis(move.Node.GetInt("axis", s_defaults[move.Node.OpType])) is { } axis
        ? () => move.Node.Attributes["axis"] = new IntAttribute(axis)
        : null;
}

/// <summary>Concat: every input has the layout, and the axis is one of it.</summary>
internal sealed class ConcatRule : ITransposeRule
{
    public bool IsVariadic => true;

    public IEnumerable<string> OpTypes => ["Concat"];

    public Action? Plan(TransposeMove move) => move.Axis(move.Node.GetInt("axis")) is { } axis ? () => move.Node.Attributes["axis"] = new IntAttribute(axis) : null;
}

/// <summary>Gather with a list of indices keeps the rank; with a single one it takes its axis away.</summary>
internal sealed class GatherRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Gather"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Node.Input(1)?.Tensor?.Shape is not { Rank: <= 1 } indices || move.Axis(move.Node.GetInt("axis")) is not { } axis)
        {
            return null;
        }

        if (indices.Rank == 0)
        {
            move.OutputPerm = Permutation.Without(move.Perm, new HashSet<int> { Array.IndexOf(move.Perm, axis) });
        }

        return () => move.Node.Attributes["axis"] = new IntAttribute(axis);
    }
}

/// <summary>A running sum along an axis that an input names.</summary>
internal sealed class CumSumRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["CumSum"];

    public Action? Plan(TransposeMove move) => move.Integers(1) is [var stated] && move.Axis(stated) is { } axis
        ? () => move.SetConstant(1, "axis", TensorData.Scalar((long)axis))
        : null;
}
