using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Simplification;

namespace ModelBuild.Lowering.Fusion;

/// <summary>Nodes that kernels can apply to their results.</summary>
internal static class ActivationNodes
{
    /// <summary>The activation that follows a value, with the nodes that make it, or null.</summary>
    public static (IReadOnlyList<Node> Nodes, Activation Activation, float Alpha, float Beta)? After(GraphUses uses, Value value)
    {
        if (uses.Only(value) is { Domain: "" } node && node.Input(0) == value && Of(node) is { } simple)
        {
            return ([node], simple.Activation, simple.Alpha, simple.Beta);
        }

        // x * sigmoid(x)
        if (!uses.IsOutput(value) && uses.Of(value) is [{ } first, { } second]
            && (first is { Domain: "", OpType: "Sigmoid" } ? (first, second) : (second, first)) is ({ Domain: "", OpType: "Sigmoid" } sigmoid, { Domain: "", OpType: "Mul" } product)
            && uses.Only(sigmoid.Output(0)!) == product)
        {
            return ([sigmoid, product], Activation.Silu, 0, 0);
        }

        return null;
    }

    /// <summary>A node as an activation, or null.</summary>
    public static (Activation Activation, float Alpha, float Beta)? Of(Node node) => node.OpType switch
    {
        "Relu" => (Activation.Relu, 0, 0),
        "LeakyRelu" => (Activation.LeakyRelu, node.GetFloat("alpha", 0.01f), 0),
        "Sigmoid" => (Activation.Sigmoid, 0, 0),
        "Tanh" => (Activation.Tanh, 0, 0),
        "HardSwish" => (Activation.HardSwish, 1f / 6, 0.5f),
        "HardSigmoid" => (Activation.HardSigmoid, node.GetFloat("alpha", 0.2f), node.GetFloat("beta", 0.5f)),
        "Gelu" => (node.GetString("approximate", "none") == "tanh" ? Activation.GeluTanh : Activation.Gelu, 0, 0),
        "Clip" when Bound(node, 1, float.NegativeInfinity) is { } low && Bound(node, 2, float.PositiveInfinity) is { } high && low <= high => (Activation.Clip, low, high),
        _ => null,
    };

    private static float? Bound(Node node, int input, float missing) => node.Input(input) is { } value ? Patterns.Scalar(value) : missing;
}
