using System.Text;
using System.Text.Json;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

[TestClass]
public sealed class ReportTests
{
    private static CompressionReport Sample() => new()
    {
        ClassName = "Image<Features>",
        Scheme = "int8",
        Description = "d",
        Applied = true,
        BytesBefore = 44_700_000,
        BytesAfter = 11_300_000,
        WeightBytesBefore = 44_000_000,
        WeightBytesAfter = 11_000_000,
        Data = "data.npz",
        Batches = 2,
        Outputs = [new OutputComparison { Name = "<script>alert(1)</script>", ElementType = ElementType.Float32, Elements = 512, Cosine = 0.9971, MaxAbsolute = double.NaN, SignalToNoise = double.PositiveInfinity }],
        Layers = [new LayerReport("conv<1>", "Conv", ["w"], "64x3x7x7", 37632, 9664, "float32", 0.0123456, 0.00234567, 0.99999, "a & b"), new LayerReport("b", "Add", ["c"], "", 4, 4, "float32", null, null, null, "")],
        Notes = ["n"],
        Messages = ["MB3006: m"],
    };

    [TestMethod]
    public void The_build_line_has_sizes_and_cosine()
    {
        Assert.AreEqual("Image<Features>: 44.7 -> 11.3 MB, cosine 0.997", Sample().Summary);
        Assert.AreEqual("Image<Features>: 44.7 MB", (Sample() with { Applied = false }).Summary);
    }

    [TestMethod]
    public void Json_is_versioned_and_holds_no_odd_numbers()
    {
        using JsonDocument json = JsonDocument.Parse(ReportJson.Write(Sample()));
        JsonElement root = json.RootElement;
        Assert.AreEqual(1, root.GetProperty("schema").GetInt32());
        Assert.AreEqual(11_300_000, root.GetProperty("bytes").GetProperty("after").GetInt64());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("outputs")[0].GetProperty("maxAbsolute").ValueKind);
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("outputs")[0].GetProperty("signalToNoise").ValueKind);
        Assert.AreEqual(0.01235, root.GetProperty("layers")[0].GetProperty("weightError").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, root.GetProperty("layers")[1].GetProperty("outputError").ValueKind);
    }

    [TestMethod]
    public void Html_escapes_names_and_loads_nothing()
    {
        string html = ReportHtml.Write(Sample());
        Assert.IsFalse(html.Contains("<script", StringComparison.Ordinal));
        Assert.IsFalse(html.Contains("http", StringComparison.Ordinal));
        StringAssert.Contains(html, "Image&lt;Features&gt;");
        StringAssert.Contains(html, "prefers-color-scheme: dark");
        StringAssert.Contains(html, "@media print");
    }

    [TestMethod]
    public void Files_are_written_whole_and_a_missing_folder_has_a_code()
    {
        using var folder = new TemporaryFolder(null);
        var result = new CompressionResult(TestModels.Empty(), Sample(), new CompressionTimings("m", 1, 5, 2, 1, 3, 4), []);
        IReadOnlyList<string> files = ReportFiles.Write(result, Path.Combine(folder.Path, "A"));
        CollectionAssert.AreEqual(new[] { "A.report.json", "A.report.html", "A.timings.json" }, files.Select(f => Path.GetFileName(f)!).ToArray());
        Assert.HasCount(3, Directory.GetFiles(folder.Path));
        using JsonDocument timings = JsonDocument.Parse(File.ReadAllBytes(files[2]));
        Assert.AreEqual(0.5, timings.RootElement.GetProperty("ratio").GetDouble());
        Assert.IsFalse(Encoding.UTF8.GetString(File.ReadAllBytes(files[0])).Contains("milliseconds", StringComparison.Ordinal));
        Assert.AreEqual("MB1011", Assert.ThrowsExactly<ModelException>(() => ReportFiles.Write(result, Path.Combine(folder.Path, "missing", "A"))).Code);
    }
}
