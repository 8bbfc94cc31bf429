using ModelBuild.Graphs;
using ModelBuild.Lowering;

namespace ModelBuild.Tool.Assets;

/// <summary>Which backend runs a model.</summary>
internal static class BackendChoice
{
    private const string OnnxRuntime = "OnnxRuntime";
    private const string Compiled = "Compiled";

    /// <summary>Resolves <c>Auto</c>: compiled when every operator is covered and nothing asks for ONNX Runtime.</summary>
    /// <returns>The backend, and for <c>Auto</c> the reason.</returns>
    /// <exception cref="ModelException">No referenced backend can run it.</exception>
    public static (string Backend, string Reason) Decide(AssetArguments asset, AssetSettings settings, Model model)
    {
        bool hasOnnxRuntime = asset.File.Backends.Contains(OnnxRuntime, StringComparer.OrdinalIgnoreCase);
        if (settings.Backend == OnnxRuntime)
        {
            return hasOnnxRuntime ? (OnnxRuntime, "") : throw asset.Error("MB0008", "Backend=\"OnnxRuntime\" needs a package that the project does not reference. Add <PackageReference Include=\"ModelBuild.OnnxRuntime\" />.");
        }

        if (settings.Backend == Compiled)
        {
            return (Compiled, "");
        }

        string? obstacle = Obstacle(settings, model, hasOnnxRuntime);
        return obstacle is null ? (Compiled, "every operator is covered")
            : hasOnnxRuntime ? (OnnxRuntime, obstacle)
            : throw asset.Error("MB0008", $"The compiled backend can't run the model: {obstacle}. Add <PackageReference Include=\"ModelBuild.OnnxRuntime\" />.");
    }

    private static string? Obstacle(AssetSettings settings, Model model, bool hasOnnxRuntime)
    {
        if (settings.ExecutionProviders.FirstOrDefault(p => p != "Cpu") is { } provider)
        {
            return $"ExecutionProviders names {provider}";
        }

        // Until kernels for low precision exist, ONNX Runtime runs what is stored in it faster.
        if (settings.Quantize != "none" && hasOnnxRuntime)
        {
            return $"Quantize=\"{settings.Quantize}\" runs faster there";
        }

        try
        {
            using Model copy = Lowerer.Prepare(model);
            return Lowerer.FindUncovered(copy) is [{ } first, ..] ? $"the compiled backend does not cover {first.Node.DisplayName}: {first.Reason}" : null;
        }
        catch (ModelException e)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
