using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime;

/// <summary>Opens models with ONNX Runtime. What generated classes call.</summary>
public static class OnnxRuntimeBackend
{
    /// <summary>Name of the backend in <see cref="ModelInfo.Backend"/>.</summary>
    public const string Name = "OnnxRuntime";

    /// <summary>
    /// Opens a model. Models with the same weights and options share one session, which lives until the last of them is disposed and its calls have ended.
    /// </summary>
    /// <param name="definition">What the generated class knows of its model.</param>
    /// <param name="options">The caller's wishes, or null for the defaults.</param>
    /// <exception cref="ModelRuntimeException">
    /// The weights are not found (MB5004), ONNX Runtime is not there or too old (MB5005), none of the execution providers is (MB5006),
    /// or ONNX Runtime can't load the model (MB5007).
    /// </exception>
    /// <exception cref="ArgumentException">The options name an execution provider that does not exist.</exception>
    public static ModelSession Open(ModelDefinition definition, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        options ??= new ModelOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        var providers = OrtProviders.Expand(options.ExecutionProviders is { Count: > 0 } wanted ? wanted : definition.ExecutionProviders is { Count: > 0 } stated ? stated : [OrtProviders.Cpu]);
        var weights = WeightsSource.Find(definition, options.Path);
        var key = new SessionKey(weights.Identity, weights.Assembly, options.Threads, options.FastOpen, string.Join(';', providers.Select(p => p.Name)));
        var native = SessionCache.Open(key, () => SessionLoader.Load(definition.Info.Name, weights, options, providers));
        try
        {
            return new OnnxRuntimeSession(native, new CallLayout(definition.Info, weights.Display, native.Session));
        }
        catch
        {
            native.Release();
            throw;
        }
    }
}
