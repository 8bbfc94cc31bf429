using System.Text.RegularExpressions;

namespace ModelBuild.Diagnostics;

[TestClass]
public sealed partial class DiagnosticPagesTests
{
    private static string PagesFolder { get; } = Path.Combine(Repository.Folder, "docs", "diagnostics");

    [TestMethod]
    public void Every_code_has_a_page_and_every_page_a_code()
    {
        string[] codes = [.. DiagnosticCodes.All.Select(c => c.Id)];
        string[] pages = [.. Directory.EnumerateFiles(PagesFolder, "*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(codes.Order(StringComparer.Ordinal).ToArray(), pages);
    }

    [TestMethod]
    public void Codes_are_well_formed_unique_and_in_order()
    {
        string[] codes = [.. DiagnosticCodes.All.Select(c => c.Id)];
        CollectionAssert.AreEqual(codes.Distinct().Order(StringComparer.Ordinal).ToArray(), codes);
        Assert.IsTrue(codes.All(c => CodePattern().IsMatch(c)));
    }

    [TestMethod]
    public void A_page_has_the_codes_title_the_cause_the_remedy_and_an_example()
    {
        foreach (DiagnosticCode code in DiagnosticCodes.All)
        {
            string text = File.ReadAllText(Path.Combine(PagesFolder, code.Id + ".md")).ReplaceLineEndings("\n");
            Assert.StartsWith($"# {code.Id}: {code.Title}\n", text);
            foreach (string heading in new[] { "\n## Why\n", "\n## What to do\n", "\n## Example\n" })
            {
                Assert.Contains(heading, text, $"{code.Id} has no '{heading.Trim()}'");
            }
        }
    }

    [TestMethod]
    public void Every_code_that_the_sources_use_is_listed()
    {
        HashSet<string> listed = [.. DiagnosticCodes.All.Select(c => c.Id)];
        foreach (string folder in new[] { "src", "build" })
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Folder, folder), "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is ".cs" or ".targets" or ".props")
                .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")))
            {
                foreach (Match match in UsedCodePattern().Matches(File.ReadAllText(file)))
                {
                    Assert.Contains(match.Groups[1].Value, listed, $"{file} uses {match.Value}, which DiagnosticCodes does not list");
                }
            }
        }
    }

    [GeneratedRegex("^MB[0-9]{4}$")]
    private static partial Regex CodePattern();

    [GeneratedRegex("[\"'](MB[0-9]{4})[\"']")]
    private static partial Regex UsedCodePattern();
}
