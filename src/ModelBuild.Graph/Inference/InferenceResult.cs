namespace ModelBuild.Graphs.Inference;

/// <summary>How to infer.</summary>
public sealed record InferenceOptions
{
    /// <summary>Whether a contradiction is a <see cref="ModelException"/> (MB2004) instead of a finding.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether types that values between nodes already have are taken as stated by the model. Turn it off after a pass changed the graph.</summary>
    public bool UseDeclaredTypes { get; init; } = true;

    /// <summary>Whether types that the main graph's outputs already have complete and check what is inferred.</summary>
    public bool UseDeclaredOutputs { get; init; } = true;

    /// <summary>Sizes to assume for symbols of the inputs, by name; an invented name such as <c>image_dim0</c> counts.</summary>
    public IReadOnlyDictionary<string, long> Symbols { get; init; } = new Dictionary<string, long>();

    /// <summary>Contents to assume for inputs of the main graph, by name, such as a sample rate that is always fed.</summary>
    public IReadOnlyDictionary<string, TensorData> Contents { get; init; } = new Dictionary<string, TensorData>();
}

/// <summary>Something that is wrong in the model.</summary>
/// <param name="Code">Diagnostic code, MB2004.</param>
/// <param name="Message">What contradicts what, and where.</param>
public sealed record InferenceFinding(string Code, string Message);

/// <summary>A node with an output whose type, rank or dimension stays unknown.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">Why.</param>
public sealed record UnresolvedNode(Node Node, string Reason);

/// <summary>What inference found out.</summary>
public sealed class InferenceResult
{
    private readonly Dictionary<Value, GraphType> _types;

    internal InferenceResult(Dictionary<Value, GraphType> types, IReadOnlyList<InferenceFinding> findings, IReadOnlyList<UnresolvedNode> unresolved)
    {
        _types = types;
        Findings = findings;
        Unresolved = unresolved;
    }

    /// <summary>Contradictions, in the order of the nodes.</summary>
    public IReadOnlyList<InferenceFinding> Findings { get; }

    /// <summary>Nodes whose outputs are not fully known, in order.</summary>
    public IReadOnlyList<UnresolvedNode> Unresolved { get; }

    /// <summary>
    /// The inferred type of a value, or null when nothing is known. Dimensions of the main graph's inputs are numbers or symbols: one that
    /// the model leaves open is named after the input, such as <c>image_dim0</c>. Every other dimension is a number, a formula over those
    /// symbols, or unknown.
    /// </summary>
    public GraphType? TypeOf(Value value) => _types.GetValueOrDefault(value);
}
