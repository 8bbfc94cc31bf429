using System.Reflection;
using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests;

/// <summary>
/// Whole generated files, one per case, beside this file in Golden/. Set MODELBUILD_UPDATE_GOLDEN=1 to write them anew, then read the difference.
/// </summary>
[TestClass]
public sealed class GoldenTests
{
    private static readonly Dictionary<string, ModelSignature> s_cases = GoldenCases.All.ToDictionary(s => s.ClassName);

    public static IEnumerable<object[]> Names => s_cases.Keys.Select(name => new object[] { name });

    private static readonly Dictionary<string, (ModelSignature Signature, Plan Plan)> s_plans = PlanSamples.All.ToDictionary(s => s.Signature.ClassName + ".Plan");

    public static IEnumerable<object[]> PlanNames => s_plans.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Generated_code_is_the_golden_file(string name) => Compare(name, GeneratorRun.GenerateText(s_cases[name]));

    [TestMethod]
    [DynamicData(nameof(PlanNames))]
    public void Code_of_a_plan_is_the_golden_file(string name) => Compare(name, GeneratorRun.GenerateTexts(s_plans[name].Signature, PlanFile.Write(s_plans[name].Plan)).Single(t => t.Contains("CompiledPlan", StringComparison.Ordinal)));

    [TestMethod]
    public void Code_of_plans_compiles_without_warnings()
    {
        GeneratorRun.CompileWithoutWarnings(GeneratorRun.TextsOf([.. PlanSamples.All.Select(s => (s.Signature, PlanFile.Write(s.Plan)))]));
        GeneratorRun.CompileWithoutWarnings(GeneratorRun.TextsOf([.. PlanSamples.All.Select(s => (s.Signature with { Namespace = "", Accessibility = "public" }, PlanFile.Write(s.Plan)))]));
    }

    private static void Compare(string name, string text)
    {
        string folder = typeof(GoldenTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "GoldenFolder").Value!;
        string path = Path.Combine(folder, name + ".txt");
        if (Environment.GetEnvironmentVariable("MODELBUILD_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, text);
        }

        // The copy beside the assembly is as of the last build; the folder of the sources is as of now.
        Assert.AreEqual(File.ReadAllText(Directory.Exists(folder) ? path : Path.Combine(AppContext.BaseDirectory, "Golden", name + ".txt")), text);
    }

    [TestMethod]
    public void Generated_code_compiles_without_warnings() => GeneratorRun.CompileWithoutWarnings([.. s_cases.Values]);

    [TestMethod]
    public void Public_classes_in_the_global_namespace_compile_without_warnings() =>
        GeneratorRun.CompileWithoutWarnings([.. s_cases.Values.Select(s => s with { Namespace = "", Accessibility = "public" })]);

    [TestMethod]
    public void Every_golden_file_has_a_case() =>
        CollectionAssert.AreEquivalent(s_cases.Keys.Concat(s_plans.Keys).ToArray(), Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.txt").Select(Path.GetFileNameWithoutExtension).ToArray());
}
