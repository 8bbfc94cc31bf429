using System.CommandLine;

namespace ModelBuild.Tool.Verbs;

/// <summary>The option <c>--backend</c> of verbs that run a model.</summary>
internal static class BackendOption
{
    private const string Compiled = "Compiled";

    /// <summary>Makes the option.</summary>
    /// <param name="what">What it runs.</param>
    public static Option<string> Create(string what)
    {
        var option = new Option<string>("--backend") { Description = $"What runs {what}: OnnxRuntime (default) or Compiled.", DefaultValueFactory = _ => OnnxRuntime.OnnxRuntimeBackend.Name };
        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, OnnxRuntime.OnnxRuntimeBackend.Name, Compiled);
        return option;
    }

    /// <summary>Whether the compiled backend was chosen.</summary>
    public static bool IsCompiled(ParseResult result, Option<string> option) => Compiled.Equals(result.GetValue(option), StringComparison.OrdinalIgnoreCase);
}
