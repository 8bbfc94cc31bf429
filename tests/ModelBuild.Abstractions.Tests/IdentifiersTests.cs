using ModelBuild.Manifest;

namespace ModelBuild.Abstractions.Tests;

[TestClass]
public sealed class IdentifiersTests
{
    [TestMethod]
    [DataRow("Input247", "Input247")]
    [DataRow("Pooling395_Output_0", "Pooling395Output0")]
    [DataRow("924", "Output924")]
    [DataRow("softmax_0.tmp_0", "Softmax0Tmp0")]
    [DataRow("input_ids", "InputIds")]
    [DataRow("stateN", "StateN")]
    [DataRow("onnx::MatMul_1", "OnnxMatMul1")]
    [DataRow("INPUT__0", "Input0")]
    [DataRow("conv_1_2", "Conv1_2")]
    [DataRow("conv_12", "Conv12")]
    [DataRow("1_2", "Output1_2")]
    [DataRow("class", "Class")]
    [DataRow("x", "X")]
    [DataRow("", "Output")]
    [DataRow("???", "Output")]
    [DataRow("\uD800", "Output")]
    [DataRow("入力", "入力")]
    [DataRow("größe_1", "Größe1")]
    [DataRow("e\u0301te\u0301", "E\u0301te\u0301")]
    [DataRow("\u0301x", "X")]
    [DataRow("a\u200Bb", "AB")]
    [DataRow("\U0001F600x", "X")]
    [DataRow("StatefulPartitionedCall:0", "StatefulPartitionedCall0")]
    [DataRow("serving_default_input_1:0", "ServingDefaultInput1_0")]
    public void Names_become_readable_identifiers(string name, string expected) => Assert.AreEqual(expected, Identifiers.Pascal(name, "Output"));

    [TestMethod]
    [DataRow("resnet18.onnx", "Resnet18")]
    [DataRow("resnet18-v1.7.onnx", "Resnet18V1_7")]
    [DataRow("Models/face detector (1).onnx", "FaceDetector1")]
    [DataRow("C:\\models\\silero_vad.onnx", "SileroVad")]
    [DataRow("model", "Model")]
    [DataRow("2.onnx", "Model2")]
    [DataRow(".onnx", "Onnx")]
    [DataRow("run.onnx", "RunModel")]
    [DataRow("info", "InfoModel")]
    [DataRow("", "Model")]
    public void File_names_become_class_names(string file, string expected) => Assert.AreEqual(expected, Identifiers.ClassName(file));

    [TestMethod]
    [DataRow("InputIds", "inputIds")]
    [DataRow("X", "x")]
    [DataRow("IOBinding", "ioBinding")]
    [DataRow("AB", "ab")]
    [DataRow("X1", "x1")]
    [DataRow("ID2", "id2")]
    [DataRow("入力", "入力")]
    public void Parameters_start_small(string pascal, string expected) => Assert.AreEqual(expected, Identifiers.Camel(pascal));

    [TestMethod]
    public void Keywords_are_escaped()
    {
        Assert.AreEqual("@class", Identifiers.Escape("class"));
        Assert.AreEqual("Class", Identifiers.Escape("Class"));
    }

    [TestMethod]
    [DataRow("A", true)]
    [DataRow("_a1", true)]
    [DataRow("class", true)]
    [DataRow("1a", false)]
    [DataRow("a b", false)]
    [DataRow("a.b", false)]
    [DataRow("", false)]
    [DataRow("a\u200B", false)]
    public void Validity(string text, bool expected) => Assert.AreEqual(expected, Identifiers.IsValid(text));

    [TestMethod]
    public void A_scope_gives_each_name_once_and_no_member()
    {
        var scope = new Identifiers.Scope("Model");
        Assert.AreEqual("A", scope.Add("a", "Input", "Input"));
        Assert.AreEqual("AInput", scope.Add("A", "Input", "Input"));
        Assert.AreEqual("AInput2", scope.Add("a.", "Input", "Input"));
        Assert.AreEqual("RunInput", scope.Add("run", "Input", "Input"));
        Assert.AreEqual("ModelInput", scope.Add("model", "Input", "Input"));
        Assert.AreEqual("Input", scope.Add("", "Input", "Input"));
        Assert.AreEqual("Input2", scope.Add("", "Input", "Input"));
        Assert.AreEqual("Input2Input", scope.Add("2", "Input", "Input"));
    }

    [TestMethod]
    public void A_long_name_is_cut() => Assert.IsLessThanOrEqualTo(201, Identifiers.Pascal(new string('a', 100_000), "X").Length);
}
