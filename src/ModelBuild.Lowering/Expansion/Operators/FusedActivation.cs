using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>The activation that a fused operator applies last.</summary>
internal static class FusedActivation
{
    /// <summary>Whether a name is one that <see cref="Add"/> takes; empty is none.</summary>
    public static bool IsKnown(string activation) => activation is "" or "Relu" or "Sigmoid" or "Tanh" or "LeakyRelu" or "Clip" or "HardSigmoid" or "HardSwish" or "Gelu" or "Elu" or "Selu" or "Softplus" or "Softsign" or "ThresholdedRelu";

    /// <summary>Adds it. Parameters that are NaN or missing have ONNX's defaults.</summary>
    public static Value Add(ExpansionContext context, Value x, string activation, IReadOnlyList<float> parameters)
    {
        ElementType type = context.ElementOf(context.Node.Input(0));
        return activation switch
        {
            "" => x,
            "Clip" => context.Add("Clip", [x, Limit(context, parameters, 0, type), Limit(context, parameters, 1, type)]),
            "LeakyRelu" or "Elu" or "ThresholdedRelu" => context.Add(activation, [x], [.. Given(parameters, "alpha")]),
            "HardSigmoid" => context.Add(activation, [x], [.. Given(parameters, "alpha", "beta")]),
            "Selu" => context.Add(activation, [x], [.. Given(parameters, "alpha", "gamma")]),
            _ => context.Add(activation, [x]),
        };
    }

    private static Value? Limit(ExpansionContext context, IReadOnlyList<float> parameters, int index, ElementType type) =>
        index < parameters.Count && !float.IsNaN(parameters[index]) ? context.Number(parameters[index], type) : null;

    private static IEnumerable<(string, AttributeValue)> Given(IReadOnlyList<float> parameters, params string[] names)
    {
        for (int i = 0; i < names.Length && i < parameters.Count; i++)
        {
            if (!float.IsNaN(parameters[i]))
            {
                yield return (names[i], new FloatAttribute(parameters[i]));
            }
        }
    }
}
