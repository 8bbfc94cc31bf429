using ModelBuild.Integration.Harness;

namespace ModelBuild.Integration;

/// <summary>Each sample, built and run by one command as the README says: with the repository's own tool, task and generator.</summary>
[TestClass]
public sealed class SampleTests
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
        Assert.DoesNotContain("warning", run.Output);
        Assert.IsGreaterThan(1, run.Output.Split('\n').Length, run.Shown);
    }

    /// <summary>Folders of samples.</summary>
    public static IEnumerable<object[]> Samples =>
        Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Where(f => Directory.GetFiles(f, "*.csproj").Length == 1).Select(f => new object[] { Path.GetFileName(f) });
}
