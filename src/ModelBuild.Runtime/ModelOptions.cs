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

    /// <summary>
    /// Keeps weights in the mapped file instead of copying them into the order that calculates fastest. Opening a large model takes milliseconds and no memory then, but
    /// calls can take several times as long. For programs that start often and call seldom.
    /// </summary>
    public bool FastOpen { get; init; }
}
