using System.Text.RegularExpressions;
using ModelBuild.Conformance.Engines;

namespace ModelBuild.Conformance.Suite;

/// <summary>The verb <c>suite</c>.</summary>
internal static class SuiteCommand
{
    public static int Run(string folder, ReadOnlySpan<string> args)
    {
        var options = new Options(args, "--engine", "--filter", "--tsv");
        string engine = options["--engine"] ?? throw new UsageException("--engine is needed.");
        _ = EngineList.Find(engine) ?? throw new UsageException($"There is no engine '{engine}'; there are {string.Join(", ", EngineList.All.Select(e => e.Name))}.");
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {folder}.");
        }

        var results = SuiteRunner.Run(engine, folder, options["--filter"] is { } pattern ? new Regex(pattern) : null);
        foreach (var result in results.Where(r => r.Outcome != Outcome.Passed))
        {
            Console.WriteLine($"{Word(result.Outcome),-11} {result.Name}: {result.Detail}");
        }

        if (options["--tsv"] is { } file)
        {
            File.WriteAllLines(file, ["test\toutcome\tdetail", .. results.Select(r => $"{r.Name}\t{Word(r.Outcome)}\t{r.Detail}")]);
        }

        Console.WriteLine(Summary(results));
        return results.Count > 0 ? 0 : 1;
    }

    /// <summary>The line that ends a run.</summary>
    public static string Summary(IReadOnlyList<CaseResult> results) =>
        $"{Count(results, Outcome.Passed)} passed, {Count(results, Outcome.Failed)} failed, {Count(results, Outcome.Unsupported)} unsupported";

    private static int Count(IReadOnlyList<CaseResult> results, Outcome outcome) => results.Count(r => r.Outcome == outcome);

    /// <summary>An outcome as it is printed.</summary>
    public static string Word(Outcome outcome) => outcome switch { Outcome.Passed => "passed", Outcome.Failed => "failed", _ => "unsupported" };
}
