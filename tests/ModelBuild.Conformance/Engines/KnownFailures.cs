using System.Text.RegularExpressions;
using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Engines;

/// <summary>Tests that an engine is known to fail, with reasons: the file <c>Engines/NAME/known-failures.txt</c>.</summary>
/// <param name="entries">Its lines.</param>
internal sealed class KnownFailures(IReadOnlyList<KnownFailures.Entry> entries)
{
    /// <summary>Starts the reason of a failure that depends on the machine.</summary>
    private const string Maybe = "maybe:";

    /// <summary>Reads an engine's list for one release of the suite, such as <c>1.22</c>.</summary>
    public static KnownFailures Of(string engine, string release) => Parse(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Engines", engine, "known-failures.txt")), release);

    /// <summary>Reads a list; lines for other releases are left out.</summary>
    public static KnownFailures Parse(IEnumerable<string> lines, string release) => new(
        [.. lines.Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t')).Where(c => c[0] == "*" || c[0] == release).Select(c => new Entry(new Regex($"^({c[1]})$"), c[2]))]);

    /// <summary>What speaks against a run: tests that fail and are not listed, tests that are listed and pass.</summary>
    public IReadOnlyList<string> Check(IEnumerable<CaseResult> results)
    {
        var problems = new List<string>();
        foreach (var result in results)
        {
            string name = result.Name[(result.Name.LastIndexOf('/') + 1)..];
            var entry = entries.FirstOrDefault(e => e.Pattern.IsMatch(name));
            if (result.Outcome == Outcome.Passed && entry?.Reason.StartsWith(Maybe, StringComparison.Ordinal) == false)
            {
                problems.Add($"{result.Name} passes, so it is no known failure ({entry.Reason})");
            }
            else if (result.Outcome != Outcome.Passed && entry is null)
            {
                problems.Add($"{result.Name} {result.Outcome}: {result.Detail}");
            }
        }

        return problems;
    }

    /// <summary>One line.</summary>
    /// <param name="Pattern">The test's name, the whole of it.</param>
    /// <param name="Reason">Why it fails.</param>
    internal sealed record Entry(Regex Pattern, string Reason);
}
