using System.Text.RegularExpressions;

namespace ModelBuild;

[TestClass]
public sealed partial class DocumentationTests
{
    [TestMethod]
    public void Every_relative_link_leads_to_a_file()
    {
        string root = Repository.Folder;
        string[] pages =
        [
            .. Directory.EnumerateFiles(root, "*.md"),
            .. new[] { "docs", "build", "samples", "tests" }.Select(f => Path.Combine(root, f)).Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, "*.md", SearchOption.AllDirectories))
                .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")),
        ];
        Assert.IsGreaterThan(5, pages.Length);
        foreach (string page in pages)
        {
            foreach (Match link in RelativeLink().Matches(File.ReadAllText(page)))
            {
                string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value));
                Assert.IsTrue(Path.Exists(target), $"{Path.GetRelativePath(root, page)} links to {link.Groups[1].Value}, which does not exist.");
            }
        }
    }

    /// <summary>Markdown's target of a link that is neither an address nor a heading of the same page.</summary>
    [GeneratedRegex(@"\]\((?![a-z]+:)([^)#\s]+)")]
    private static partial Regex RelativeLink();
}
