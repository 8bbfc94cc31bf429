using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Before version 7 a slope of one dimension belonged to the channels, which are dimension 1; since then it is aligned with the last dimension.</summary>
internal sealed class PReluSlope : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("PRelu", 7)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        Value slope = context.Node.Input(1) ?? throw context.Fail("it lacks its slope");
        if (context.RankOf(slope) is not (null or 1) || context.ShapeOf(slope)?.ElementCount == 1)
        {
            return;
        }

        if (context.RankOf(input) is { } rank)
        {
            if (rank > 2)
            {
                long[] axes = [.. Enumerable.Range(1, rank - 2).Select(i => (long)i)];
                context.SetInput(1, context.Before("Unsqueeze", [slope, context.Constant("axes", axes)], "slope"));
            }

            return;
        }

        // As many ones after the slope as the input has dimensions after the channels.
        Value all = context.Before("Shape", [context.Before("Shape", [input], "shape")], "rank");
        Value after = context.Before("Sub", [all, context.Constant("two", [2])], "trailing");
        Value ones = context.Before("Expand", [context.Constant("one", [1]), after], "ones");
        Value shape = context.Before("Concat", [context.Constant("all", [-1]), ones], "slope_shape", ("axis", new IntAttribute(0)));
        context.SetInput(1, context.Before("Reshape", [slope, shape], "slope"));
    }
}
