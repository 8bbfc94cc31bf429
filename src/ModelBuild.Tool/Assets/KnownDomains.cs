using ModelBuild.Graphs;

namespace ModelBuild.Tool.Assets;

/// <summary>Operator sets that a backend may have. Whether it has the operator in the version that the model asks for is found out when the model is built.</summary>
internal static class KnownDomains
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft", "com.microsoft.experimental", "com.microsoft.nchwc", "com.ms.internal.nhwc",
        "com.microsoft.dml", "org.pytorch.aten",
    };

    /// <summary>Refuses a model with an operator of a set that neither a backend nor the model itself defines.</summary>
    /// <exception cref="ModelException">MB2001, naming the operator, its set and its node.</exception>
    public static void Check(Model model, string path)
    {
        if (Foreign(model).FirstOrDefault() is { } node)
        {
            throw Unsupported(node.OpType, node.Domain, node.Name, path);
        }
    }

    /// <summary>Nodes with an operator of a set that neither a backend nor the model itself defines.</summary>
    public static IEnumerable<Node> Foreign(Model model)
    {
        var own = model.Functions.Select(f => (f.Domain, f.Name)).ToHashSet();
        return model.Functions.Select(f => f.Body).Prepend(model.Graph).SelectMany(g => g.AllNodes()).Where(n => !s_known.Contains(n.Domain) && !own.Contains((n.Domain, n.OpType)));
    }

    /// <summary>The error of an operator that no backend has.</summary>
    public static ModelException Unsupported(string operatorType, string domain, string node, string path)
    {
        string set = domain.Length == 0 ? "ai.onnx" : domain;
        string where = node.Length == 0 ? "" : $" (node '{node}')";
        return new ModelException("MB2001", $"Operator '{operatorType}' of operator set '{set}'{where} is not supported by any backend. Export the model with standard operators, or with the operator as a function.", path);
    }
}
