using System.Reflection;
using ModelBuild.OnnxRuntime;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;
using Managed = Microsoft.ML.OnnxRuntime;

namespace ModelBuild.Benchmarks;

/// <summary>One way of calling a model with one float input and one float output of fixed shapes.</summary>
internal interface IContender : IDisposable
{
    string Name { get; }

    void Call();
}

/// <summary>Shapes and memory that all contenders share.</summary>
internal sealed class CallData
{
    public CallData(string path)
    {
        using var session = OrtSession.Open(path);
        Path = path;
        Input = Describe(session.Inputs, out var inputShape);
        InputShape = inputShape;
        InputData = new float[inputShape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < InputData.Length; i++)
        {
            InputData[i] = ((i % 17) - 8) * 0.1f;
        }

        // The output's shape may be symbolic although the input's is not: ask the model.
        using var x = OrtValue.FromSpan<float>(TensorElementType.Float32, InputShape, InputData);
        using var y = session.Run([new(Input, x)], [session.Outputs[0].Name])[0];
        Output = session.Outputs[0].Name;
        OutputShape = y.Dimensions.ToArray();
        OutputData = new float[y.ElementCount];
        Expected = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(y.Bytes).ToArray();
    }

    public string Path { get; }

    public string Input { get; }

    public string Output { get; }

    public long[] InputShape { get; }

    public long[] OutputShape { get; }

    public float[] InputData { get; }

    public float[] OutputData { get; }

    public float[] Expected { get; }

    private static string Describe(IReadOnlyList<OrtValueInfo> inputs, out long[] shape)
    {
        if (inputs is not [{ Type: OrtTensorType { ElementType: TensorElementType.Float32 } type } input])
        {
            throw new NotSupportedException("only models with one input of floats are measured");
        }

        shape = [.. type.Dimensions.Select(d => d < 0 ? 1 : d)];
        return input.Name;
    }
}

/// <summary>The calls that a generated class makes.</summary>
internal sealed class GeneratedPath : IContender
{
    private readonly CallData _data;
    private readonly ModelInfo _info;
    private readonly ModelSession _session;

    public GeneratedPath(CallData data, int threads)
    {
        _data = data;
        _info = new ModelInfo
        {
            Name = "Benchmark",
            ModelFile = "",
            ContentHash = "",
            Backend = OnnxRuntimeBackend.Name,
            Inputs = [new TensorInfo(data.Input, TensorElementType.Float32, [.. data.InputShape.Select(d => $"{d}")])],
            Outputs = [new TensorInfo(data.Output, TensorElementType.Float32, [.. data.OutputShape.Select(d => $"{d}")])],
        };
        var definition = new ModelDefinition { Info = _info, WeightsFile = "", Assembly = Assembly.GetExecutingAssembly(), ExecutionProviders = ["Cpu"] };
        _session = OnnxRuntimeBackend.Open(definition, new ModelOptions { Path = data.Path, Threads = threads });
    }

    public string Name => "generated class";

    public OrtSession Native => ((OnnxRuntimeSession)_session).Native;

    public void Call()
    {
        using var call = _session.BeginCall(_info);
        call.SetInput<float>(0, _data.InputData, _data.InputShape);
        call.SetOutput<float>(0, _data.OutputData, _data.OutputShape);
        call.Execute();
    }

    public void Dispose() => _session.Dispose();
}

/// <summary>The C API with everything bound once, on the same session.</summary>
internal sealed unsafe class BareBinding : IContender
{
    private readonly OrtApi _api = OrtLibrary.Api;
    private readonly OrtSession _session;
    private readonly nint _binding;
    private readonly nint _runOptions;
    private System.Runtime.InteropServices.GCHandle _input;
    private System.Runtime.InteropServices.GCHandle _output;

    public BareBinding(CallData data, OrtSession session)
    {
        _session = session;
        _input = System.Runtime.InteropServices.GCHandle.Alloc(data.InputData, System.Runtime.InteropServices.GCHandleType.Pinned);
        _output = System.Runtime.InteropServices.GCHandle.Alloc(data.OutputData, System.Runtime.InteropServices.GCHandleType.Pinned);
        nint binding, runOptions;
        _api.Check(_api.CreateIoBinding(session.Handle, &binding));
        _api.Check(_api.CreateRunOptions(&runOptions));
        _binding = binding;
        _runOptions = runOptions;
        fixed (byte* name = Utf8.Bytes(data.Input))
        {
            _api.Check(_api.BindInput(binding, name, Value(_input, data.InputData.Length, data.InputShape)));
        }

        fixed (byte* name = Utf8.Bytes(data.Output))
        {
            _api.Check(_api.BindOutput(binding, name, Value(_output, data.OutputData.Length, data.OutputShape)));
        }
    }

    public string Name => "C API, bound once";

    public void Call() => _api.Check(_api.RunWithBinding(_session.Handle, _runOptions, _binding));

    public void Dispose()
    {
        _api.ReleaseIoBinding(_binding);
        _api.ReleaseRunOptions(_runOptions);
        _input.Free();
        _output.Free();
    }

    private nint Value(System.Runtime.InteropServices.GCHandle memory, int length, long[] shape)
    {
        nint value;
        fixed (long* s = shape)
        {
            _api.Check(_api.CreateTensorWithDataAsOrtValue(OrtLibrary.Loaded.CpuMemory, (void*)memory.AddrOfPinnedObject(), (nuint)length * sizeof(float), s, (nuint)shape.Length, OrtElementTypes.ToNative(TensorElementType.Float32), &value));
        }

        return value;
    }
}

/// <summary>Microsoft.ML.OnnxRuntime at its best: values over the caller's arrays, made once.</summary>
internal sealed class ManagedWrapper : IContender
{
    private readonly bool _bound;
    private readonly Managed.InferenceSession _session;
    private readonly Managed.RunOptions _runOptions = new();
    private readonly Managed.OrtIoBinding _binding;
    private readonly Managed.OrtValue _input;
    private readonly Managed.OrtValue _output;
    private readonly Managed.OrtValue[] _inputs;
    private readonly Managed.OrtValue[] _outputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    public ManagedWrapper(CallData data, int threads, bool bound)
    {
        _bound = bound;
        using var options = new Managed.SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        _session = new Managed.InferenceSession(data.Path, options);
        _input = Managed.OrtValue.CreateTensorValueFromMemory(data.InputData, data.InputShape);
        _output = Managed.OrtValue.CreateTensorValueFromMemory(data.OutputData, data.OutputShape);
        _inputs = [_input];
        _outputs = [_output];
        _inputNames = [data.Input];
        _outputNames = [data.Output];
        _binding = _session.CreateIoBinding();
        _binding.BindInput(data.Input, _input);
        _binding.BindOutput(data.Output, _output);
    }

    public string Name => _bound ? "managed wrapper, OrtIoBinding" : "managed wrapper, Run with OrtValue";

    public void Call()
    {
        if (_bound)
        {
            _session.RunWithBinding(_runOptions, _binding);
        }
        else
        {
            _session.Run(_runOptions, _inputNames, _inputs, _outputNames, _outputs);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }
}
