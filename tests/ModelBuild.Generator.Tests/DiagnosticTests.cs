using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelBuild.Generator.Diagnostics;
using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Manifest;
using static ModelBuild.Generator.Tests.Infrastructure.Signatures;

namespace ModelBuild.Generator.Tests;

/// <summary>Each code, and what its message says.</summary>
[TestClass]
public sealed class DiagnosticTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("\n")]
    [DataRow("modelbuild-signature\t2\nclass\tX\n")]
    [DataRow("modelbuild-signature\t1\n")]
    [DataRow("modelbuild-signature\t1\nclass\tX\ninput\tx\n")]
    [DataRow("modelbuild-signature\t1\nclass\tX\naccessibility\tprotected\n")]
    [DataRow("modelbuild-signature\t1\nclass\t1 2\naccessibility\tinternal\n")]
    [DataRow("\0\0\0garbage")]
    [DataRow(null)]
    public void MB4001_a_signature_that_is_none(string? text)
    {
        GeneratorDriverRunResult result = GeneratorRun.Driver().AddAdditionalTexts([new GeneratorRun.Text("/consumer/obj/X.mbsig", text)]).RunGenerators(GeneratorRun.Compile()).GetRunResult();
        Diagnostic diagnostic = result.Diagnostics.First();
        Assert.AreEqual("MB4001", diagnostic.Id);
        Assert.AreEqual(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.AreEqual("/consumer/obj/X.mbsig", diagnostic.Location.GetLineSpan().Path);
        Assert.IsEmpty(result.GeneratedTrees);
        Assert.IsNull(result.Results.Single().Exception);
    }

    [TestMethod]
    [DataRow("Run")]
    [DataRow("Info")]
    [DataRow("Inputs")]
    [DataRow("Equals")]
    public void MB4003_a_class_called_like_its_member(string name) => AssertReports("MB4003", Embedder with { ClassName = name }, $"Class=\"{name}Model\"");

    [TestMethod]
    public void MB4004_inputs_or_outputs_without_a_form_in_csharp()
    {
        AssertReports("MB4004", ModelOf("X", [new TensorSignature("s", "s", "float32", "sequence", false, default, "", false)], [Tensor("y", "float32", "1")]), "'s' is of kind sequence");
        AssertReports("MB4004", ModelOf("X", [Tensor("x", "int4", "2")], [Tensor("y", "float32", "1")]), "'x' has elements of type int4");
        AssertReports("MB4004", ModelOf("X", [Tensor("x", "float32", "65536", "65536")], [Tensor("y", "float32", "1")]), "more elements than a span holds");
        AssertReports("MB4004", ModelOf("X", [], []), "no output");
        AssertReports("MB4004", ModelOf("X", [Tensor("x", "float32", "1")], [new TensorSignature("m", "m", "float32", "map", false, default, "", false)]), "no output");
    }

    [TestMethod]
    public void An_optional_input_without_a_form_in_csharp_is_left_to_the_model()
    {
        string text = GeneratorRun.GenerateText(ModelOf("X", [Tensor("x", "float32", "1"), new TensorSignature("o", "o", "float32", "optional", false, default, "", true)], [Tensor("y", "float32", "1")]));
        Assert.DoesNotContain("Feeds", text);
    }

    [TestMethod]
    public void MB4005_an_output_without_a_member_leaves_the_others()
    {
        ModelSignature signature = ModelOf("X", [Tensor("x", "float32", "1")], [Tensor("label", "int64", "1"), new TensorSignature("probabilities", "probabilities", "float32", "sequence", false, default, "", false)]);
        GeneratorDriverRunResult result = GeneratorRun.Generate(signature);
        Diagnostic diagnostic = result.Diagnostics.Single();
        Assert.AreEqual("MB4005", diagnostic.Id);
        Assert.AreEqual(DiagnosticSeverity.Warning, diagnostic.Severity);
        StringAssert.Contains(diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), "'probabilities' is of kind sequence");
        GeneratorRun.CompileWithoutWarnings([signature]);
    }

    [TestMethod]
    public void MB4006_labels_that_do_not_fit()
    {
        AssertReports("MB4006", ImageFeatures with { Labels = new(["a", "b"]) }, "2 names", "512 elements");
        AssertReports("MB4006", ModelOf("X", [Tensor("x", "float32", "1")], [Tensor("y", "int64", "2")]) with { Labels = new(["a", "b"]) }, "'y' of int64");
    }

    [TestMethod]
    public void MB4007_states_contexts_constants_and_preprocessing_that_can_not_be()
    {
        AssertReports("MB4007", VoiceActivity with { States = new([new StateSignature("state", "other")]) }, "no such output");
        AssertReports("MB4007", ModelOf("X", [Tensor("x", "float32", "1"), Tensor("s", "float32", "past")], [Tensor("y", "float32", "1"), Tensor("t", "float32", "past+1")]) with { States = new([new StateSignature("s", "t")]) }, "keep its shape", "[past]", "[past+1]");
        AssertReports("MB4007", ModelOf("X", [Tensor("x", "float32", "1"), Tensor("s", "float32", "1")], [Tensor("y", "float32", "1"), Tensor("t", "float64", "1")]) with { States = new([new StateSignature("s", "t")]) }, "float32 and float64");
        AssertReports("MB4007", ModelOf("X", [Tensor("s", "float32", "1")], [Tensor("t", "float32", "1")]) with { States = new([new StateSignature("s", "t")]) }, "give nothing back");
        AssertReports("MB4007", VoiceActivity with { Contexts = new([new ContextSignature("input", 576)]) }, "less than the last dimension");
        AssertReports("MB4007", VoiceActivity with { Contexts = new([new ContextSignature("input", 0)]) }, "positive");
        AssertReports("MB4007", VoiceActivity with { Contexts = new([new ContextSignature("nothing", 1)]) }, "no input");
        AssertReports("MB4007", VoiceActivity with { Constants = new([new ConstantSignature("sr", "int64", default, "fast")]) }, "'fast'");
        AssertReports("MB4007", VoiceActivity with { Constants = new([new ConstantSignature("sr", "uint8", default, "256")]) }, "'256'");
        AssertReports("MB4007", ImageFeatures with { Preprocess = new([ImageFeatures.Preprocess[0] with { Input = "other" }]) }, "'other'");
        AssertReports("MB4007", ImageFeatures with { Preprocess = new([ImageFeatures.Preprocess[0] with { Library = "imagemagick" }]) }, "not known");
    }

    [TestMethod]
    public void MB4008_two_signatures_of_one_class()
    {
        GeneratorDriverRunResult result = GeneratorRun.Generate(Embedder, Embedder with { ModelFile = "other.onnx" }, FaceDetector);
        CollectionAssert.AreEqual(new[] { "MB4008", "MB4008" }, result.Diagnostics.Select(d => d.Id).ToArray());
        Assert.HasCount(1, result.GeneratedTrees);
        GeneratorRun.CompileWithoutWarnings([Embedder, Embedder with { Namespace = "Other" }]);
    }

    [TestMethod]
    public void MB4009_an_old_language()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        GeneratorDriverRunResult result = GeneratorRun.Driver(LanguageVersion.CSharp12).AddAdditionalTexts(GeneratorRun.TextsOf(Embedder)).RunGenerators(compilation).GetRunResult();
        Assert.AreEqual("MB4009", result.Diagnostics.Single().Id);
        Assert.IsEmpty(GeneratorRun.Driver(LanguageVersion.CSharp13).AddAdditionalTexts(GeneratorRun.TextsOf(Embedder)).RunGenerators(compilation).GetRunResult().Diagnostics);
    }

    [TestMethod]
    public void MB4010_what_is_not_carried_out_yet()
    {
        AssertReports("MB4010", Embedder with { Tokenizer = "models/vocab.txt" }, "no Embed");
    }

    [TestMethod]
    public void MB4011_a_plan_that_is_none()
    {
        foreach (string plan in new[] { "no plan", PlanFile.Empty + "cell\n", PlanFile.Empty + "arena\t0\t0\ninputs\t7\n", PlanFile.Empty + "call\tGemm.Run;\tcontext\tx\n" })
        {
            GeneratorDriverRunResult result = GeneratorRun.Driver().AddAdditionalTexts(GeneratorRun.TextsOf((Embedder with { Backend = "Compiled" }, plan))).RunGenerators(GeneratorRun.Compile()).GetRunResult();
            Assert.AreEqual("MB4011", result.Diagnostics.Single().Id);
            Assert.Contains("Embedder", result.Diagnostics.Single().GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [TestMethod]
    public void MB4012_an_empty_plan_gives_a_complete_class_that_throws()
    {
        AssertReports("MB4012", Embedder with { Backend = "Compiled" }, "not compiled yet");
        System.Reflection.Assembly assembly = GeneratorRun.Load(GeneratorRun.CompileWithoutWarnings([.. GoldenCases.All.Select(s => s with { Backend = "Compiled" })]));
        Type type = assembly.GetType("Consumer.ImageFeatures")!;
        using var model = (IModel)Activator.CreateInstance(type, [null])!;
        Assert.AreEqual("MB5011", Assert.ThrowsExactly<ModelRuntimeException>(() => model.ExecutionProvider).Code);
    }

    [TestMethod]
    public void MB4013_a_compiler_without_unsafe_code()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        compilation = compilation.WithOptions(compilation.Options.WithAllowUnsafe(false));
        GeneratorDriverRunResult result = GeneratorRun.Driver().AddAdditionalTexts(GeneratorRun.TextsOf((Embedder with { Backend = "Compiled" }, PlanFile.Write(PlanSamples.Copy)))).RunGenerators(compilation).GetRunResult();
        Assert.AreEqual("MB4013", result.Diagnostics.Single().Id);

        // The rest of the project compiles, so that this is the only error.
        Assert.IsEmpty(compilation.AddSyntaxTrees(result.GeneratedTrees).GetDiagnostics());
        Assert.IsEmpty(GeneratorRun.Driver().AddAdditionalTexts(GeneratorRun.TextsOf(Embedder)).RunGenerators(compilation).GetRunResult().Diagnostics);
    }

    [TestMethod]
    public void Other_additional_files_are_not_read() =>
        Assert.IsEmpty(GeneratorRun.Driver().AddAdditionalTexts([new GeneratorRun.Text("/consumer/X.mbplan", null), new GeneratorRun.Text("/consumer/readme.txt", null)]).RunGenerators(GeneratorRun.Compile()).GetRunResult().Diagnostics);

    [TestMethod]
    public void Every_code_is_in_the_common_list()
    {
        foreach (DiagnosticDescriptor descriptor in Descriptors.All)
        {
            Assert.IsTrue(ModelBuild.Diagnostics.DiagnosticCodes.All.Any(c => c.Id == descriptor.Id && c.Title == descriptor.Title.ToString(System.Globalization.CultureInfo.InvariantCulture)), descriptor.Id);
        }
    }

    private static void AssertReports(string id, ModelSignature signature, params string[] parts)
    {
        Diagnostic? diagnostic = GeneratorRun.Generate(signature).Diagnostics.FirstOrDefault(d => d.Id == id);
        Assert.IsNotNull(diagnostic);
        string message = diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        foreach (string part in parts)
        {
            StringAssert.Contains(message, part);
        }

        StringAssert.StartsWith(message, $"{signature.ClassName} ({signature.ModelFile}): ");
        Assert.DoesNotContain("\n", message);
    }
}
