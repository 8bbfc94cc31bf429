using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>One way to make a model smaller. Stateless; one file each, and one line in <see cref="CompressionSchemes.All"/>.</summary>
public interface ICompressionScheme
{
    /// <summary>Value of the metadatum <c>Quantize</c>.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence for the report.</summary>
    string Description { get; }

    /// <summary>Changes <see cref="SchemeContext.Model"/> in place. Inputs and outputs keep names, order, types and shapes.</summary>
    /// <returns>What became of each layer with weights, in the graph's order.</returns>
    /// <exception cref="ModelException">The scheme can't be applied to this model or with these options.</exception>
    IReadOnlyList<LayerReport> Apply(SchemeContext context);
}
