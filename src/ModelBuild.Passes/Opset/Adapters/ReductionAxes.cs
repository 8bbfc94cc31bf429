using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Axes became an input: in version 13 for Squeeze, Unsqueeze and ReduceSum, in version 18 for the other reductions.</summary>
internal sealed class ReductionAxes : IOpsetAdapter
{
    private static readonly string[] s_others =
        ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"];

    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => s_others.Select(op => (op, 18)).Concat([("ReduceSum", 13), ("Squeeze", 13), ("Unsqueeze", 13)]);

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (context.TakeInts("axes") is { Count: > 0 } axes)
        {
            context.SetInput(1, context.Constant("axes", axes));
        }
    }
}
