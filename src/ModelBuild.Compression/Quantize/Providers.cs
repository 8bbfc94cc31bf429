namespace ModelBuild.Compression.Quantize;

/// <summary>What the choice of execution providers means for schemes.</summary>
internal static class Providers
{
    /// <summary>Whether the model runs on the processor first. <c>Auto</c> may end on a GPU, so it does not count.</summary>
    public static bool RunOnCpu(CompressionOptions options) => options.ExecutionProviders.Count == 0 || options.ExecutionProviders[0].Equals("Cpu", StringComparison.OrdinalIgnoreCase);
}
