using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>An experimental operator that version 10 removed: <c>alpha * x + beta</c>.</summary>
internal sealed class ExperimentalAffine : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Affine", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        Value scaled = context.Before("Mul", [input, context.ScalarLike("alpha", context.Node.GetFloat("alpha", 1), input)], "scaled");
        context.Replace("Add", [scaled, context.ScalarLike("beta", context.Node.GetFloat("beta"), input)]);
    }
}
