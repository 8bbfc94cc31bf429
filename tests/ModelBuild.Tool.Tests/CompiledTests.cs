using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

/// <summary>The compiled backend in the tool.</summary>
[TestClass]
public sealed class CompiledTests : ToolTest
{
    [TestMethod]
    public void Auto_takes_the_compiled_backend_and_writes_plan_and_weights()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        StringAssert.Contains(Build(new Asset(model, "Lin", "Backend=Auto", "Verify=true")).ShouldSucceed().Output, "Compiled (every operator is covered)");

        StringAssert.StartsWith(File.ReadAllText(At("obj", "Lin.mbplan")), "modelbuild-plan\t1\n");
        StringAssert.Contains(File.ReadAllText(At("obj", "Lin.mbplan")), "call\tGemm.");
        StringAssert.Contains(File.ReadAllText(At("obj", "Lin.mbsig")), "models/Lin.mbw");
        Assert.IsTrue(File.Exists(At("obj", "models", "Lin.mbw")));
        Assert.IsFalse(File.Exists(At("obj", "models", "Lin.onnx")));
    }

    [TestMethod]
    public void Two_builds_give_equal_bytes()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Build(new Asset(model, "Lin", "Backend=Compiled") { Obj = "a" }).ShouldSucceed();
        Build(new Asset(model, "Lin", "Backend=Compiled") { Obj = "b" }).ShouldSucceed();
        foreach (string name in new[] { "Lin.mbplan", "models/Lin.mbw" })
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(At("a", name)), File.ReadAllBytes(At("b", name)));
        }
    }

    [TestMethod]
    public void A_build_for_the_other_backend_empties_the_plan()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Build(new Asset(model, "Lin", "Backend=Compiled")).ShouldSucceed();
        Build(new Asset(model, "Lin", "Backend=OnnxRuntime")).ShouldSucceed();
        Assert.AreEqual("modelbuild-plan\t1\n", File.ReadAllText(At("obj", "Lin.mbplan")));
        Assert.IsFalse(File.Exists(At("obj", "models", "Lin.mbw")));
    }

    [TestMethod]
    public void Operators_that_are_not_covered_are_one_error()
    {
        string model = TestModels.Operator(At("op.onnx"), "BeamSearch", "com.microsoft");
        string line = Build(new Asset(model, "Op", "Backend=Compiled")).ShouldFail("MB2005");
        StringAssert.Contains(line, "the_node (com.microsoft.BeamSearch)");
    }

    [TestMethod]
    public void Both_backends_agree()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        Tool("verify", model, model, "--backend", "Compiled", "--layers").ShouldSucceed();
        Tool("run", model, "--backend", "Compiled", "-o", At("compiled")).ShouldSucceed();
        Tool("run", model, "-o", At("reference")).ShouldSucceed();
        Assert.HasCount(1, Directory.GetFiles(At("compiled"), "*.npy"));
        StringAssert.Contains(Tool("bench", model, "--backend", "Compiled", "--seconds", "0.1").ShouldSucceed().Output, "0 B");
    }

    [TestMethod]
    public void Inspect_shows_steps_and_decisions()
    {
        string model = TestModels.Linear(At("lin.onnx"));
        string text = Tool("inspect", model, "--plan").ShouldSucceed().Output;
        StringAssert.Contains(text, "Gemm.");
        StringAssert.Contains(text, "Decisions");
        StringAssert.Contains(Tool("inspect", model, "--plan", "--json").ShouldSucceed().Output, "\"schema\"");
    }
}
