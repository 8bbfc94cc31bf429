using CsCheck;
using ModelBuild.Manifest;

namespace ModelBuild.Abstractions.Tests;

[TestClass]
public sealed class SignatureFileTests
{
    private static readonly ModelSignature s_full = new()
    {
        ClassName = "ImageFeatures",
        Namespace = "My.App",
        Accessibility = "public",
        ModelFile = "a\tb\nc\\d\re.onnx",
        Format = "ONNX",
        ContentHash = "00ff",
        DocString = "first\nsecond\r\nthird\\n",
        Producer = "pytorch 2",
        License = "MIT",
        Backend = "OnnxRuntime",
        BackendReason = "why",
        ExecutionProviders = new(["Cuda", "Cpu"]),
        WeightsFile = "models/ImageFeatures.onnx",
        Storage = "Embedded",
        Quantize = "int8",
        Inputs = new([new("x", "image", "float32", "tensor", true, new(["batch", "3", "?"]), "doc", false), new("o", "o", "string", "optional", false, default, "", true)]),
        Outputs = new([new("y", "y", "int64", "sequence", true, default, "", false)]),
        Constants = new([new("sr", "int64", default, "16000"), new("v", "float32", new(["2", "2"]), "0.5")]),
        States = new([new("state", "stateN")]),
        Contexts = new([new("input", 64)]),
        Preprocess = new([new("x", "shortest", 256, 0, "bilinear", "pillow", 224, 224, "bgr", "0.5", new(["1", "2"]), new(["3"]), "NCHW")]),
        Labels = new(["cat", "", "dog\ttab"]),
        Tokenizer = "models/vocab.txt",
        Pooling = "mean;normalize",
    };

    [TestMethod]
    public void What_is_written_is_read()
    {
        Assert.AreEqual(s_full, SignatureFile.Read(SignatureFile.Write(s_full)));
        Assert.AreEqual(SignatureFile.Write(s_full), SignatureFile.Write(SignatureFile.Read(SignatureFile.Write(s_full))));
        var empty = new ModelSignature();
        Assert.AreEqual(empty, SignatureFile.Read(SignatureFile.Write(empty)));
    }

    [TestMethod]
    public void Windows_line_ends_are_read() => Assert.AreEqual(s_full, SignatureFile.Read(SignatureFile.Write(s_full).Replace("\n", "\r\n", StringComparison.Ordinal)));

    [TestMethod]
    public void Unknown_facts_are_skipped() => Assert.AreEqual(s_full, SignatureFile.Read(SignatureFile.Write(s_full) + "later\tx\ty\n"));

    [TestMethod]
    public void Any_texts_survive() => Gen.Char.Array[0, 30].Select(c => new string(c)).Array[4].Sample(
        t => s_full with { DocString = t[0], Labels = new(t), Inputs = new([new(t[1], t[2], "float32", "tensor", true, new([t[3]]), t[0], false)]) } is var s && SignatureFile.Read(SignatureFile.Write(s)) == s,
        iter: 500);

    [TestMethod]
    [DataRow("")]
    [DataRow("modelbuild-signature\t2\n")]
    [DataRow("modelbuild-signature\t1\ninput\tx\n")]
    [DataRow("modelbuild-signature\t1\ncontext\tx\tmany\n")]
    [DataRow("\uFFFD\0")]
    public void What_is_no_signature_is_refused(string text) => Assert.ThrowsExactly<FormatException>(() => SignatureFile.Read(text));

    [TestMethod]
    public void Any_text_is_read_or_refused() => Gen.Char["\t\n\\ x1inputlabelstaeconx"].Array[0, 60].Sample(
        c =>
        {
            try
            {
                SignatureFile.Read(SignatureFile.Header + "\n" + new string(c));
            }
            catch (FormatException)
            {
            }
        },
        iter: 2000);
}
