namespace ModelBuild.OnnxRuntime.Native;

/// <summary>How to open a session.</summary>
internal sealed record OrtSessionOptions
{
    /// <summary>Threads of one operator; 0 lets ONNX Runtime choose.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How far the graph is optimized on loading.</summary>
    public OrtOptimization Optimization { get; init; } = OrtOptimization.All;

    /// <summary>Whether constant weights are copied into the order that kernels read fastest. Off, weights in an external file stay mapped and opening is faster.</summary>
    public bool Prepacking { get; init; } = true;

    /// <summary>Execution providers in the order in which they are offered each node; the processor's comes last by itself. By the names of <see cref="ModelOptions.ExecutionProviders"/>.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; init; } = [];

    /// <summary>Where to write the optimized graph as ONNX, or null.</summary>
    public string? OptimizedModelPath { get; init; }

    /// <summary>Whether memory of the processor comes from an arena that keeps what it once took.</summary>
    public bool MemoryArena { get; init; } = true;

    /// <summary>ONNX Runtime's own keys and values, such as <c>session.set_denormal_as_zero</c>.</summary>
    public IReadOnlyDictionary<string, string> Entries { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// <see cref="Entries"/> for models with signed 8-bit weights. Without it, processors that have no VNNI instructions add pairs of products in 16 bits, which saturates:
    /// results would depend on the processor.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ExactIntegerProducts { get; } = new Dictionary<string, string> { ["session.x64quantprecision"] = "1" };
}

/// <summary>Levels of graph optimization.</summary>
internal enum OrtOptimization
{
    /// <summary>The graph as it is.</summary>
    None = 0,
    /// <summary>Constant folding and removal of what has no effect.</summary>
    Basic = 1,
    /// <summary>Fusions too.</summary>
    Extended = 2,
    /// <summary>Changes of layout too.</summary>
    All = 99,
}
