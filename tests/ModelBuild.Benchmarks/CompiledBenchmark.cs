using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ModelBuild.Compression.Data;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.Manifest;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Benchmarks;

/// <summary>Whole models on the compiled backend's plan against ONNX Runtime at its best: all optimizations, everything bound once, the same number of threads.</summary>
internal static class CompiledBenchmark
{
    private const int PauseMilliseconds = 60;
    private const int Rounds = 31;
    private const double MillisecondsPerRound = 30;

    public static void Run(string? models, int threads, bool steps)
    {
        Console.WriteLine($"## Compiled backend against ONNX Runtime {OrtLibrary.Version}, {threads} thread(s), batch 1, median of {Rounds} interleaved rounds");
        Console.WriteLine();
        Console.WriteLine("| Model | Compiled µs | ONNX Runtime µs | Ratio (above 1: compiled is faster) | Largest relative error | Arena kB | Opening ms, compiled / ONNX Runtime | Bytes a call |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        var ratios = new List<double>();
        try
        {
            foreach ((string name, string path) in Models.Find(models, scratch))
            {
                try
                {
                    ratios.Add(Measure(name, path, threads, steps));
                }
                catch (Exception e) when (e is ModelException or KernelException or OrtException)
                {
                    Console.WriteLine($"| {name} | {e.Message.ReplaceLineEndings(" ").Replace('|', '/')} | | | | | | |");
                }
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        if (ratios.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Geometric mean of the ratios: {Math.Exp(ratios.Average(Math.Log)):0.000}"));
        }

        Console.WriteLine();
    }

    private static double Measure(string name, string path, int threads, bool steps)
    {
        using Model model = ModelFormats.Read(path);
        var feeds = new Dictionary<string, TensorData>(new RandomInputs(model, new RandomInputOptions { Shapes = ModelShapes(model) }).GetBatch(0));
        if (feeds.TryGetValue("sr", out TensorData? rate) && rate is { ElementType: ElementType.Int64, ElementCount: 1 })
        {
            // A sample rate decides a branch.
            feeds["sr"] = TensorData.Create<long>(ElementType.Int64, rate.Dimensions, [16000]);
        }

        long start = Stopwatch.GetTimestamp();
        using var compiled = new CompiledContender(model, feeds, threads);
        compiled.Call();
        double openCompiled = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        using var reference = new OrtContender(path, feeds, threads);
        reference.Call();
        double openReference = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double error = reference.Compare(compiled.Outputs);

        IContender[] contenders = [compiled, reference];
        int[] calls = [.. contenders.Select(CallsPerRound)];
        double[][] times = [new double[Rounds], new double[Rounds]];
        long bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < 2; i++)
            {
                int c = (i + round) % 2;
                if (threads > 1)
                {
                    // Threads of the other side look for work for a while after its last call, on the processors that this side needs.
                    Thread.Sleep(PauseMilliseconds);
                    contenders[c].Call();
                }

                long before = GC.GetAllocatedBytesForCurrentThread();
                start = Stopwatch.GetTimestamp();
                for (int call = 0; call < calls[c]; call++)
                {
                    contenders[c].Call();
                }

                times[c][round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls[c];
                bytes = c == 0 ? (GC.GetAllocatedBytesForCurrentThread() - before) / calls[c] : bytes;
            }
        }

        double ratio = Statistics.Median(times[1].Zip(times[0], (a, b) => a / b));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Statistics.Median(times[0]):0.0} | {Statistics.Median(times[1]):0.0} | {ratio:0.000} | {error:0.0E+0} | {compiled.ArenaBytes / 1000} | {openCompiled:0} / {openReference:0} | {bytes} |"));
        if (steps)
        {
            compiled.PrintSteps();
        }

        return ratio;
    }

    // 128 tokens, as in the tables that others publish.
    private static Dictionary<string, IReadOnlyList<long>> ModelShapes(Model model)
    {
        var shapes = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (Value input in model.Graph.Inputs.Where(i => i.Initializer is null))
        {
            if (input.Tensor is { ElementType: ElementType.Int64, Shape: { Rank: 2 } shape } && shape.All(d => !d.IsFixed))
            {
                shapes[input.Name] = [1, 128];
            }
            else if (input.Tensor is { ElementType: ElementType.Float32, Shape: { Rank: 2 } signal } && signal.All(d => !d.IsFixed))
            {
                shapes[input.Name] = [1, 512];
            }
            else if (input.Tensor is { ElementType: ElementType.Float32, Shape: { Rank: 3 } state } && !state.IsFixed)
            {
                // A recurrent state of one sequence.
                shapes[input.Name] = [.. state.Select(d => d.IsFixed ? d.Value : 1)];
            }
            else if (input.Tensor is { Shape: { Rank: 4 } image } && !image.IsFixed && image[1] == Dimension.Fixed(3))
            {
                shapes[input.Name] = [1, 3, image[2].IsFixed ? image[2].Value : 640, image[3].IsFixed ? image[3].Value : image[2].IsFixed ? 320 : 640];
            }
        }

        return shapes;
    }

    // Warms up for half a second, so that compiled code has reached its last tier.
    private static int CallsPerRound(IContender contender)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 500)
        {
            contender.Call();
            calls++;
        }

        return Math.Max(1, (int)(calls * MillisecondsPerRound / 500));
    }
}

/// <summary>The interpreter, which makes the calls of generated code, over memory that stays where it is.</summary>
internal sealed class CompiledContender : IContender
{
    private readonly PlanInterpreter _interpreter;
    private readonly PinnedFeeds _feeds;

    public CompiledContender(Model model, IReadOnlyDictionary<string, TensorData> feeds, int threads)
    {
        _interpreter = new PlanInterpreter(Lowerer.Lower(model), threads);
        _feeds = new PinnedFeeds(_interpreter, feeds);
    }

    public string Name => "compiled";

    public long ArenaBytes => _interpreter.Frame.ArenaBytes;

    public IReadOnlyList<PlanValue> Outputs => [.. Enumerable.Range(0, _interpreter.Plan.Outputs.Count).Select(_interpreter.Frame.Output)];

    public void Call() => _feeds.Run();

    /// <summary>Writes the time of each kernel, summed over the steps, and of the slowest steps.</summary>
    public void PrintSteps()
    {
        const int Calls = 10;
        var kernels = new Dictionary<string, double>(StringComparer.Ordinal);
        var steps = new Dictionary<PlanCall, double>(ReferenceEqualityComparer.Instance);
        long last = 0;
        _interpreter.AfterStep = call =>
        {
            long now = Stopwatch.GetTimestamp();
            double time = Stopwatch.GetElapsedTime(last, now).TotalMicroseconds / Calls;
            kernels[call.Kernel] = kernels.GetValueOrDefault(call.Kernel) + time;
            steps[call] = steps.GetValueOrDefault(call) + time;
            last = Stopwatch.GetTimestamp();
        };
        for (int i = 0; i < Calls; i++)
        {
            last = Stopwatch.GetTimestamp();
            _feeds.Run();
        }

        _interpreter.AfterStep = null;
        foreach ((string kernel, double time) in kernels.OrderByDescending(k => k.Value).Take(14))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {time,10:0.0} µs  {kernel} x {steps.Keys.Count(c => c.Kernel == kernel)}"));
        }

        foreach ((PlanCall call, double time) in steps.OrderByDescending(k => k.Value).Take(8))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      {time,8:0.0} µs  {call.Kernel}  {call.Layer}  {string.Join(' ', call.Arguments.Where(a => a.Kind == PlanArgumentKind.Integer).Select(a => $"{a.Name}={(a.Numbers[0].IsSize ? _interpreter.Frame.Size((int)a.Numbers[0].Value) : a.Numbers[0].Value)}"))}"));
        }
    }

    public void Dispose()
    {
        _feeds.Dispose();
        _interpreter.Dispose();
    }
}

/// <summary>ONNX Runtime's C API with inputs bound once; outputs go to memory of its own, which it keeps.</summary>
internal sealed unsafe class OrtContender : IContender
{
    private readonly OrtApi _api = OrtLibrary.Api;
    private readonly OrtSession _session;
    private readonly nint _binding;
    private readonly nint _runOptions;
    private readonly IReadOnlyDictionary<string, TensorData> _feeds;
    private readonly List<OrtValue> _values = [];

    public OrtContender(string path, IReadOnlyDictionary<string, TensorData> feeds, int threads)
    {
        _feeds = feeds;
        _session = OrtSession.Open(path, new OrtSessionOptions { Threads = threads });
        nint binding, runOptions;
        _api.Check(_api.CreateIoBinding(_session.Handle, &binding));
        _api.Check(_api.CreateRunOptions(&runOptions));
        _binding = binding;
        _runOptions = runOptions;
        foreach (OrtValueInfo input in _session.Inputs)
        {
            OrtValue value = ToOrt(feeds[input.Name]);
            _values.Add(value);
            fixed (byte* name = Utf8.Bytes(input.Name))
            {
                _api.Check(_api.BindInput(binding, name, value.Handle));
            }
        }

        foreach (OrtValueInfo output in _session.Outputs)
        {
            fixed (byte* name = Utf8.Bytes(output.Name))
            {
                _api.Check(_api.BindOutputToDevice(binding, name, OrtLibrary.Loaded.CpuMemory));
            }
        }
    }

    public string Name => "ONNX Runtime";

    public void Call() => _api.Check(_api.RunWithBinding(_session.Handle, _runOptions, _binding));

    /// <summary>The largest difference of an fp32 output, relative to its largest element.</summary>
    public double Compare(IReadOnlyList<PlanValue> outputs)
    {
        var inputs = _feeds.Where(f => _session.Inputs.Any(i => i.Name == f.Key)).Select(f => KeyValuePair.Create(f.Key, ToOrt(f.Value))).ToList();
        OrtValue[] expected = _session.Run(inputs, null, default);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (expected[i] is { Kind: OrtKind.Tensor, ElementType: TensorElementType.Float32 } value && outputs[i] is TensorValue actual)
            {
                ReadOnlySpan<float> e = MemoryMarshal.Cast<byte, float>(value.Bytes);
                ReadOnlySpan<float> a = actual.Span<float>();
                if (a.Length != e.Length)
                {
                    return double.NaN;
                }

                double difference = 0, largest = 1e-30;
                for (int k = 0; k < e.Length; k++)
                {
                    difference = Math.Max(difference, Math.Abs((double)e[k] - a[k]));
                    largest = Math.Max(largest, Math.Abs(e[k]));
                }

                worst = Math.Max(worst, difference / largest);
            }
        }

        inputs.ForEach(v => v.Value.Dispose());
        Array.ForEach(expected, v => v.Dispose());
        return worst;
    }

    public void Dispose()
    {
        _api.ReleaseIoBinding(_binding);
        _api.ReleaseRunOptions(_runOptions);
        _values.ForEach(v => v.Dispose());
        _session.Dispose();
    }

    private static OrtValue ToOrt(TensorData data) => OrtValue.FromBytes((TensorElementType)data.ElementType, data.Dimensions, data.Bytes);
}
