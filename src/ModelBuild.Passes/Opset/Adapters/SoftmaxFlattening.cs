using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Before version 13 the dimensions from <c>axis</c> (1 when missing) on were one; since then the axis is one dimension (the last when missing).</summary>
internal sealed class SoftmaxFlattening : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Hardmax", 13), ("LogSoftmax", 13), ("Softmax", 13)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Node node = context.Node;
        long axis = node.GetInt("axis", 1);
        Value input = node.Input(0) ?? throw context.Fail("it lacks its input");
        if (context.ShapeOf(input) is { } shape && axis >= -shape.Rank && axis < shape.Rank)
        {
            // Dimensions of size 1 behind the axis change nothing.
            int start = (int)(axis < 0 ? axis + shape.Rank : axis);
            if (shape.Skip(start + 1).All(d => d.IsFixed && d.Value == 1))
            {
                node.Attributes["axis"] = new IntAttribute(start);
                return;
            }
        }
        else if (axis == -1)
        {
            return;
        }

        Value flat = context.Before("Flatten", [input], "flat", ("axis", new IntAttribute(axis)));
        Value result = context.Before(node.OpType, [flat], "result", ("axis", new IntAttribute(1)));
        Value dimensions = context.Before("Shape", [input], "shape");
        context.Replace("Reshape", [result, dimensions], 1, ("allowzero", new IntAttribute(1)));
    }
}
