using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>An experimental operator that version 10 removed: <c>alpha * tanh(beta * x)</c>.</summary>
internal sealed class ExperimentalScaledTanh : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("ScaledTanh", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        if (!context.Node.Attributes.ContainsKey("alpha") || !context.Node.Attributes.ContainsKey("beta"))
        {
            throw context.Fail("it lacks alpha or beta");
        }

        Value scaled = context.Before("Mul", [input, context.ScalarLike("beta", context.Node.GetFloat("beta"), input)], "scaled");
        Value tanh = context.Before("Tanh", [scaled], "tanh");
        context.Replace("Mul", [tanh, context.ScalarLike("alpha", context.Node.GetFloat("alpha"), input)]);
    }
}
