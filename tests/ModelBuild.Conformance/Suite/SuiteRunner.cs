using System.Text.RegularExpressions;

namespace ModelBuild.Conformance.Suite;

/// <summary>Runs every case of a suite in a process of its own kind, so that a crash costs one case and not the run.</summary>
internal static class SuiteRunner
{
    /// <summary>Runs a suite.</summary>
    /// <param name="engine">Name of the engine.</param>
    /// <param name="folder">The suite.</param>
    /// <param name="filter">Cases to run, by their path below the folder; null for all.</param>
    /// <returns>One result for each case, in the order of their paths.</returns>
    public static IReadOnlyList<CaseResult> Run(string engine, string folder, Regex? filter = null)
    {
        string root = Path.GetFullPath(folder);
        var results = new List<CaseResult>();
        using var worker = new WorkerProcess(engine);
        foreach (string path in Find(root))
        {
            string name = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (filter?.IsMatch(name) != false)
            {
                var (outcome, detail) = WorkerReply.Parse(worker.Ask(path));
                results.Add(new CaseResult(name, outcome, detail));
            }
        }

        return results;
    }

    private static IEnumerable<string> Find(string root) =>
        Directory.EnumerateFiles(root, "model.onnx", SearchOption.AllDirectories)
            .Select(f => Path.GetDirectoryName(f)!)
            .Where(d => Directory.EnumerateDirectories(d, "test_data_set_*").Any())
            .Order(StringComparer.Ordinal);
}
