using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>Opens models that were compiled to C#. What generated classes call.</summary>
public static class CompiledBackend
{
    /// <summary>Name of the backend in <see cref="ModelInfo.Backend"/>.</summary>
    public const string Name = "Compiled";

    /// <summary>Opens a model: finds its weights and maps them. Its calls share them.</summary>
    /// <param name="definition">What the generated class knows of its model.</param>
    /// <param name="options">The caller's wishes, or null for the defaults.</param>
    /// <exception cref="ModelRuntimeException">The weights are not found (MB5004), are those of another version of the model (MB5009), or the project was not built (MB5011).</exception>
    public static ModelSession Open(ModelDefinition definition, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        options ??= new ModelOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        CompiledPlan plan = definition.Plan
            ?? throw new ModelRuntimeException("MB5011", $"{definition.Info.Name} has no plan: its code was generated before the model was compiled. Build the project again.");
        PlanWeights weights = plan.WeightsBytes == 0 ? PlanWeights.Copy([]) : PlanWeights.Open(plan, WeightsSource.Find(definition, options.Path), definition.Info.Name);
        try
        {
            return new CompiledSession(definition, plan, weights, Threads(options.Threads, plan));
        }
        catch
        {
            weights.Unmap();
            throw;
        }
    }

    // Threads that the caller leaves to us are worth their start only where there is much to do; kernels then decide for each step.
    private static int Threads(int wished, CompiledPlan plan) =>
        wished > 0 ? wished : plan.WeightsBytes < SmallWeights && plan.ArenaBytes is >= 0 and < SmallArena ? 1 : Environment.ProcessorCount;

    private const long SmallWeights = 256 * 1024;
    private const long SmallArena = 64 * 1024;
}
