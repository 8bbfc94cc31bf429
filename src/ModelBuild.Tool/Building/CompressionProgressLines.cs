using ModelBuild.Compression;

namespace ModelBuild.Tool.Building;

/// <summary>Turns the progress of a compression into lines.</summary>
/// <param name="name">The generated class's, or the file's.</param>
/// <param name="output">Where the lines go.</param>
internal sealed class CompressionProgressLines(string name, BuildOutput output) : IProgress<CompressionProgress>
{
    /// <inheritdoc/>
    public void Report(CompressionProgress value) => output.Progress(FormattableString.Invariant($"{name}: {value.Step}, {value.Fraction * 100:0} %"));
}
