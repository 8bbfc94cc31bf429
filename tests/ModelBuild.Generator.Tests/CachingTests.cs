using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelBuild.Generator.Model;
using ModelBuild.Generator.Parser;
using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests;

/// <summary>An edit that has nothing to do with models costs nothing.</summary>
[TestClass]
public sealed class CachingTests
{
    private static readonly string[] s_steps = [ModelGenerator.ModelsStep, ModelGenerator.DuplicatesStep, ModelGenerator.CompilationStep, ModelGenerator.PlansStep, ModelGenerator.PairsStep, ModelGenerator.SourcesStep];

    [TestMethod]
    public void Unrelated_edit_leaves_every_step_cached()
    {
        CSharpCompilation compilation = GeneratorRun.Compile("class A { int x; }");
        GeneratorDriver driver = GeneratorRun.Driver().AddAdditionalTexts(GeneratorRun.TextsOf([.. GoldenCases.All.Select(s => (s, "")), .. PlanSamples.All.Select(s => (s.Signature, PlanFile.Write(s.Plan)))]));
        driver = driver.RunGenerators(compilation);
        SyntaxTree tree = compilation.SyntaxTrees.Single();
        compilation = compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From("class A { int x; string? Added(int y) => null; } class B;")));
        GeneratorRunResult result = driver.RunGenerators(compilation).GetRunResult().Results.Single();
        foreach (string step in s_steps)
        {
            foreach ((object _, IncrementalStepRunReason reason) in result.TrackedSteps[step].SelectMany(s => s.Outputs))
            {
                Assert.IsTrue(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step}: {reason}");
            }
        }

        foreach ((object _, IncrementalStepRunReason reason) in result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs))
        {
            Assert.AreEqual(IncrementalStepRunReason.Cached, reason);
        }
    }

    [TestMethod]
    public void A_changed_signature_makes_only_its_class_anew()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        ImmutableArray<AdditionalText> texts = GeneratorRun.TextsOf(Signatures.Embedder, Signatures.FaceDetector);
        GeneratorDriver driver = GeneratorRun.Driver().AddAdditionalTexts(texts).RunGenerators(compilation);
        driver = driver.ReplaceAdditionalText(texts[0], new GeneratorRun.Text(texts[0].Path, SignatureFile.Write(Signatures.Embedder with { Producer = "somebody else" })));
        GeneratorRunResult result = driver.RunGenerators(compilation).GetRunResult().Results.Single();
        IncrementalStepRunReason[] reasons = [.. result.TrackedSteps[ModelGenerator.SourcesStep].SelectMany(s => s.Outputs).Select(o => o.Reason)];
        CollectionAssert.AreEquivalent(new[] { IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached }, reasons);
    }

    [TestMethod]
    public void A_changed_plan_makes_only_its_class_anew()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        ImmutableArray<AdditionalText> texts = GeneratorRun.TextsOf([.. PlanSamples.All.Select(s => (s.Signature, PlanFile.Write(s.Plan)))]);
        GeneratorDriver driver = GeneratorRun.Driver().AddAdditionalTexts(texts).RunGenerators(compilation);
        driver = driver.ReplaceAdditionalText(texts[1], new GeneratorRun.Text(texts[1].Path, PlanFile.Write(PlanSamples.All[0].Plan with { WeightsHash = "" })));
        GeneratorRunResult result = driver.RunGenerators(compilation).GetRunResult().Results.Single();
        IncrementalStepRunReason[] reasons = [.. result.TrackedSteps[ModelGenerator.SourcesStep].SelectMany(s => s.Outputs).Select(o => o.Reason)];
        Assert.HasCount(1, reasons.Where(r => r == IncrementalStepRunReason.Modified));
        Assert.IsTrue(reasons.All(r => r is IncrementalStepRunReason.Modified or IncrementalStepRunReason.Cached), string.Join(",", reasons));
    }

    [TestMethod]
    public void A_rewritten_signature_of_the_same_content_is_unchanged()
    {
        CSharpCompilation compilation = GeneratorRun.Compile();
        ImmutableArray<AdditionalText> texts = GeneratorRun.TextsOf(Signatures.Embedder);
        GeneratorDriver driver = GeneratorRun.Driver().AddAdditionalTexts(texts).RunGenerators(compilation);
        driver = driver.ReplaceAdditionalText(texts[0], new GeneratorRun.Text(texts[0].Path, SignatureFile.Write(Signatures.Embedder)));
        GeneratorRunResult result = driver.RunGenerators(compilation).GetRunResult().Results.Single();
        Assert.AreEqual(IncrementalStepRunReason.Unchanged, result.TrackedSteps[ModelGenerator.ModelsStep].Single().Outputs.Single().Reason);
        Assert.AreEqual(IncrementalStepRunReason.Cached, result.TrackedSteps[ModelGenerator.SourcesStep].Single().Outputs.Single().Reason);
    }

    [TestMethod]
    public void Specs_hold_no_object_of_the_compiler()
    {
        foreach (ModelSignature signature in GoldenCases.All)
        {
            ModelResult result = ModelParser.Parse("/a.mbsig", SignatureFile.Write(signature));
            Assert.IsNotNull(result.Spec);
            Walk(result, new HashSet<object>(ReferenceEqualityComparer.Instance));
            Assert.AreEqual(result, ModelParser.Parse("/a.mbsig", SignatureFile.Write(signature)));
        }

        foreach ((ModelSignature _, Plan plan) in PlanSamples.All)
        {
            PlanSpec spec = PlanParser.Parse("/a.mbplan", PlanFile.Write(plan));
            Assert.IsTrue(spec.HasPlan);
            Walk(spec, new HashSet<object>(ReferenceEqualityComparer.Instance));
            Assert.AreEqual(spec, PlanParser.Parse("/a.mbplan", PlanFile.Write(plan)));
        }
    }

    private static void Walk(object? node, HashSet<object> visited)
    {
        if (node is null || !visited.Add(node))
        {
            return;
        }

        Type type = node.GetType();
        Assert.IsFalse(type.FullName!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{type} is the compiler's");
        Assert.IsFalse(type.FullName.StartsWith("System.Collections.Immutable", StringComparison.Ordinal), $"{type} compares by reference");
        if (type.IsPrimitive || type.IsEnum || node is string)
        {
            return;
        }

        Assert.IsTrue(type.Namespace!.StartsWith("ModelBuild", StringComparison.Ordinal), $"{type} is not one of ours");
        if (node is IEnumerable items)
        {
            foreach (object? item in items)
            {
                Walk(item, visited);
            }

            return;
        }

        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Walk(field.GetValue(node), visited);
        }
    }
}
