using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>An experimental operator that version 10 removed: <c>scale * x + bias</c> with one bias for each channel of NCHW images.</summary>
internal sealed class ExperimentalImageScaler : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("ImageScaler", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        float[] bias = [.. context.Node.GetFloats("bias") ?? []];
        Value scaled = context.Before("Mul", [input, context.ScalarLike("scale", context.Node.GetFloat("scale", 1), input)], "scaled");
        Value offset = context.Constant("bias", TensorData.Create<float>(ElementType.Float32, [1, bias.Length, 1, 1], bias));
        context.Replace("Add", [scaled, context.ElementTypeOf(input) == ElementType.Float32 ? offset : context.Before("CastLike", [offset, input], "bias_cast")]);
    }
}
