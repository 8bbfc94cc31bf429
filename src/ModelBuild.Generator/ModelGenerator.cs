using System;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using ModelBuild.Generator.Diagnostics;
using ModelBuild.Generator.Emitter;
using ModelBuild.Generator.Model;
using ModelBuild.Generator.Parser;

namespace ModelBuild.Generator;

/// <summary>Turns each <c>.mbsig</c> file into a class. Reads nothing else: no model, no file, no option of the project.</summary>
[Generator]
public sealed class ModelGenerator : IIncrementalGenerator
{
    /// <summary>Step that reads the signature files.</summary>
    internal const string ModelsStep = "ModelBuild.Models";

    /// <summary>Step that finds classes which two files describe.</summary>
    internal const string DuplicatesStep = "ModelBuild.Duplicates";

    /// <summary>Step that asks for the language version.</summary>
    internal const string LanguageStep = "ModelBuild.Language";

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

        IncrementalValueProvider<bool> isLanguageNew = context.ParseOptionsProvider
            .Select(static (options, _) => options is not CSharpParseOptions { LanguageVersion: < LanguageVersion.CSharp13 })
            .WithTrackingName(LanguageStep);

        IncrementalValuesProvider<SourceResult> sources = models.Combine(duplicates).Combine(isLanguageNew)
            .Select(static (input, _) => Emit(input.Left.Left, input.Left.Right, input.Right))
            .WithTrackingName(SourcesStep);

        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            foreach (DiagnosticSpec diagnostic in source.Diagnostics)
            {
                output.ReportDiagnostic(Descriptors.Create(diagnostic));
            }

            if (source.Text.Length > 0)
            {
                output.AddSource(source.HintName, Microsoft.CodeAnalysis.Text.SourceText.From(source.Text, Encoding.UTF8));
            }
        });
    }

    private static SourceResult Emit(ModelResult model, EquatableArray<string> duplicates, bool isLanguageNew)
    {
        if (model.Spec is not { } spec)
        {
            return new("", "", model.Diagnostics);
        }

        string name = spec.Signature.Namespace.Length > 0 ? $"{spec.Signature.Namespace}.{spec.Signature.ClassName}" : spec.Signature.ClassName;
        if (!isLanguageNew)
        {
            return Refuse("MB4009", $"{name}: generated classes need C# 13 or newer. Remove LangVersion from the project, or set it to 14.");
        }

        if (duplicates.Contains(spec.HintName))
        {
            return Refuse("MB4008", $"Another signature describes {name} too. Give one of the ModelAsset items another Class or Namespace.");
        }

        try
        {
            return new(spec.HintName, ModelEmitter.Emit(spec), model.Diagnostics);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Refuse("MB4002", Defect(name, e));
        }

        SourceResult Refuse(string id, string message) => new("", "", new([.. model.Diagnostics, new DiagnosticSpec(id, spec.SignaturePath, message)]));
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

    /// <summary>A generated file, and what is to be reported.</summary>
    private sealed record SourceResult(string HintName, string Text, EquatableArray<DiagnosticSpec> Diagnostics);
}
