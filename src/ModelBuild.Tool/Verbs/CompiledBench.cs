using System.Diagnostics;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;

namespace ModelBuild.Tool.Verbs;

/// <summary>Measures the plan of a model with the calls that its generated code makes.</summary>
internal static class CompiledBench
{
    /// <summary>Measures.</summary>
    /// <exception cref="ModelException">The compiled backend can't run the model (MB2005), or not with this data (MB3002).</exception>
    public static BenchResult Run(Model model, string path, IReadOnlyDictionary<string, TensorData> inputs, int threads, TimeSpan duration, CancellationToken cancellationToken)
    {
        LoweredModel lowered = Lowerer.Lower(model);
        int used = threads > 0 ? threads : Environment.ProcessorCount;
        var watch = Stopwatch.StartNew();
        using var interpreter = new PlanInterpreter(lowered, used);
        double open = watch.Elapsed.TotalMilliseconds;
        using var feeds = new PinnedFeeds(interpreter, inputs);
        try
        {
            return Benchmark.Measure(Runtime.CompiledBackend.Name, used, open, feeds.Run, duration, cancellationToken);
        }
        catch (KernelException e)
        {
            throw new ModelException("MB3002", e.Message, path, e);
        }
    }
}
