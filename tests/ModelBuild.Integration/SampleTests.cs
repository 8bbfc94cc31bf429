using System.Text.RegularExpressions;
using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Each sample, built and run by one command as the README says: with the repository's own tool, task and generator. One after the other, because all build into the repository's folders.</summary>
[TestClass]
[DoNotParallelize]
public sealed partial class SampleTests
{
    [TestMethod]
    [DynamicData(nameof(Samples))]
    public async Task A_sample_builds_and_runs(string sample)
    {
        TestProject folder = TestProject.Create("Sample_" + sample);
        folder.Environment.Remove("NUGET_PACKAGES");
        folder.Environment["MODELBUILD_CACHE"] = folder.PathOf("cache");
        Outcome run = (await DotNet.RunAsync(folder.Folder, folder.Environment,
            "run", "--project", Path.Combine(Repository.Root, "samples", sample), "-c", Repository.Configuration)).Succeeded();
        Assert.DoesNotContain(": warning ", run.Output);
        Assert.IsGreaterThan(1, run.Output.Split('\n').Length, run.Shown);
        if (sample == "Digits")
        {
            AssertReadsEveryDrawing(run.Output);
        }
        else if (sample == "ImageSearch")
        {
            AssertFindsTheSubject(run.Output);
        }
    }

    /// <summary>A drawing's file is named after its digit.</summary>
    private static void AssertReadsEveryDrawing(string output)
    {
        MatchCollection answers = Answer().Matches(output);
        Assert.HasCount(Directory.GetFiles(Path.Combine(Repository.Root, "samples", "Digits", "drawings")).Length, answers);
        foreach (Match answer in answers)
        {
            Assert.AreEqual(answer.Groups["file"].Value, answer.Groups["digit"].Value, answer.Value);
        }
    }

    /// <summary>There are three pictures of each subject, named subject-number: the two nearest are the other two.</summary>
    private static void AssertFindsTheSubject(string output)
    {
        MatchCollection rows = Row().Matches(output);
        Assert.HasCount(Directory.GetFiles(Path.Combine(Repository.Root, "samples", "ImageSearch", "pictures"), "*.jpg").Length, rows);
        foreach (Match row in rows)
        {
            Assert.AreEqual(row.Groups["subject"].Value, row.Groups["first"].Value, row.Value);
            Assert.AreEqual(row.Groups["subject"].Value, row.Groups["second"].Value, row.Value);
        }

        string sheet = Sheet().Match(output).Groups[1].Value.Trim();
        Assert.IsTrue(File.Exists(sheet), sheet);
    }

    [GeneratedRegex(@"^(?<file>\w+)\.(txt|png): (?<digit>\w+) \(", RegexOptions.Multiline)]
    private static partial Regex Answer();

    [GeneratedRegex(@"^(?<subject>[a-z]+)-\d +\d\.\d+ (?<first>[a-z]+)-\d +\d\.\d+ (?<second>[a-z]+)-\d ", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("^Contact sheet: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Sheet();

    /// <summary>Folders of samples.</summary>
    public static IEnumerable<object[]> Samples =>
        Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Where(f => Directory.GetFiles(f, "*.csproj").Length == 1).Select(f => new object[] { Path.GetFileName(f) });
}
