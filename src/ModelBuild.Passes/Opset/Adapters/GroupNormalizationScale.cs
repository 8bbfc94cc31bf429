using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 21 has scale and bias for each channel, where there was one for each group.</summary>
internal sealed class GroupNormalizationScale : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("GroupNormalization", 21)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        long groups = context.Node.GetInt("num_groups");
        if (groups <= 0)
        {
            throw context.Fail("it lacks num_groups");
        }

        Value? channelsPerGroup = null;
        for (int i = 1; i <= 2; i++)
        {
            Value parameter = context.Node.Input(i) ?? throw context.Fail("it lacks its scale or bias");
            if (context.ShapeOf(parameter)?.ElementCount is { } count && count != groups)
            {
                // Some exporters wrote one for each channel before it was the rule.
                continue;
            }

            if (channelsPerGroup is null)
            {
                Value channels = context.Before("Shape", [input], "channels", ("start", new IntAttribute(1)), ("end", new IntAttribute(2)));
                Value each = context.Before("Div", [channels, context.Constant("groups", [groups])], "channels_per_group");
                channelsPerGroup = context.Before("Concat", [context.Constant("one", [1]), each], "repeats", ("axis", new IntAttribute(0)));
            }

            Value column = context.Before("Reshape", [parameter, context.Constant("column", [-1, 1])], "column");
            Value repeated = context.Before("Expand", [column, channelsPerGroup], "repeated");
            context.SetInput(i, context.Before("Reshape", [repeated, context.Constant("flat", [-1])], i == 1 ? "scale" : "bias"));
        }
    }
}
