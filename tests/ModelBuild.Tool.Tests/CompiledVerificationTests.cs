using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;
using ModelBuild.Lowering;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Building;
using ModelBuild.Tool.Compiling;
using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

/// <summary>The comparison at the end of a build, on a plan that was made from another model than it is compared with.</summary>
[TestClass]
public sealed class CompiledVerificationTests : ToolTest
{
    [TestMethod]
    public void A_plan_that_computes_something_else_is_refused_with_the_first_layer_that_differs()
    {
        ModelException e = Assert.ThrowsExactly<ModelException>(() => Check(0.5f, 0.6f));
        Assert.AreEqual("MB2006", e.Code);

        // The third layer's product is one step with the function behind it.
        StringAssert.Contains(e.Message, "The first value that differs is 'fourth'");
    }

    [TestMethod]
    public void A_plan_of_the_same_model_is_accepted() => Assert.IsNull(Check(0.5f, 0.5f));

    private string? Check(float original, float compiled)
    {
        OnnxRuntimeCheck.Locate(null);
        ModelFormats.Write(Chain(original), At("original.onnx"));
        using Model model = Chain(compiled);
        AssetArguments asset = Assets.ArgumentsFile.Read(Arguments("a.rsp", "", new Asset(At("original.onnx"), "Net"))).Assets[0];
        return new CompiledVerification(Lowerer.Lower(Chain(compiled)), AssetSettings.Read(asset), 1, default).Check(model, At("original.onnx"), asset.Source);
    }

    // Five layers, of which the third has a weight of its own.
    private static Model Chain(float third)
    {
        var model = new Model { IrVersion = 9, OpsetImports = { [""] = 17 } };
        model.Graph.Name = "chain";
        var b = new GraphBuilder(model);
        Value Layer(string name, string op, params Value[] inputs) => b.AddNamed(op, inputs, [b.Names.Next(name)])[0];
        Value Weights(float scale) => b.Constant(TensorData.Create<float>(ElementType.Float32, [4, 4], [.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i) * scale)]));
        Value x = b.Input("x", ElementType.Float32, Shape.Of(1, 4));
        Value first = Layer("first", "MatMul", x, Weights(1));
        Value second = Layer("second", "Tanh", first);
        Value value = Layer("third", "MatMul", second, Weights(third));
        value = Layer("fourth", "Sigmoid", value);
        b.Output(Layer("last", "MatMul", value, Weights(1)), "y");
        return model;
    }
}
