using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression;

/// <summary>A coded message about the result that is not an error.</summary>
/// <param name="Code">Such as <c>MB3004</c>.</param>
/// <param name="IsWarning">False for information.</param>
/// <param name="Text">One line.</param>
public sealed record CompressionMessage(string Code, bool IsWarning, string Text);

/// <summary>What <see cref="Compressor.Run"/> made.</summary>
/// <param name="Model">The model to ship. It shares tensor contents with the source, which must not be disposed before it is written.</param>
/// <param name="Report">Sizes, errors, and what runs as what. The same for the same inputs.</param>
/// <param name="Timings">Time per call, or null when not asked for or not measurable. Differs from run to run.</param>
/// <param name="Messages">Warnings and information for the build's output.</param>
public sealed record CompressionResult(Model Model, CompressionReport Report, CompressionTimings? Timings, IReadOnlyList<CompressionMessage> Messages);

/// <summary>How far the work is.</summary>
/// <param name="Step">What is being done, such as <c>Measuring layers</c>.</param>
/// <param name="Fraction">0 to 1 over the whole run.</param>
public readonly record struct CompressionProgress(string Step, double Fraction);
