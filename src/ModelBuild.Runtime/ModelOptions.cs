namespace ModelBuild;

/// <summary>How to load a model. Every property has a default that suits most programs.</summary>
public sealed class ModelOptions
{
    /// <summary>File or folder of the weights, when they are not beside the application.</summary>
    public string? Path { get; init; }

    /// <summary>Threads that one call uses; 1 by default, because calls from several threads run in parallel anyway. 0 lets the backend choose.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Ordered execution providers that replace those of the project file, such as <c>["Cuda", "Cpu"]</c>. The first that can be used here runs the model.</summary>
    public IReadOnlyList<string>? ExecutionProviders { get; init; }
}
