using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;

namespace ModelBuild.Tool.Verbs;

/// <summary>Measures the plan of a model with the calls that its generated code makes.</summary>
internal static unsafe class CompiledBench
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
        var pinned = new List<(int Input, GCHandle Memory, TensorData Data)>();
        for (int i = 0; i < lowered.Plan.Inputs.Count; i++)
        {
            if (inputs.TryGetValue(lowered.Plan.Values[lowered.Plan.Inputs[i]].Name, out TensorData? data))
            {
                pinned.Add((i, GCHandle.Alloc(data.Bytes.ToArray(), GCHandleType.Pinned), data));
            }
        }

        try
        {
            return Benchmark.Measure(Runtime.CompiledBackend.Name, used, open, Call, duration, cancellationToken);
        }
        catch (KernelException e)
        {
            throw new ModelException("MB3002", e.Message, path, e);
        }
        finally
        {
            pinned.ForEach(p => p.Memory.Free());
        }

        void Call()
        {
            foreach ((int input, GCHandle memory, TensorData data) in pinned)
            {
                interpreter.Frame.SetInput(input, (TensorElementType)data.ElementType, (void*)memory.AddrOfPinnedObject(), data.Dimensions);
            }

            interpreter.Run();
        }
    }
}
