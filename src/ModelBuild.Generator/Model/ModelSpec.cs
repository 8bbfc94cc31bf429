using ModelBuild.Manifest;

namespace ModelBuild.Generator.Model;

/// <summary>One class to generate: everything that the emitters write is decided here.</summary>
internal sealed record ModelSpec
{
    /// <summary>Names, origin and backend, as the signature has them.</summary>
    public ModelSignature Signature { get; init; } = new();

    /// <summary>The namespace with keywords escaped; empty for the global one.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The class name, escaped.</summary>
    public string ClassName { get; init; } = "";

    /// <summary>Path of the signature file, where messages stand.</summary>
    public string SignaturePath { get; init; } = "";

    /// <summary>Name of the generated file.</summary>
    public string HintName { get; init; } = "";

    /// <summary>Every input of the model, constants last; their position is the number that the backend knows.</summary>
    public EquatableArray<TensorSpec> Inputs { get; init; }

    /// <summary>Every output of the model.</summary>
    public EquatableArray<TensorSpec> Outputs { get; init; }

    /// <summary>Symbolic dimensions in the order in which their sizes are found.</summary>
    public EquatableArray<SymbolSpec> Symbols { get; init; }

    /// <summary>Input and output positions of what one call hands to the next.</summary>
    public EquatableArray<StateSpec> States { get; init; }

    /// <summary>Inputs that start with the last elements of the call before.</summary>
    public EquatableArray<ContextSpec> Contexts { get; init; }

    /// <summary>Image inputs.</summary>
    public EquatableArray<PreprocessSpec> Preprocess { get; init; }

    /// <summary>Whether <c>Classify</c> is generated.</summary>
    public bool HasLabels { get; init; }

    /// <summary>Whether the class is used through streams.</summary>
    public bool IsStream => States.Count + Contexts.Count > 0;

    /// <summary>Whether a plan runs it.</summary>
    public bool IsCompiled { get; init; }
}

/// <summary>A class or the reasons why there is none, and what else is to be said.</summary>
/// <param name="Spec">The class; null when it can't be generated.</param>
/// <param name="Diagnostics">What is to be reported.</param>
internal sealed record ModelResult(ModelSpec? Spec, EquatableArray<DiagnosticSpec> Diagnostics);
