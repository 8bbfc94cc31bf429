using System.Buffers;
using System.Diagnostics;
using System.Text;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;
using ModelBuild.Tool.Building;

namespace ModelBuild.Tool.Verbs;

/// <summary>What was measured.</summary>
/// <param name="Provider">Execution provider that ran the model.</param>
/// <param name="Threads">Threads that were asked for.</param>
/// <param name="Calls">Calls measured.</param>
/// <param name="OpenMilliseconds">Time to open the model.</param>
/// <param name="MedianMilliseconds">Half of the calls took longer.</param>
/// <param name="P95Milliseconds">One call in twenty took longer.</param>
/// <param name="LeastMilliseconds">The fastest call.</param>
/// <param name="BytesPerCall">Managed bytes allocated per call, rounded up.</param>
internal sealed record BenchResult(
    string Provider, int Threads, int Calls, double OpenMilliseconds, double MedianMilliseconds, double P95Milliseconds, double LeastMilliseconds, long BytesPerCall);

/// <summary>Calls a model as a generated class does, with the caller's memory bound to inputs and outputs.</summary>
internal static unsafe class Benchmark
{
    private const int WarmUpCalls = 3;
    private const int MaxCalls = 1_000_000;

    /// <summary>Measures.</summary>
    /// <exception cref="ModelException">The model can't be run with this data.</exception>
    public static BenchResult Run(RunnableModel model, IReadOnlyDictionary<string, TensorData> inputs, int threads, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            ModelInfo info = Describe(model.Path);
            var definition = new ModelDefinition { Info = info, WeightsFile = Path.GetFileName(model.Path), Assembly = typeof(Benchmark).Assembly, ExecutionProviders = ["Cpu"] };
            var watch = Stopwatch.StartNew();
            using ModelSession session = OnnxRuntimeBackend.Open(definition, new ModelOptions { Path = Path.GetFullPath(model.Path), Threads = threads });
            double open = watch.Elapsed.TotalMilliseconds;
            using var buffers = new CallBuffers(info, inputs);
            CallState state = session.Rent();
            try
            {
                buffers.BindInputs(state);
                buffers.LearnOutputs(state, cancellationToken);
                return Measure(session.ExecutionProvider, threads, open, () => buffers.Execute(state, cancellationToken), duration, cancellationToken);
            }
            finally
            {
                state.Recycle();
            }
        }
        catch (OrtException e)
        {
            throw OnnxRuntimeCheck.Error(e, model.Model, model.Path);
        }
        catch (ModelRuntimeException e)
        {
            throw new ModelException("MB3007", $"The model can't be run: {e.Message}", model.Path, e);
        }
    }

    /// <summary>Measures calls after some that warm up.</summary>
    public static BenchResult Measure(string provider, int threads, double open, Action call, TimeSpan duration, CancellationToken cancellationToken)
    {
        for (int i = 0; i < WarmUpCalls; i++)
        {
            call();
        }

        var times = new List<long>(MaxCalls);
        long start = Stopwatch.GetTimestamp();
        long before = GC.GetAllocatedBytesForCurrentThread();
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            long from = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetTimestamp() - from);
        }
        while (times.Count < MaxCalls && Stopwatch.GetElapsedTime(start) < duration);

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        times.Sort();
        return new BenchResult(provider, threads, times.Count, open, At(0.5), At(0.95), At(0), (bytes + times.Count - 1) / times.Count);

        double At(double part) => times[(int)Math.Min(times.Count - 1, times.Count * part)] * 1000.0 / Stopwatch.Frequency;
    }

    private static ModelInfo Describe(string path)
    {
        using OrtSession session = OrtSession.Open(path, new OrtSessionOptions { Optimization = OrtOptimization.None, Prepacking = false });
        return new ModelInfo
        {
            Name = Path.GetFileNameWithoutExtension(path),
            ModelFile = Path.GetFileName(path),
            ContentHash = "",
            Backend = OnnxRuntimeBackend.Name,
            Inputs = [.. session.Inputs.Select(Info)],
            Outputs = [.. session.Outputs.Select(Info)],
        };

        static TensorInfo Info(OrtValueInfo value) => value.Type is OrtTensorType { IsSparse: false } type
            ? new TensorInfo(value.Name, type.ElementType, [.. type.Dimensions.Select((d, i) => d >= 0 ? d.ToString(System.Globalization.CultureInfo.InvariantCulture) : type.Symbols[i].Length > 0 ? type.Symbols[i] : "?")])
            : throw new ModelException("MB3007", $"'{value.Name}' is no tensor; only models of tensors can be measured.");
    }

    /// <summary>Memory of one call that stays where it is.</summary>
    private sealed class CallBuffers(ModelInfo info, IReadOnlyDictionary<string, TensorData> inputs) : IDisposable
    {
        private readonly List<MemoryHandle> _pinned = [];
        private readonly (nint Data, nuint Length, long[] Shape)[] _outputs = new (nint, nuint, long[])[info.Outputs.Count];

        public void BindInputs(CallState state)
        {
            for (int i = 0; i < info.Inputs.Count; i++)
            {
                TensorData tensor = inputs[info.Inputs[i].Name];
                if (tensor.Strings is { } texts)
                {
                    state.SetInput(i, texts.Select(t => Encoding.UTF8.GetString(t.Span)).ToArray(), tensor.Dimensions);
                }
                else
                {
                    state.SetInput(i, (void*)Pin(tensor.Bytes.ToArray()), (nuint)tensor.ByteLength, tensor.Dimensions);
                }
            }
        }

        // The first call tells the sizes; from then on the outputs are written to memory of ours, as with a generated class.
        public void LearnOutputs(CallState state, CancellationToken cancellationToken)
        {
            for (int i = 0; i < _outputs.Length; i++)
            {
                state.SetOutputAllocated(i);
            }

            state.Execute(cancellationToken);
            for (int i = 0; i < _outputs.Length; i++)
            {
                using NativeTensor output = state.TakeOutput(i);
                ElementType type = (ElementType)(int)info.Outputs[i].ElementType;
                if (type == ElementType.String)
                {
                    continue;
                }

                long count = 1;
                foreach (long size in output.Shape)
                {
                    count *= size;
                }

                byte[] memory = new byte[Math.Max(1, type.ByteSize(count))];
                _outputs[i] = (Pin(memory), (nuint)type.ByteSize(count), output.Shape.ToArray());
            }

            for (int i = 0; i < _outputs.Length; i++)
            {
                if (_outputs[i].Data != 0)
                {
                    state.SetOutput(i, (void*)_outputs[i].Data, _outputs[i].Length, _outputs[i].Shape);
                }
            }
        }

        public void Execute(CallState state, CancellationToken cancellationToken)
        {
            for (int i = 0; i < _outputs.Length; i++)
            {
                if (_outputs[i].Data == 0)
                {
                    state.SetOutputAllocated(i);
                }
            }

            state.Execute(cancellationToken);
        }

        public void Dispose() => _pinned.ForEach(p => p.Dispose());

        private nint Pin(byte[] memory)
        {
            MemoryHandle handle = memory.AsMemory().Pin();
            _pinned.Add(handle);
            return (nint)handle.Pointer;
        }
    }
}
