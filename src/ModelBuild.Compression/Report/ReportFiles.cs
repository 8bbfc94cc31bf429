using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Report;

/// <summary>Writes the files of a report.</summary>
public static class ReportFiles
{
    /// <summary>Writes <c>.report.json</c> and <c>.report.html</c>, and <c>.timings.json</c> when there are timings; each file wholly or not at all.</summary>
    /// <param name="result">The result to report.</param>
    /// <param name="path">Full path without extension, such as <c>obj/.../ImageFeatures</c>.</param>
    /// <returns>Full paths of the files.</returns>
    /// <exception cref="ModelException">MB1011: a file can't be written.</exception>
    public static IReadOnlyList<string> Write(CompressionResult result, string path)
    {
        var files = new List<string>
        {
            Write($"{path}.report.json", ReportJson.Write(result.Report)),
            Write($"{path}.report.html", Encoding.UTF8.GetBytes(ReportHtml.Write(result.Report))),
        };
        if (result.Timings is { } timings)
        {
            files.Add(Write($"{path}.timings.json", ReportJson.Write(timings)));
        }

        return files;
    }

    private static string Write(string path, byte[] content)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
            return Path.GetFullPath(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new ModelException("MB1011", $"The report can't be written: {e.Message}", path, e);
        }
    }
}
