using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelBuild.Tasks.Tests;

[TestClass]
public sealed class ResolveModelAssetsTests
{
    private readonly RecordingEngine _engine = new();
    private string _folder = "";

    [TestInitialize]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("modelbuild-tasks").FullName;
        File.WriteAllText(At("net.onnx"), "model");
        File.WriteAllText(At("data.npz"), "data");
        Directory.CreateDirectory(At("saved model"));
        File.WriteAllText(At("saved model/part"), "part");
        File.WriteAllText(At("ModelBuild.Tool.dll"), "tool");
    }

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Fills_in_what_the_item_does_not_say()
    {
        ITaskItem asset = Resolve(new TaskItem("net.onnx")).Single();
        Assert.AreEqual("Net", asset.GetMetadata("Class"));
        Assert.AreEqual(At("net.onnx"), asset.ItemSpec);
        Assert.AreEqual(At("obj/modelbuild/Net.mbsig"), asset.GetMetadata("Signature"));
        string[] lines = File.ReadAllLines(asset.GetMetadata("Arguments"));
        Assert.Contains("namespace=My.App", lines);
        Assert.Contains("accessibility=internal", lines);
        Assert.Contains("source=" + At("net.onnx"), lines);
        Assert.Contains("backends=OnnxRuntime", lines);
        Assert.IsLessThan(Array.IndexOf(lines, "class=Net"), Array.IndexOf(lines, "[asset]"));
    }

    [TestMethod]
    public void A_folder_can_be_a_model()
    {
        Assert.AreEqual("SavedModel", Resolve(new TaskItem("saved model/")).Single().GetMetadata("Class"));
    }

    [TestMethod]
    public void Files_in_metadata_are_resolved_and_others_are_passed_on()
    {
        ITaskItem asset = Resolve(Item("calibration", "data.npz", "Rename", "924=sentence", "Quantize", "INT8")).Single();
        string[] lines = File.ReadAllLines(asset.GetMetadata("Arguments"));
        Assert.Contains("metadata.Calibration=" + At("data.npz"), lines);
        Assert.Contains("metadata.Rename=924=sentence", lines);
        Assert.Contains("metadata.Quantize=INT8", lines);
    }

    [TestMethod]
    public void The_arguments_are_written_only_when_they_differ()
    {
        string arguments = Resolve(new TaskItem("net.onnx")).Single().GetMetadata("Arguments");
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(arguments, old);
        Resolve(new TaskItem("net.onnx"));
        Assert.AreEqual(old, File.GetLastWriteTimeUtc(arguments));

        // An older time than before is a change like any other.
        File.SetLastWriteTimeUtc(At("net.onnx"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Resolve(new TaskItem("net.onnx"));
        Assert.AreNotEqual(old, File.GetLastWriteTimeUtc(arguments));
    }

    [TestMethod]
    [DataRow("data.npz")]
    [DataRow("ModelBuild.Tool.dll")]
    [DataRow("saved model/part")]
    public void A_change_of_any_file_that_counts_changes_the_arguments(string file)
    {
        ITaskItem item = Item("Calibration", "data.npz;saved model");
        string before = File.ReadAllText(Resolve(item).Single().GetMetadata("Arguments"));
        File.AppendAllText(At(file), "x");
        Assert.AreNotEqual(before, File.ReadAllText(Resolve(item).Single().GetMetadata("Arguments")));
    }

    [TestMethod]
    public void A_stamp_without_results_is_dropped()
    {
        ITaskItem asset = Resolve(new TaskItem("net.onnx")).Single();
        File.WriteAllText(asset.GetMetadata("OutputList"), "content\t" + At("out.onnx") + "\tmodels/Net.onnx\n");
        File.WriteAllText(At("out.onnx"), "");
        File.WriteAllText(asset.GetMetadata("Stamp"), "");
        File.WriteAllText(asset.GetMetadata("SignatureStamp"), "");
        Resolve(new TaskItem("net.onnx"));
        Assert.IsTrue(File.Exists(asset.GetMetadata("Stamp")));
        Assert.IsFalse(File.Exists(asset.GetMetadata("SignatureStamp")), "There is no signature.");
        File.Delete(At("out.onnx"));
        Resolve(new TaskItem("net.onnx"));
        Assert.IsFalse(File.Exists(asset.GetMetadata("Stamp")));
    }

    [TestMethod]
    public void A_changed_file_that_the_tool_found_drops_the_stamp()
    {
        ITaskItem asset = Resolve(new TaskItem("net.onnx")).Single();
        File.WriteAllText(asset.GetMetadata("OutputList"), "");
        File.WriteAllText(asset.GetMetadata("InputList"), At("data.npz") + "\n");
        InputFingerprint.Save(asset.GetMetadata("InputList"), asset.GetMetadata("InputStamp"));
        File.WriteAllText(asset.GetMetadata("Stamp"), "");
        Resolve(new TaskItem("net.onnx"));
        Assert.IsTrue(File.Exists(asset.GetMetadata("Stamp")));
        File.SetLastWriteTimeUtc(At("data.npz"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Resolve(new TaskItem("net.onnx"));
        Assert.IsFalse(File.Exists(asset.GetMetadata("Stamp")));
    }

    [TestMethod]
    [DataRow("Quantize", "int9", "did you mean 'int8'?")]
    [DataRow("Quantize", "whatever", "one of none, fp16")]
    [DataRow("Accessibility", "private", "internal, public")]
    [DataRow("Backend", "Onnxruntme", "did you mean 'OnnxRuntime'?")]
    [DataRow("ExecutionProviders", "Cuda;Cpp", "did you mean 'Cpu'?")]
    [DataRow("GenerateClass", "yes", "'true' or 'false'")]
    [DataRow("MaxAccuracyDrop", "2", "a fraction from 0 to 1")]
    [DataRow("Temperature", "0", "a number above 0")]
    [DataRow("Epochs", "1.5", "a whole number above 0")]
    [DataRow("Seed", "x", "a whole number")]
    [DataRow("MaxSize", "12 elephants", "a size such as '12MB'")]
    [DataRow("MaxLatency", "5ms@", "5ms@machine")]
    [DataRow("Prune", "1.2;1x16", "a fraction below 1")]
    [DataRow("Prune", "0.9;1x17", "1x16")]
    [DataRow("Metric", "top2", "did you mean 'top1'?")]
    [DataRow("Rename", "924", "pairs 'name=value'")]
    [DataRow("InputShapes", "x=1,a", "x=1,3,224,224")]
    [DataRow("Storage", "Memory", "File, Embedded")]
    [DataRow("QuantizeMethod", "gtpq", "did you mean 'gptq'?")]
    public void A_wrong_value_says_what_is_right(string name, string value, string expected)
    {
        Assert.IsEmpty(Resolve(Item(name, value)));
        BuildErrorEventArgs error = _engine.Errors.Single();
        Assert.AreEqual("MB0003", error.Code);
        Assert.Contains(expected, error.Message!);
        Assert.Contains("net.onnx", error.Message!);
    }

    [TestMethod]
    [DataRow("Prune", "0.9;1x16")]
    [DataRow("MaxSize", "12MB")]
    [DataRow("MaxSize", "800")]
    [DataRow("MaxLatency", "0.5")]
    [DataRow("MaxLatency", "5ms@laptop")]
    [DataRow("Metric", "command:python score.py")]
    [DataRow("InputShapes", "x=1,3,224,224;y=1")]
    [DataRow("ExecutionProviders", "cuda;cpu")]
    [DataRow("Labels", "cat;dog")]
    [DataRow("EncryptionKey", "MODEL_KEY")]
    [DataRow("Distill", "width:0.5")]
    [DataRow("Visible", "false")]
    public void A_right_value_is_taken(string name, string value)
    {
        Assert.HasCount(1, Resolve(Item(name, value)));
        Assert.IsEmpty(_engine.Errors);
    }

    [TestMethod]
    [DataRow("Quantise", "Did you mean 'Quantize'?")]
    [DataRow("Klass", "Did you mean 'Class'?")]
    [DataRow("Colour", "docs/metadata.md")]
    public void An_unknown_metadatum_is_an_error(string name, string hint)
    {
        Resolve(Item(name, "x"));
        BuildErrorEventArgs error = _engine.Errors.Single();
        Assert.AreEqual("MB0013", error.Code);
        Assert.Contains(hint, error.Message!);
    }

    [TestMethod]
    [DataRow("Class", "1st", "MB0004")]
    [DataRow("Class", "class", "MB0004")]
    [DataRow("Class", "Inputs", "MB0004")]
    [DataRow("Namespace", "My.2", "MB0004")]
    [DataRow("Calibration", "none.npz", "MB0011")]
    [DataRow("Labels", "none.txt", "MB0011")]
    public void Other_mistakes(string name, string value, string code)
    {
        Resolve(Item(name, value));
        Assert.AreEqual(code, _engine.Errors.Single().Code);
    }

    [TestMethod]
    public void A_missing_model_is_reported_at_its_line_in_the_project()
    {
        File.WriteAllText(At("App.csproj"), "<Project>\n<ItemGroup>\n<ModelAsset Include=\"sub/none.onnx\" />\n</ItemGroup>\n</Project>\n");
        var item = new MSBuildItem("sub/none.onnx", At("App.csproj"));
        Resolve(item);
        BuildErrorEventArgs error = _engine.Errors.Single();
        Assert.AreEqual("MB0001", error.Code);
        Assert.AreEqual(3, error.LineNumber);
        Assert.AreEqual(At("App.csproj"), error.File);
        Assert.Contains(At("sub/none.onnx"), error.Message!);
    }

    [TestMethod]
    public void Two_models_of_one_class_are_an_error_in_any_casing()
    {
        var second = new TaskItem("data.npz");
        second.SetMetadata("Class", "NET");
        Assert.HasCount(1, Resolve(new TaskItem("net.onnx"), second));
        Assert.AreEqual("MB0002", _engine.Errors.Single().Code);
    }

    [TestMethod]
    public void A_design_time_build_reports_nothing_and_keeps_the_rest()
    {
        ResolveModelAssets task = Task(new TaskItem("none.onnx"), new TaskItem("net.onnx"));
        task.DesignTime = true;
        Assert.IsTrue(task.Execute());
        Assert.HasCount(1, task.ResolvedAssets);
        Assert.IsEmpty(_engine.Errors);
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_is_an_error()
    {
        File.WriteAllText(At("obj"), "a file");
        Resolve(new TaskItem("net.onnx"));
        Assert.AreEqual("MB0009", _engine.Errors.Single().Code);
    }

    private string At(string path) => Path.GetFullPath(Path.Combine(_folder, path));

    private ITaskItem[] Resolve(params ITaskItem[] items)
    {
        ResolveModelAssets task = Task(items);
        task.Execute();
        return task.ResolvedAssets;
    }

    private ResolveModelAssets Task(params ITaskItem[] items) => new()
    {
        BuildEngine = _engine,
        Assets = items,
        ProjectFile = At("App.csproj"),
        IntermediateDirectory = "obj/modelbuild",
        ToolAssembly = At("ModelBuild.Tool.dll"),
        RootNamespace = "My.App",
        Backends = ";OnnxRuntime",
        Language = "C#",
        Configuration = "Debug",
    };

    private static TaskItem Item(params string[] namesAndValues)
    {
        var item = new TaskItem("net.onnx");
        for (int i = 0; i < namesAndValues.Length; i += 2)
        {
            item.SetMetadata(namesAndValues[i], namesAndValues[i + 1]);
        }

        return item;
    }
}
