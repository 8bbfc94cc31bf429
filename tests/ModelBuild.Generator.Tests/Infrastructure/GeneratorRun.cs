using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests.Infrastructure;

/// <summary>Runs the generator and the compiler in this process.</summary>
internal static class GeneratorRun
{
    private static readonly ImmutableArray<MetadataReference> s_references = References();

    /// <summary>What the generator makes of signatures.</summary>
    public static GeneratorDriverRunResult Generate(params ModelSignature[] signatures) => Driver().RunGenerators(Compile(), Texts(signatures)).GetRunResult();

    /// <summary>The text of the one file that a signature gives.</summary>
    public static string GenerateText(ModelSignature signature) => GenerateTexts(signature, "").Single();

    /// <summary>The texts of the files that a signature with a plan gives.</summary>
    public static string[] GenerateTexts(ModelSignature signature, string plan)
    {
        GeneratorDriverRunResult result = Driver().RunGenerators(Compile(), TextsOf((signature, plan))).GetRunResult();
        Assert.AreEqual("", string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return [.. result.Results.Single().GeneratedSources.Select(s => s.SourceText.ToString())];
    }

    /// <summary>Codes of what the generator reports.</summary>
    public static string[] Codes(params ModelSignature[] signatures) => [.. Generate(signatures).Diagnostics.Select(d => d.Id)];

    /// <summary>The compilation of generated code with <paramref name="code"/>, without warnings.</summary>
    public static CSharpCompilation CompileWithoutWarnings(ModelSignature[] signatures, params string[] code) => CompileWithoutWarnings(TextsOf(signatures), code);

    /// <summary>The compilation of generated code with <paramref name="code"/>, without warnings.</summary>
    public static CSharpCompilation CompileWithoutWarnings(ImmutableArray<AdditionalText> texts, params string[] code)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Compile(code), texts, out Compilation compilation, out ImmutableArray<Diagnostic> reported);
        AssertNone(reported.Where(d => d.Severity == DiagnosticSeverity.Error), compilation);
        AssertNone(compilation.GetDiagnostics().Where(d => d.Severity > DiagnosticSeverity.Hidden && !d.IsSuppressed), compilation);
        return (CSharpCompilation)compilation;
    }

    /// <summary>Loads a compilation into an unloadable context.</summary>
    public static Assembly Load(CSharpCompilation compilation, params (string Name, byte[] Content)[] resources)
    {
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image, manifestResources: resources.Select(r => new ResourceDescription(r.Name, () => new MemoryStream(r.Content), isPublic: true)));
        AssertNone(result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), compilation);
        image.Position = 0;
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(image);
    }

    public static GeneratorDriver Driver(LanguageVersion version = LanguageVersion.CSharp14) => CSharpGeneratorDriver.Create(
        [new ModelGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions(version),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static CSharpParseOptions ParseOptions(LanguageVersion version = LanguageVersion.CSharp14) =>
        CSharpParseOptions.Default.WithLanguageVersion(version).WithDocumentationMode(DocumentationMode.Diagnose);

    public static CSharpCompilation Compile(params string[] code) => CSharpCompilation.Create(
        "Consumer_" + Guid.NewGuid().ToString("N"),
        code.Select((text, i) => CSharpSyntaxTree.ParseText(text, ParseOptions(), path: $"/consumer/Code{i}.cs", encoding: System.Text.Encoding.UTF8)),
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999, allowUnsafe: true));

    public static ImmutableArray<AdditionalText> TextsOf(params ModelSignature[] signatures) =>
        [.. signatures.Select((s, i) => new Text($"/consumer/obj/modelbuild/{i}.mbsig", SignatureFile.Write(s)))];

    public static ImmutableArray<AdditionalText> TextsOf(params (ModelSignature Signature, string Plan)[] models) =>
        [.. models.SelectMany((m, i) => new[] { new Text($"/consumer/obj/modelbuild/{i}.mbsig", SignatureFile.Write(m.Signature)), new Text($"/consumer/obj/modelbuild/{i}.mbplan", m.Plan.Length > 0 ? m.Plan : PlanFile.Empty) })];

    private static GeneratorDriver RunGenerators(this GeneratorDriver driver, Compilation compilation, ImmutableArray<AdditionalText> texts) =>
        driver.AddAdditionalTexts(texts).RunGenerators(compilation);

    private static void RunGeneratorsAndUpdateCompilation(this GeneratorDriver driver, Compilation compilation, ImmutableArray<AdditionalText> texts, out Compilation output, out ImmutableArray<Diagnostic> diagnostics) =>
        driver.AddAdditionalTexts(texts).RunGeneratorsAndUpdateCompilation(compilation, out output, out diagnostics);

    private static ImmutableArray<AdditionalText> Texts(ModelSignature[] signatures) => TextsOf(signatures);

    private static void AssertNone(IEnumerable<Diagnostic> diagnostics, Compilation compilation)
    {
        Diagnostic[] found = [.. diagnostics];
        if (found.Length > 0)
        {
            SyntaxTree? tree = found[0].Location.SourceTree;
            Assert.Fail(string.Join("\n", found.Take(20)) + "\n" + tree);
        }

        _ = compilation;
    }

    private static ImmutableArray<MetadataReference> References()
    {
        string[] trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        string[] wanted = ["System.", "netstandard.dll", "mscorlib.dll", "ModelBuild.Runtime.dll", "ModelBuild.Kernels.dll", "ModelBuild.Runtime.OnnxRuntime.dll", "MSTest.TestFramework.dll", "Microsoft.VisualStudio.TestPlatform.TestFramework.dll"];
        return [.. trusted.Where(p => wanted.Any(w => Path.GetFileName(p).StartsWith(w, StringComparison.Ordinal))).Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))];
    }

    internal sealed class Text(string path, string? content) : AdditionalText
    {
        public override string Path => path;

        public override Microsoft.CodeAnalysis.Text.SourceText? GetText(CancellationToken cancellationToken = default) =>
            content is null ? null : Microsoft.CodeAnalysis.Text.SourceText.From(content, System.Text.Encoding.UTF8);
    }
}
