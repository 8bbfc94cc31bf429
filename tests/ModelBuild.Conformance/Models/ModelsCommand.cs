using System.Text.RegularExpressions;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Models;

/// <summary>The verb <c>models</c>.</summary>
internal static class ModelsCommand
{
    /// <summary>Starts the worker's job; the engine's name follows.</summary>
    public const string JobPrefix = "models:";

    public static int Run(string folder, ReadOnlySpan<string> args)
    {
        var options = new Options(args, "--engine", "--filter", "--shapes", "--tsv");
        string engine = options["--engine"] ?? "compiled";
        _ = EngineList.Find(engine) ?? throw new UsageException($"There is no engine '{engine}'; there are {string.Join(", ", EngineList.All.Select(e => e.Name))}.");
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {folder}.");
        }

        string root = Path.GetFullPath(folder);
        Regex? filter = options["--filter"] is { } pattern ? new Regex(pattern) : null;
        var results = new List<CaseResult>();
        using (var worker = new WorkerProcess(JobPrefix + engine))
        {
            foreach (string file in Directory.EnumerateFiles(root, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string name = Path.GetRelativePath(root, file).Replace('\\', '/');
                if (filter?.IsMatch(name) != false)
                {
                    (Outcome outcome, string detail) = WorkerReply.Parse(worker.Ask($"{file}\t{options["--shapes"]}"));
                    results.Add(new CaseResult(name, outcome, detail));
                }
            }
        }

        foreach (CaseResult result in results.Where(r => r.Outcome != Outcome.Passed && !IsWithoutOracle(r)))
        {
            Console.WriteLine($"{SuiteCommand.Word(result.Outcome),-11} {result.Name}: {result.Detail}");
        }

        if (options["--tsv"] is { } tsv)
        {
            File.WriteAllLines(tsv, ["model\toutcome\tdetail", .. results.Select(r => $"{r.Name}\t{SuiteCommand.Word(r.Outcome)}\t{r.Detail}")]);
        }

        int without = results.Count(IsWithoutOracle);
        Console.WriteLine(SuiteCommand.Summary([.. results.Where(r => !IsWithoutOracle(r))]) + $"; {without} that ONNX Runtime does not run");
        return results.Count > 0 ? 0 : 1;
    }

    private static bool IsWithoutOracle(CaseResult result) => result.Outcome == Outcome.Unsupported && result.Detail.StartsWith(ModelChecker.NoOracle, StringComparison.Ordinal);
}
