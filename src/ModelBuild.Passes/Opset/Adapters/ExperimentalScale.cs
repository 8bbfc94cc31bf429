using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>An experimental operator that version 10 removed: <c>scale * x</c>.</summary>
internal sealed class ExperimentalScale : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Scale", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        context.Replace("Mul", [input, context.ScalarLike("scale", context.Node.GetFloat("scale", 1), input)]);
    }
}
