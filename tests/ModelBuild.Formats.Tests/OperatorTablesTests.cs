using System.Text;
using ModelBuild.Formats;
using ModelBuild.Tests;

namespace ModelBuild.Formats.Tests;

/// <summary>docs/formats.md lists, op by op, what the lists of the formats hold.</summary>
[TestClass]
public sealed class OperatorTablesTests
{
    private const string Start = "<!-- operators -->\n";
    private const string End = "<!-- /operators -->";

    [TestMethod]
    public void Operator_tables_are_current()
    {
        string path = Path.Combine(SharedFolder.RepositoryRoot(), "docs", "formats.md");
        string page = File.ReadAllText(path).ReplaceLineEndings("\n");
        int start = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.IsTrue(start >= Start.Length && end >= start, "The markers are missing.");
        string tables = Tables();
        if (Environment.GetEnvironmentVariable("MODELBUILD_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page[..start] + tables + page[end..]);
            return;
        }

        Assert.AreEqual(tables, page[start..end], "Run this test with MODELBUILD_UPDATE_DOCS=1.");
    }

    [TestMethod]
    public void No_operator_is_listed_twice()
    {
        foreach (IModelFormat format in ModelFormats.All)
        {
            string[] twice = [.. format.Operators.GroupBy(o => o.Operator).Where(g => g.Count() > 1).Select(g => g.Key)];
            Assert.IsEmpty(twice, $"{format.Name}: {string.Join(", ", twice)}");
        }
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach (IModelFormat format in ModelFormats.All.Where(f => f.Operators.Count > 0))
        {
            text.Append("\n### ").Append(format.Name).Append("\n\n| Operator | ONNX | Read | Write |\n|---|---|---|---|\n");
            foreach (OperatorMapping o in format.Operators.OrderBy(o => o.Operator, StringComparer.Ordinal))
            {
                text.Append($"| `{o.Operator}` | {o.Onnx.Replace("|", "or", StringComparison.Ordinal)} | {(o.IsRead ? "yes" : "no")} | {(o.IsWritten ? "yes" : "no")} |\n");
            }
        }

        return text.Append('\n').ToString();
    }
}
