using ModelBuild.Graphs;

namespace ModelBuild.Passes;

/// <summary>The passes in the order in which they run.</summary>
public static class PassList
{
    /// <summary>Passes that every model goes through before anything else looks at it.</summary>
    public static IReadOnlyList<IPass> Normalization { get; } = [new Normalize(), new DeadCodeRemoval()];

    /// <summary>Runs passes one after the other.</summary>
    /// <exception cref="ModelException">A pass can't do what later ones need.</exception>
    public static IReadOnlyList<PassResult> Run(IReadOnlyList<IPass> passes, Model model) => [.. passes.Select(p => p.Run(model))];
}
