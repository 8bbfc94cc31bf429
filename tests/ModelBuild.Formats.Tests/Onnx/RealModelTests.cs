using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Formats.Tests.Onnx;

/// <summary>Real files: every one is read, written, read again as the same, and written again as the same bytes.</summary>
[TestClass]
public sealed class RealModelTests
{
    /// <summary>Debian's package of ONNX's backend tests.</summary>
    private const string DebianSuite = "/usr/share/libonnx-testdata/data";

    [TestMethod]
    public void Models_of_the_corpus() => RoundTrip(SharedFolder.Find("corpus"), 700);

    [TestMethod]
    public void Models_of_the_ONNX_suite() => RoundTrip(SharedFolder.Suite(), 1914);

    [TestMethod]
    public void Models_of_the_older_ONNX_suite()
    {
        if (!Directory.Exists(DebianSuite))
        {
            Assert.Inconclusive($"Skipped: {DebianSuite} is not there. Install libonnx-testdata.");
        }

        RoundTrip(DebianSuite, 1072);
    }

    [TestMethod]
    public void ONNX_Runtime_takes_what_it_took_before()
    {
        using var folder = new TempFolder();
        int opened = 0;
        string[] models = [.. Directory.EnumerateFiles(SharedFolder.Suite(), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        for (int i = 0; i < models.Length; i += 12)
        {
            if (Open(models[i]) is not { } before)
            {
                continue;
            }

            using (Model model = ModelFormats.Read(models[i]))
            {
                ModelFormats.Write(model, folder.File("m.onnx"), new ModelWriteOptions { ExternalData = i % 24 == 0, ExternalDataThreshold = 128 });
            }

            Assert.AreEqual(before, Open(folder.File("m.onnx")), models[i]);
            opened++;
        }

        Assert.IsGreaterThan(100, opened);
    }

    /// <summary>Inputs and outputs with their types as ONNX Runtime sees them, or null when it refuses the file.</summary>
    private static string? Open(string path)
    {
        try
        {
            using OrtSession session = OrtSession.Open(path);
            return string.Join(';', session.Inputs.Concat(session.Outputs).Select(i => i.Type is OrtTensorType t
                ? $"{i.Name} {t.ElementType}[{string.Join(',', t.Dimensions)}] {string.Join(',', t.Symbols)}"
                : $"{i.Name} {i.Type.GetType().Name}"));
        }
        catch (OrtException)
        {
            return null;
        }
    }

    private static void RoundTrip(string root, int atLeast)
    {
        using var folder = new TempFolder();
        int count = 0;
        foreach (string path in Directory.EnumerateFiles(root, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            Model model;
            try
            {
                model = ModelFormats.Read(path);
            }
            catch (ModelException e) when (e.Code == "MB1007")
            {
                // Published without its weights.
                continue;
            }

            using (model)
            {
                if (model.Graph.Name.Length == 0)
                {
                    model.Graph.Name = "graph";
                }

                ModelFormats.Write(model, folder.File("first.onnx"));
                using Model again = ModelFormats.Read(folder.File("first.onnx"));
                string expected = ModelText.Of(model);
                if (expected != ModelText.Of(again))
                {
                    Assert.AreEqual(expected, ModelText.Of(again), path);
                }

                ModelFormats.Write(again, folder.File("second.onnx"));
                Assert.IsTrue(File.ReadAllBytes(folder.File("first.onnx")).AsSpan().SequenceEqual(File.ReadAllBytes(folder.File("second.onnx"))), $"{path} gives other bytes the second time.");
            }

            count++;
        }

        Assert.IsGreaterThanOrEqualTo(atLeast, count);
    }
}
