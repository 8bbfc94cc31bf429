namespace ModelBuild.Tool.Assets;

/// <summary>Which backend runs a model.</summary>
internal static class BackendChoice
{
    private const string OnnxRuntime = "OnnxRuntime";

    /// <summary>Resolves <c>Auto</c>.</summary>
    /// <returns>The backend, and for <c>Auto</c> the reason.</returns>
    /// <exception cref="Graphs.ModelException">No referenced backend can run it.</exception>
    public static (string Backend, string Reason) Decide(AssetArguments asset, AssetSettings settings)
    {
        bool hasOnnxRuntime = asset.File.Backends.Contains(OnnxRuntime, StringComparer.OrdinalIgnoreCase);
        if (settings.Backend == "Compiled")
        {
            throw asset.Error("MB0003", "Backend=\"Compiled\" is not available in this version of ModelBuild; use OnnxRuntime.");
        }

        if (!hasOnnxRuntime)
        {
            throw asset.Error("MB0008", "The project references no backend that can run the model. Add <PackageReference Include=\"ModelBuild.OnnxRuntime\" />.");
        }

        return settings.Backend == "Auto" ? (OnnxRuntime, "the only backend that the project references") : (OnnxRuntime, "");
    }
}
