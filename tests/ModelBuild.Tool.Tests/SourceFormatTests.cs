using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

/// <summary>Items that are no ONNX file, or take their weights from another file.</summary>
[TestClass]
public sealed class SourceFormatTests : ToolTest
{
    [TestMethod]
    [DataRow("Compiled", "mbw")]
    [DataRow("OnnxRuntime", "onnx")]
    public void A_TensorFlow_Lite_model_builds_like_any_other(string backend, string extension)
    {
        string model = Path.Combine(SharedFolder.Find("corpus"), "Kazuhito00+hand-gesture-recognition-using-mediapipe", "model", "keypoint_classifier", "keypoint_classifier.tflite");
        Build(new Asset(model, "Gestures", "Backend=" + backend, "Verify=true")).ShouldSucceed();
        Assert.IsTrue(File.Exists(At("obj", "models", "Gestures." + extension)));
        StringAssert.Contains(File.ReadAllText(At("obj", "Gestures.mbsig")), "input_1");
    }

    [TestMethod]
    public void Weights_of_a_checkpoint_take_the_place_of_the_graphs()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        using (Model graph = ModelFormats.Read(model))
        {
            ModelFormats.Weights.Single(f => f.Extension == ".ckpt").Write(
                [.. graph.Graph.Initializers.Select(i => new NamedTensor(i.Name, TensorData.Create<float>(ElementType.Float32, i.Initializer!.Dimensions, new float[i.Initializer.ElementCount])))],
                At("zero.ckpt"),
                new ModelWriteOptions());
        }

        Build(new Asset(model, "Lin", "Weights=" + At("zero.ckpt"), "Backend=OnnxRuntime")).ShouldSucceed();
        using (Model built = ModelFormats.Read(At("obj", "models", "Lin.onnx")))
        {
            Assert.IsTrue(built.Graph.Initializers.TrueForAll(i => i.Initializer!.Bytes.IndexOfAnyExcept((byte)0) < 0));
        }

        Tool("convert", model, At("out.onnx"), "--weights", At("zero.ckpt")).ShouldSucceed();
        using Model converted = ModelFormats.Read(At("out.onnx"));
        Assert.IsTrue(converted.Graph.Initializers.TrueForAll(i => i.Initializer!.Bytes.IndexOfAnyExcept((byte)0) < 0));
    }

    [TestMethod]
    public void Weights_without_a_graph_are_refused_as_a_model_and_shown_by_inspect()
    {
        ModelFormats.Weights.Single(f => f.Extension == ".ckpt").Write([new NamedTensor("conv.weight", TensorData.Create<float>(ElementType.Float32, [2, 3], new float[6]))], At("w.ckpt"), new ModelWriteOptions());
        string error = Build(new Asset(At("w.ckpt"), "W")).ShouldFail("MB1020");
        StringAssert.Contains(error, "conv.weight [2,3]");
        StringAssert.Contains(error, "Weights=");
        StringAssert.Contains(Tool("inspect", At("w.ckpt")).ShouldSucceed().Output, "[2,3]");
    }

    [TestMethod]
    public void Weights_that_do_not_fit_are_listed()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        ModelFormats.Weights.Single(f => f.Extension == ".ckpt").Write([new NamedTensor("other", TensorData.Create<float>(ElementType.Float32, [7], new float[7]))], At("w.ckpt"), new ModelWriteOptions());
        StringAssert.Contains(Build(new Asset(model, "Lin", "Weights=" + At("w.ckpt"))).ShouldFail("MB1017"), "'other' [7]");
    }
}
