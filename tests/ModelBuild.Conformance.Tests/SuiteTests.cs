using System.Formats.Tar;
using System.IO.Compression;
using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Tests;

/// <summary>ONNX's own backend tests, where they are on this machine: every test passes or is a known failure, and no known failure passes.</summary>
[TestClass]
public sealed class SuiteTests
{
    private const string Release12 = "/usr/share/libonnx-testdata/data";

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow("onnxruntime"), DataRow("rewritten"), DataRow("compiled"), DataRow("generated")]
    public void Release_1_12(string engine)
    {
        if (!Directory.Exists(Release12))
        {
            Assert.Inconclusive("Skipped: Debian's package libonnx-testdata is not installed.");
        }

        Run(engine, "1.12", Release12, atLeast: 1000);
    }

    [TestMethod]
    [DataRow("onnxruntime"), DataRow("rewritten"), DataRow("compiled"), DataRow("generated")]
    public void Release_1_22(string engine)
    {
        string archive = SharedFolder.Find("suites/onnx-backend-tests-1.22.0.tar.gz");
        string folder = Directory.CreateTempSubdirectory("modelbuild-suite-").FullName;
        try
        {
            using (var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
            {
                TarFile.ExtractToDirectory(stream, folder, overwriteFiles: false);
            }

            Run(engine, "1.22", folder, atLeast: 1900);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Run(string engine, string release, string folder, int atLeast)
    {
        var results = SuiteRunner.Run(engine, folder);
        TestContext.WriteLine($"{engine}, release {release}: {SuiteCommand.Summary(results)}");
        Assert.IsGreaterThanOrEqualTo(atLeast, results.Count);
        var problems = KnownFailures.Of(engine, release).Check(results);
        Assert.IsEmpty(problems, string.Join(Environment.NewLine, problems));
    }
}
