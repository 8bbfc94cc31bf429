using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Report;
using ModelBuild.Formats;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

[TestClass]
public sealed class RealModelTests
{
    private static CompressionOptions Options(string scheme) => new() { ClassName = "M", Quantize = scheme, MeasureTime = false };

    [TestMethod]
    public void ResNet18_takes_a_quarter_and_keeps_its_features()
    {
        using Model model = TestModels.Read(TestModels.ResNet18);
        CompressionResult result = Compressor.Run(model, Options("int8"));
        Assert.IsLessThanOrEqualTo(0.26 * result.Report.WeightBytesBefore, result.Report.WeightBytesAfter);
        Assert.IsGreaterThanOrEqualTo(0.99, result.Report.Cosine!.Value);
        Assert.IsTrue(result.Report.Layers.All(l => l.IsCompressed && l.OutputError < 0.05));
        Assert.HasCount(22, result.Report.Layers);
    }

    [TestMethod]
    [DataRow("torch-made/fashion_cnn/fashion_cnn.onnx", "int8", 0.27, 0.99)]
    [DataRow("torch-made/fashion_cnn/fashion_cnn.onnx", "fp16", 0.51, 0.99999)]
    [DataRow("torch-made/bilstm/bilstm.onnx", "int8", 0.32, 0.99)]
    [DataRow("torch-made/tinyencoder/tinyencoder.onnx", "int8", 0.35, 0.99)]
    [DataRow("torch-made/tinyencoder/tinyencoder.onnx", "bf16", 0.55, 0.999)]
    [DataRow("google+magika/assets/models/standard_v2_1/model.onnx", "int8", 0.35, 0.99)]
    [DataRow("sonos+tract/onnx/test_cases/byte_sb_bidi_lstm/model.onnx", "int8", 0.30, 0.99)]
    [DataRow("Linzaer+Ultra-Light-Fast-Generic-Face-Detector-1MB/models/onnx/version-RFB-320.onnx", "int8", 0.40, 0.99)]
    public void Models_of_the_corpus_shrink_and_agree(string path, string scheme, double size, double cosine)
    {
        using Model model = TestModels.Read(TestModels.Shared($"corpus/{path}"));
        CompressionResult result = Compressor.Run(model, Options(scheme));
        Assert.IsTrue(result.Report.Applied, string.Join(" ", result.Messages));
        Assert.IsLessThanOrEqualTo(size, (double)result.Report.WeightBytesAfter / result.Report.WeightBytesBefore);
        Assert.IsNotNull(result.Report.Cosine, string.Join(" ", result.Messages));
        Assert.IsGreaterThanOrEqualTo(cosine, result.Report.Cosine.Value);
    }

    [TestMethod]
    public void The_same_inputs_give_the_same_bytes_on_any_number_of_threads()
    {
        string source = TestModels.Shared("corpus/torch-made/fashion_cnn/fashion_cnn.onnx");
        using var folder = new TemporaryFolder(null);
        var files = new List<Dictionary<string, byte[]>>();
        foreach (int threads in new[] { 1, 2, 2 })
        {
            string target = Directory.CreateDirectory(Path.Combine(folder.Path, files.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName;
            using Model model = TestModels.Read(source);
            CompressionResult result = Compressor.Run(model, Options("int8") with { Threads = threads });
            ModelFormats.Write(result.Model, Path.Combine(target, "M.onnx"), new ModelWriteOptions { ExternalData = true });
            ReportFiles.Write(result, Path.Combine(target, "M"));
            files.Add(Directory.EnumerateFiles(target).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes));
        }

        CollectionAssert.AreEquivalent(new[] { "M.onnx", "M.onnx.data", "M.report.json", "M.report.html" }, files[0].Keys.ToArray());
        foreach ((string name, byte[] bytes) in files[0])
        {
            CollectionAssert.AreEqual(bytes, files[1][name], name);
            CollectionAssert.AreEqual(bytes, files[2][name], name);
        }
    }

    [TestMethod]
    public void The_compared_intermediates_are_those_that_both_have()
    {
        string source = TestModels.Shared("corpus/torch-made/fashion_cnn/fashion_cnn.onnx");
        using var folder = new TemporaryFolder(null);
        string target = Path.Combine(folder.Path, "M.onnx");
        using Model model = ModelFormats.Read(source);
        ModelFormats.Write(Compressor.Run(model, Options("fp16")).Model, target);
        ModelComparison compared = ModelComparer.Compare(source, target, new Data.RandomInputs(model, new Data.RandomInputOptions()), new ComparisonOptions { Layers = true });
        Assert.IsGreaterThan(3, compared.Layers.Count);
        Assert.IsTrue(compared.Layers.All(l => l.Cosine > 0.9999 && l.Mismatch is null));
    }
}
