using ModelBuild.Graphs;
using ModelBuild.Manifest;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class DescribeTests : ToolTest
{
    [TestMethod]
    public void Signature_states_names_types_shapes_and_where_the_weights_go()
    {
        string model = TestModels.Linear(At("lin.onnx"), change: m =>
        {
            m.DocString = "Adds\ttwo\nlines";
            m.Metadata["License"] = "MIT";
        });
        Describe(new Asset(model, "Lin")).ShouldSucceed();

        ModelSignature s = Read("Lin");
        Assert.AreEqual("Lin", s.ClassName);
        Assert.AreEqual("App.Models", s.Namespace);
        Assert.AreEqual("internal", s.Accessibility);
        Assert.AreEqual("lin.onnx", s.ModelFile);
        Assert.AreEqual("ONNX", s.Format);
        Assert.AreEqual(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(model))), s.ContentHash);
        Assert.AreEqual("Adds\ttwo\nlines", s.DocString);
        Assert.AreEqual("tests 1", s.Producer);
        Assert.AreEqual("MIT", s.License);
        Assert.AreEqual("OnnxRuntime", s.Backend);
        Assert.AreEqual("", s.BackendReason);
        Assert.AreEqual("Cpu", string.Join(";", s.ExecutionProviders));
        Assert.AreEqual("models/Lin.onnx", s.WeightsFile);
        Assert.AreEqual("Embedded", s.Storage);
        Assert.AreEqual("x float32 batch,4", Text(s.Inputs[0]));
        Assert.AreEqual("y float32 batch,3", Text(s.Outputs[0]));
        Assert.AreEqual(PlanFile.Empty, File.ReadAllText(At("obj", "Lin.mbplan")));
        Assert.AreEqual("", File.ReadAllText(At("obj", "Lin.inputs")));
    }

    [TestMethod]
    public void A_model_of_more_than_256_kB_is_not_embedded()
    {
        string model = TestModels.Linear(At("big.onnx"), 256, 300);
        Describe(new Asset(model, "Big")).ShouldSucceed();
        Assert.AreEqual("File", Read("Big").Storage);
        Describe(new Asset(model, "Big", "Storage=Embedded")).ShouldSucceed();
        Assert.AreEqual("Embedded", Read("Big").Storage);
    }

    [TestMethod]
    public void External_data_counts_for_size_and_is_listed_as_an_input()
    {
        string inside = TestModels.Linear(At("in.onnx"), 256, 300);
        Tool("convert", inside, At("ext.onnx"), "--external-data", "true").ShouldSucceed();
        Assert.IsLessThan(20_000, new FileInfo(At("ext.onnx")).Length);
        Describe(new Asset(At("ext.onnx"), "Ext")).ShouldSucceed();
        Assert.AreEqual("File", Read("Ext").Storage);
        Assert.AreEqual(At("ext.onnx.data") + "\n", File.ReadAllText(At("obj", "Ext.inputs")));
    }

    [TestMethod]
    public void An_unchanged_signature_is_not_written_again()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Describe(new Asset(model, "Lin")).ShouldSucceed();
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(At("obj", "Lin.mbsig"), old);
        File.WriteAllText(At("obj", "Lin.mbplan"), "a plan");
        Describe(new Asset(model, "Lin")).ShouldSucceed();
        Assert.AreEqual(old, File.GetLastWriteTimeUtc(At("obj", "Lin.mbsig")));
        Assert.AreEqual("a plan", File.ReadAllText(At("obj", "Lin.mbplan")));
        Describe(new Asset(model, "Lin", "Rename=y=result")).ShouldSucceed();
        Assert.AreEqual("result", Read("Lin").Outputs[0].PublicName);
    }

    [TestMethod]
    public void State_constants_and_context_are_bound_to_the_model()
    {
        string model = TestModels.Stateful(At("vad.onnx"));
        Describe(new Asset(model, "Vad", "State=state=stateN", "Constants=sr=16000", "Context=input=32", "ExecutionProviders=cuda; CPU")).ShouldSucceed();
        ModelSignature s = Read("Vad");
        Assert.AreEqual("input,state", string.Join(",", s.Inputs.Select(i => i.Name)));
        Assert.AreEqual(new ConstantSignature("sr", "int64", EquatableArray<string>.Empty, "16000"), s.Constants[0]);
        Assert.AreEqual(new StateSignature("state", "stateN"), s.States[0]);
        Assert.AreEqual(new ContextSignature("input", 32), s.Contexts[0]);
        Assert.AreEqual("Cuda,Cpu", string.Join(",", s.ExecutionProviders));
    }

    [TestMethod]
    public void A_stream_is_one_sequence_when_the_model_leaves_that_open()
    {
        string model = TestModels.Stateful(At("vad.onnx"), Dimension.Named("batch"), Dimension.Named("samples"));
        Describe(new Asset(model, "Vad", "State=state=stateN", "Constants=sr=16000", "Context=input=32")).ShouldSucceed();
        ModelSignature s = Read("Vad");
        Assert.AreEqual("input float32 1,samples", Text(s.Inputs[0]));
        Assert.AreEqual("state float32 1,4", Text(s.Inputs[1]));
        Assert.AreEqual("out float32 1,samples", Text(s.Outputs[0]));
        Describe(new Asset(model, "Vad", "State=state=stateN", "Constants=sr=16000", "InputShapes=input=3,96;state=3,4")).ShouldSucceed();
        Assert.AreEqual("input float32 3,96", Text(Read("Vad").Inputs[0]));
    }

    [TestMethod]
    public void Preprocess_and_labels_are_bound_to_the_model()
    {
        string model = TestModels.Image(At("img.onnx"));
        File.WriteAllText(At("labels.txt"), "cat\ndog\nbird\n\n");
        Describe(new Asset(model, "Img", "Preprocess=resize=shortest:10,bicubic,opencv; crop=8x8; color=bgr; scale=1/255; mean=0.485,0.456,0.406; std=0.5", "Labels=" + At("labels.txt"))).ShouldSucceed();
        ModelSignature s = Read("Img");
        Assert.AreEqual("cat,dog,bird", string.Join(",", s.Labels));
        PreprocessSignature p = s.Preprocess[0];
        Assert.AreEqual(("image", "shortest", 10, "bicubic", "opencv"), (p.Input, p.Resize, p.ResizeWidth, p.Interpolation, p.Library));
        Assert.AreEqual((8, 8, "bgr", "NCHW"), (p.CropWidth, p.CropHeight, p.Color, p.Layout));
        Assert.AreEqual(1 / 255.0, double.Parse(p.Scale, System.Globalization.CultureInfo.InvariantCulture));
        Assert.AreEqual("0.485,0.456,0.406", string.Join(",", p.Mean));
        Assert.AreEqual("0.5,0.5,0.5", string.Join(",", p.Std));
    }

    [TestMethod]
    public void Input_shapes_fix_the_symbols_everywhere()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Describe(new Asset(model, "Lin", "InputShapes=x=8,4")).ShouldSucceed();
        Assert.AreEqual("x float32 8,4", Text(Read("Lin").Inputs[0]));
        Assert.AreEqual("y float32 8,3", Text(Read("Lin").Outputs[0]));
    }

    [TestMethod]
    [DataRow("Quantize=int9", "MB0003", "int8-static")]
    [DataRow("Storage=Cloud", "MB0003", "Embedded")]
    [DataRow("Backend=Gpu", "MB0003", "OnnxRuntime")]
    [DataRow("ExecutionProviders=Cpu;Vulkan", "MB0003", "Vulkan")]
    [DataRow("Rename=x", "MB0003", "name=value")]
    [DataRow("Rename=q=z", "MB0010", "'q'")]
    [DataRow("Constants=q=1", "MB0010", "'q'")]
    [DataRow("Constants=x=1", "MB0003", "fixed shape")]
    [DataRow("State=x=nothing", "MB0010", "'nothing'")]
    [DataRow("State=x=y", "MB0003", "differ")]
    [DataRow("Context=x=4", "MB0003", "longer")]
    [DataRow("Context=x=many", "MB0003", "many")]
    [DataRow("InputShapes=x=1,5", "MB0003", "contradicts")]
    [DataRow("InputShapes=x=1", "MB0003", "dimensions")]
    [DataRow("InputShapes=z=1", "MB0010", "'z'")]
    [DataRow("MaxAccuracyDrop=2", "MB0003", "0 to 1")]
    [DataRow("Seed=-1", "MB0003", "Seed")]
    [DataRow("Verify=maybe", "MB0003", "true, false")]
    [DataRow("Preprocess=size=3", "MB0003", "'size'")]
    [DataRow("Preprocess=color=rgb", "MB0003", "input=NAME")]
    [DataRow("Preprocess=input=x;color=rgb", "MB0003", "no image")]
    [DataRow("Labels=missing.txt", "MB0011", "missing.txt")]
    [DataRow("Tokenizer=missing.json", "MB0011", "missing.json")]
    [DataRow("Calibration=missing.npz", "MB0011", "missing.npz")]
    [DataRow("Pooling=sum", "MB0003", "mean")]
    [DataRow("Prune=0.9", "MB3003", "not available")]
    [DataRow("AllowSlower=true", "MB3003", "not available")]
    [DataRow("Epochs=5", "MB3003", "not available")]
    [DataRow("ConvertTo=tflite", "MB1012", "not available")]
    [DataRow("Format=CoreML", "MB0003", "ONNX")]
    public void A_bad_value_is_one_error_at_the_project_file(string metadata, string code, string part)
    {
        string model = TestModels.Linear(At("lin.onnx"));
        string line = Describe(new Asset(model, "Lin", metadata)).ShouldFail(code);
        StringAssert.StartsWith(line, At("app.csproj") + "(1,1)");
        StringAssert.Contains(line, part);
        StringAssert.Contains(line, "'lin.onnx'");
        Assert.IsFalse(File.Exists(At("obj", "Lin.mbsig")));
    }

    [TestMethod]
    [DataRow("resize=exact:8", "WIDTHxHEIGHT")]
    [DataRow("resize=wide:8x8", "exact:")]
    [DataRow("resize=exact:8x8,cubic", "cubic")]
    [DataRow("resize=exact:8x8,area", "opencv")]
    [DataRow("crop=9x9", "9x9")]
    [DataRow("resize=exact:6x6;crop=8x8", "smaller")]
    [DataRow("color=gray", "1 channels")]
    [DataRow("scale=big", "big")]
    [DataRow("scale=1/0", "1/0")]
    [DataRow("std=0,1,1", "zero")]
    [DataRow("mean=1,2", "3 channels")]
    [DataRow("layout=NHWC", "8")]
    [DataRow("layout=CHW", "4 dimensions")]
    [DataRow("color=rgb;color=bgr", "twice")]
    [DataRow("color", "key=value")]
    public void A_bad_preprocess_says_what_is_wrong(string preprocess, string part)
    {
        string model = TestModels.Image(At("img.onnx"));
        StringAssert.Contains(Describe(new Asset(model, "Img", "Preprocess=" + preprocess)).ShouldFail("MB0003"), part);
    }

    [TestMethod]
    public void Labels_must_be_as_many_as_the_classes()
    {
        string model = TestModels.Image(At("img.onnx"));
        File.WriteAllText(At("labels.txt"), "cat\ndog\n");
        string line = Describe(new Asset(model, "Img", "Labels=" + At("labels.txt"))).ShouldFail("MB0003");
        StringAssert.Contains(line, "2 names");
        StringAssert.Contains(line, "3 classes");
    }

    [TestMethod]
    public void An_operator_set_that_no_backend_has_is_an_error_at_the_model()
    {
        string model = TestModels.Operator(At("op.onnx"), "Foo", "com.example");
        string line = Describe(new Asset(model, "Op")).ShouldFail("MB2001");
        StringAssert.StartsWith(line, model + "(1,1)");
        StringAssert.Contains(line, "'Foo'");
        StringAssert.Contains(line, "'com.example'");
        StringAssert.Contains(line, "'the_node'");
    }

    [TestMethod]
    public void A_project_without_a_backend_is_an_error()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        string file = Arguments("d.rsp", "", new Asset(model, "Lin"));
        File.WriteAllText(file, File.ReadAllText(file).Replace("backends=OnnxRuntime", "backends=", StringComparison.Ordinal));
        StringAssert.Contains(Tool("describe", "@" + file).ShouldFail("MB0008"), "ModelBuild.OnnxRuntime");
    }

    [TestMethod]
    public void One_bad_model_does_not_hide_the_others()
    {
        string good = TestModels.Linear(At("good.onnx"));
        ToolResult result = Describe(new Asset(At("missing.onnx"), "Missing"), new Asset(good, "Good"), new Asset(good, "Bad", "Quantize=no"));
        Assert.AreEqual(3, result.ExitCode);
        StringAssert.Contains(result.Error, "MB0001");
        StringAssert.Contains(result.Error, "MB0003");
        Assert.IsTrue(File.Exists(At("obj", "Good.mbsig")));
    }

    [TestMethod]
    public void An_arguments_file_that_is_missing_or_wrong_is_wrong_usage()
    {
        Assert.AreEqual(2, Tool("describe", "@" + At("none.rsp")).ExitCode);
        File.WriteAllText(At("bad.rsp"), "[asset]\nnot a line\n");
        Assert.AreEqual(2, Tool("describe", "@" + At("bad.rsp")).ExitCode);
        File.WriteAllText(At("bad.rsp"), "[asset]\nclass=X\n");
        Assert.AreEqual(2, Tool("describe", "@" + At("bad.rsp")).ExitCode);
        Assert.AreEqual(2, Tool("build", "@" + At("bad.rsp")).ExitCode);
    }

    [TestMethod]
    public void The_signature_can_be_written_where_nothing_was_and_an_unwritable_place_is_an_error()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        File.WriteAllText(At("file"), "");
        StringAssert.Contains(Describe(new Asset(model, "Lin") { Obj = "file" }).ShouldFail("MB0009"), "Lin.mbsig");
    }

    private ModelSignature Read(string name) => SignatureFile.Read(File.ReadAllText(At("obj", name + ".mbsig")));

    private static string Text(TensorSignature t) => $"{t.PublicName} {t.ElementType} {string.Join(",", t.Dimensions)}";
}
