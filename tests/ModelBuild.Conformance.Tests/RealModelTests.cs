using ModelBuild.Conformance.Engines;
using ModelBuild.Formats.Tensors;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tests;

namespace ModelBuild.Conformance.Tests;

/// <summary>Whole networks through generated C#; the engine compares each output with the interpreter's, bit by bit.</summary>
[TestClass]
public sealed class RealModelTests
{
    [TestMethod]
    [DataRow("mlp")]
    [DataRow("lenet")]
    [DataRow("resnet8")]
    [DataRow("gru")]
    [DataRow("bilstm")]
    [DataRow("unettiny")]
    [DataRow("tinyencoder")]
    public void Generated_code_gives_the_bits_of_the_interpreter(string network)
    {
        string folder = SharedFolder.Find(Path.Combine("corpus", "torch-made", network));
        using IConformanceSession session = new GeneratedEngine().Open(Path.Combine(folder, network + ".onnx"));
        OrtValue[] outputs = session.Run([.. session.Inputs.Select((input, i) => (input.Name, (OnnxValue)new OnnxTensorValue(NpyFile.Read(Path.Combine(folder, $"input_{i}.npy")))))]);
        Assert.IsNotEmpty(outputs);
        Assert.IsTrue(outputs[0].Bytes.IndexOfAnyExcept((byte)0) >= 0);
        Array.ForEach(outputs, o => o.Dispose());
    }
}
