using System.Reflection;

namespace ModelBuild.Runtime;

/// <summary>What generated code tells a backend about its model.</summary>
public sealed class ModelDefinition
{
    /// <summary>Names, types and shapes, in the order in which <see cref="ModelCall"/> counts inputs and outputs.</summary>
    public required ModelInfo Info { get; init; }

    /// <summary>Weights file relative to the application's folder, such as <c>models/X.onnx</c>.</summary>
    public required string WeightsFile { get; init; }

    /// <summary>Assembly that holds the generated class: its folder is searched too, and its resources when <see cref="Embedded"/>.</summary>
    public required Assembly Assembly { get; init; }

    /// <summary>Whether the weights are a resource of <see cref="Assembly"/> named like <see cref="WeightsFile"/>.</summary>
    public bool Embedded { get; init; }

    /// <summary>Ordered execution providers of the project file.</summary>
    public required IReadOnlyList<string> ExecutionProviders { get; init; }

    /// <summary>The model as code; null when another backend runs it.</summary>
    public CompiledPlan? Plan { get; init; }
}
