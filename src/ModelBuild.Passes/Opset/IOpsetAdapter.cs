namespace ModelBuild.Passes.Opset;

/// <summary>Rewrites an operator where a new version of ONNX's operator set changed its meaning or its form.</summary>
internal interface IOpsetAdapter
{
    /// <summary>The operators, each with the version that brought the change.</summary>
    IEnumerable<(string OpType, int Version)> Changes { get; }

    /// <summary>
    /// Rewrites a node of an older version. It either changes the node for the next adapter in line, or replaces it by nodes that are written for
    /// <see cref="Normalize.TargetOpset"/>.
    /// </summary>
    void Apply(AdapterContext context);
}
