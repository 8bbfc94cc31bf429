using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using ModelBuild.Generator;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Conformance.Engines;

/// <summary>Compiles a plan in this process as a consumer's project would: the generator writes it as C#, and the compiler takes it with warnings as errors.</summary>
internal sealed class GeneratedCode : IDisposable
{
    private static readonly ImmutableArray<MetadataReference> s_references = References();

    private static readonly CSharpParseOptions s_language = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp13).WithDocumentationMode(DocumentationMode.Diagnose);

    // The class around the plan does not matter here: the plan is run as it is.
    private static readonly string s_signature = SignatureFile.Write(new ModelSignature
    {
        ClassName = "Case",
        Namespace = "Consumer",
        Accessibility = "internal",
        ModelFile = "model.onnx",
        Backend = CompiledBackend.Name,
        WeightsFile = "models/Case.mbw",
        Outputs = new([new TensorSignature("y", "y", "float32", "tensor", true, new(["1"]), "", false)]),
    });

    private readonly AssemblyLoadContext _context = new(null, isCollectible: true);

    /// <summary>Compiles a plan.</summary>
    /// <exception cref="NotSupportedException">The code does not compile.</exception>
    public GeneratedCode(Plan plan)
    {
        AdditionalText[] texts = [new Text("/case.mbsig", s_signature), new Text("/case.mbplan", PlanFile.Write(plan))];
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable,
            warningLevel: 9999, allowUnsafe: true, generalDiagnosticOption: ReportDiagnostic.Error, concurrentBuild: false);
        CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], additionalTexts: texts, parseOptions: s_language)
            .RunGeneratorsAndUpdateCompilation(CSharpCompilation.Create("Case", [], s_references, options), out Compilation compilation, out ImmutableArray<Diagnostic> reported);
        using var image = new MemoryStream();
        Refuse(reported);
        Refuse(compilation.Emit(image).Diagnostics);
        image.Position = 0;
        Type type = _context.LoadFromStream(image).GetType("Consumer.Case+GeneratedPlan", throwOnError: true)!;
        Plan = (CompiledPlan)Activator.CreateInstance(type)!;
    }

    /// <summary>The compiled plan.</summary>
    public CompiledPlan Plan { get; }

    /// <inheritdoc/>
    public void Dispose() => _context.Unload();

    private static void Refuse(IEnumerable<Diagnostic> diagnostics)
    {
        Diagnostic[] found = [.. diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)];
        if (found.Length > 0)
        {
            string line = found[0].Location.SourceTree is { } tree ? tree.GetText().Lines[found[0].Location.GetLineSpan().StartLinePosition.Line].ToString().Trim() : "";
            throw new NotSupportedException($"the generated code does not compile: {found[0]} {line}");
        }
    }

    private static ImmutableArray<MetadataReference> References()
    {
        string[] trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return [.. trusted.Where(p => Path.GetFileName(p) is "ModelBuild.Runtime.dll" or "ModelBuild.Kernels.dll" || Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal))
            .Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))];
    }

    private sealed class Text(string path, string content) : AdditionalText
    {
        public override string Path => path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => SourceText.From(content, Encoding.UTF8);
    }
}
