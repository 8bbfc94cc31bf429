namespace ModelBuild.Lowering.Expansion;

/// <summary>Operators of ONNX Runtime's own set that are made of ONNX's.</summary>
internal interface IExpansion
{
    /// <summary>The operators.</summary>
    IEnumerable<string> OpTypes { get; }

    /// <summary>Adds nodes that compute what the node does, and gives them its outputs.</summary>
    /// <returns>Null when done; otherwise why this node can't be expanded, with nothing added.</returns>
    string? Expand(ExpansionContext context);
}
