namespace ModelBuild.Lowering.Expansion;

/// <summary>Operators that are made of ONNX's own: those of ONNX Runtime's set, and functions that hold graphs.</summary>
internal interface IExpansion
{
    /// <summary>Their operator set.</summary>
    string Domain => "com.microsoft";

    /// <summary>The operators.</summary>
    IEnumerable<string> OpTypes { get; }

    /// <summary>Adds nodes that compute what the node does, and gives them its outputs.</summary>
    /// <returns>Null when done; otherwise why this node can't be expanded, with nothing added.</returns>
    string? Expand(ExpansionContext context);
}
