using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>The schemes that <c>Quantize</c> can name.</summary>
public static class CompressionSchemes
{
    /// <summary>Every scheme.</summary>
    public static IReadOnlyList<ICompressionScheme> All { get; } = [new Float16Scheme(), new BFloat16Scheme(), new Int8Scheme()];

    /// <summary>Finds a scheme by name.</summary>
    /// <exception cref="ModelException">MB3003: there is none.</exception>
    public static ICompressionScheme Get(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new ModelException("MB3003", $"Quantize=\"{name}\" is not available; this version has none{string.Concat(All.Select(s => $", {s.Name}"))}.");
}
