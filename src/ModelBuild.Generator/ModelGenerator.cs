using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using ModelBuild.Generator.Diagnostics;
using ModelBuild.Generator.Emitter;
using ModelBuild.Generator.Emitter.Plans;
using ModelBuild.Generator.Model;
using ModelBuild.Generator.Parser;

namespace ModelBuild.Generator;

/// <summary>
/// Turns each <c>.mbsig</c> file into a class, and the <c>.mbplan</c> file beside it into the code that runs it. Opens no model and reads no other file.
/// </summary>
[Generator]
public sealed class ModelGenerator : IIncrementalGenerator
{
    /// <summary>Step that reads the signature files.</summary>
    internal const string ModelsStep = "ModelBuild.Models";

    /// <summary>Step that finds classes which two files describe.</summary>
    internal const string DuplicatesStep = "ModelBuild.Duplicates";

    /// <summary>Step that asks what the compilation allows and references.</summary>
    internal const string CompilationStep = "ModelBuild.Compilation";

    /// <summary>Step that reads the plan files.</summary>
    internal const string PlansStep = "ModelBuild.Plans";

    /// <summary>Step that gives each class its plan.</summary>
    internal const string PairsStep = "ModelBuild.Pairs";

    /// <summary>Step that writes the source text.</summary>
    internal const string SourcesStep = "ModelBuild.Sources";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ModelResult> models = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".mbsig", StringComparison.OrdinalIgnoreCase))
            .Select(static (file, token) => Guard(file.Path, () => ModelParser.Parse(file.Path, file.GetText(token)?.ToString())))
            .WithTrackingName(ModelsStep);

        IncrementalValueProvider<EquatableArray<string>> duplicates = models
            .Select(static (model, _) => model.Spec?.HintName ?? "")
            .Collect()
            .Select(static (names, _) => Duplicates(names))
            .WithTrackingName(DuplicatesStep);

        IncrementalValueProvider<CompilationSpec> compilation = context.ParseOptionsProvider.Combine(context.CompilationProvider)
            .Select(static (input, _) => new CompilationSpec(
                input.Left is not CSharpParseOptions { LanguageVersion: < LanguageVersion.CSharp13 },
                input.Right.Options is CSharpCompilationOptions { AllowUnsafe: true },
                input.Right.GetTypeByMetadataName("ModelBuild.Kernels.Assembler.EmittedKernels") is { DeclaredAccessibility: Accessibility.Public }))
            .WithTrackingName(CompilationStep);

        IncrementalValueProvider<ImmutableArray<PlanSpec>> plans = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".mbplan", StringComparison.OrdinalIgnoreCase))
            .Select(static (file, token) => PlanParser.Parse(file.Path, file.GetText(token)?.ToString()))
            .WithTrackingName(PlansStep)
            .Collect();

        IncrementalValuesProvider<(ModelResult Model, PlanSpec Plan)> pairs = models.Combine(plans)
            .Select(static (input, _) => (input.Left, PlanOf(input.Left, input.Right)))
            .WithTrackingName(PairsStep);

        IncrementalValuesProvider<SourceResult> sources = pairs.Combine(duplicates).Combine(compilation)
            .Select(static (input, _) => Emit(input.Left.Left.Model, input.Left.Left.Plan, input.Left.Right, input.Right))
            .WithTrackingName(SourcesStep);

        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            foreach (DiagnosticSpec diagnostic in source.Diagnostics)
            {
                output.ReportDiagnostic(Descriptors.Create(diagnostic));
            }

            Add(output, source.HintName, source.Text);
            Add(output, source.HintName.Replace(".g.cs", ".Plan.g.cs"), source.PlanText);
        });
    }

    private static void Add(SourceProductionContext output, string hintName, string text)
    {
        if (text.Length > 0)
        {
            output.AddSource(hintName, Microsoft.CodeAnalysis.Text.SourceText.From(text, Encoding.UTF8));
        }
    }

    // Other backends need none.
    private static PlanSpec PlanOf(ModelResult model, ImmutableArray<PlanSpec> plans)
    {
        if (model.Spec is not { IsCompiled: true } spec)
        {
            return PlanSpec.None;
        }

        string path = Path.ChangeExtension(spec.SignaturePath, ".mbplan");
        return plans.FirstOrDefault(p => string.Equals(p.Path, path, StringComparison.OrdinalIgnoreCase)) ?? PlanSpec.None;
    }

    private static SourceResult Emit(ModelResult model, PlanSpec plan, EquatableArray<string> duplicates, CompilationSpec compilation)
    {
        if (model.Spec is not { } spec)
        {
            return new("", "", "", model.Diagnostics);
        }

        string name = spec.Signature.Namespace.Length > 0 ? $"{spec.Signature.Namespace}.{spec.Signature.ClassName}" : spec.Signature.ClassName;
        if (!compilation.IsLanguageNew)
        {
            return Refuse("MB4009", $"{name}: generated classes need C# 13 or newer. Remove LangVersion from the project, or set it to 14.");
        }

        if (duplicates.Contains(spec.HintName))
        {
            return Refuse("MB4008", $"Another signature describes {name} too. Give one of the ModelAsset items another Class or Namespace.");
        }

        string about = $"{spec.Signature.ClassName} ({spec.Signature.ModelFile})";
        DiagnosticSpec? problem = !spec.IsCompiled ? null
            : plan.Error.Length > 0 ? new("MB4011", plan.Path, $"{about}: the plan can't be read: {plan.Error}. Build the project again; if that does not help, delete its obj folder.")
            : !plan.HasPlan ? new("MB4012", spec.SignaturePath, $"{about}: the model is not compiled yet, so running it throws. Build the project.")
            : !compilation.AllowsUnsafe ? new("MB4013", spec.SignaturePath, $"{about}: the code of a compiled model needs AllowUnsafeBlocks. Set it to true in the project.")
            : null;
        try
        {
            // The class is complete in any case, so that nothing else is wrong in the editor.
            plan = problem is null ? plan : PlanSpec.None;
            string planText = plan.HasPlan ? PlanEmitter.Emit(spec, plan, PlanParser.Read(plan.Text)!, compilation.HasEmittedKernels) : "";
            return new(spec.HintName, ModelEmitter.Emit(spec, plan), planText, problem is null ? model.Diagnostics : new([.. model.Diagnostics, problem]));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Refuse("MB4002", Defect(name, e));
        }

        SourceResult Refuse(string id, string message) => new("", "", "", new([.. model.Diagnostics, new DiagnosticSpec(id, spec.SignaturePath, message)]));
    }

    private static ModelResult Guard(string path, Func<ModelResult> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(null, new([new DiagnosticSpec("MB4002", path, Defect("The signature", e))]));
        }
    }

    private static string Defect(string what, Exception e) =>
        $"{what} made the generator fail, which is a defect of ModelBuild: {e.GetType().Name}: {e.Message.Replace('\n', ' ').Replace('\r', ' ')} Please report it with the signature file.";

    private static EquatableArray<string> Duplicates(ImmutableArray<string> names) =>
        new(names.Where(n => n.Length > 0).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g).Distinct());

    /// <summary>The generated files of a class, and what is to be reported.</summary>
    private sealed record SourceResult(string HintName, string Text, string PlanText, EquatableArray<DiagnosticSpec> Diagnostics);
}
