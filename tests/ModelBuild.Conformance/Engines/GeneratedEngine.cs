using System.Runtime.InteropServices;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.Manifest;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.Conformance.Engines;

/// <summary>The compiled backend's plan as generated C#. Each result is also compared with the interpreter's, bit by bit.</summary>
internal sealed class GeneratedEngine : IConformanceEngine
{
    public string Name => "generated";

    public IConformanceSession Open(string path)
    {
        Model model = new OnnxFormat().Read(path);
        try
        {
            LoweredModel lowered = Lowerer.Lower(model);
            return new GeneratedConformanceSession(model, lowered, new PlanInterpreter(lowered));
        }
        catch (ModelException e) when (e.Code is Lowerer.UncoveredCode or "MB2002")
        {
            model.Dispose();
            throw new UnsupportedModelException($"{e.Code} {e.Message}", e);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}

/// <summary>Generated code and the interpreter of the same plan.</summary>
internal sealed unsafe class GeneratedConformanceSession : IConformanceSession
{
    private readonly Model _model;
    private readonly PlanInterpreter _interpreter;
    private readonly GeneratedCode _code;
    private readonly PlanFrame _frame;
    private readonly byte* _weights;
    private readonly bool _isRandom;

    public GeneratedConformanceSession(Model model, LoweredModel lowered, PlanInterpreter interpreter)
    {
        _model = model;
        _interpreter = interpreter;
        _code = new GeneratedCode(lowered.Plan);
        _weights = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, lowered.Weights.Length), 64);
        lowered.Weights.CopyTo(_weights);
        _frame = new PlanFrame(_code.Plan, _weights, new KernelContext());
        _isRandom = lowered.Plan.Body.OfType<PlanCall>().Any(c => c.Kernel.Contains("Random", StringComparison.Ordinal) || c.Kernel.Contains("Dropout", StringComparison.Ordinal));
        Inputs = Types(model.Graph.Inputs);
        Outputs = Types(model.Graph.Outputs);
    }

    public IReadOnlyList<(string Name, GraphType Type)> Inputs { get; }

    public IReadOnlyList<(string Name, GraphType Type)> Outputs { get; }

    public OrtValue[] Run(IReadOnlyList<(string Name, OnnxValue Value)> inputs)
    {
        foreach ((string name, OnnxValue value) in inputs)
        {
            int index = Inputs.ToList().FindIndex(i => i.Name == name);
            _frame.SetInput(index, PlanValues.Create(value));
            _interpreter.Frame.SetInput(index, PlanValues.Create(value));
        }

        _frame.Prepare();
        _code.Plan.Execute(_frame);
        _interpreter.Run();
        var results = new OrtValue[Outputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            OnnxValue value = PlanValues.ToOnnx(_frame.Output(i));
            if (!_isRandom && !AreSame(value, PlanValues.ToOnnx(_interpreter.Frame.Output(i))))
            {
                throw new KernelException($"Generated code and interpreter give different results for '{Outputs[i].Name}'.");
            }

            results[i] = OrtValues.Create(value, Outputs[i].Type);
        }

        return results;
    }

    public void Dispose()
    {
        _frame.Dispose();
        _interpreter.Dispose();
        _code.Dispose();
        _model.Dispose();
        NativeMemory.AlignedFree(_weights);
    }

    /// <summary>Whether two values have the same types, shapes and bits.</summary>
    private static bool AreSame(OnnxValue a, OnnxValue b) => (a, b) switch
    {
        (OnnxTensorValue x, OnnxTensorValue y) => x.Data.ElementType == y.Data.ElementType && x.Data.Dimensions.SequenceEqual(y.Data.Dimensions) && HaveSameContent(x.Data, y.Data),
        (OnnxSequenceValue x, OnnxSequenceValue y) => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(p => AreSame(p.First, p.Second)),
        (OnnxOptionalValue x, OnnxOptionalValue y) => x.Value is null ? y.Value is null : y.Value is not null && AreSame(x.Value, y.Value),
        _ => false,
    };

    private static bool HaveSameContent(TensorData a, TensorData b) => a.Strings is { } texts
        ? b.Strings is { } others && texts.Zip(others).All(p => p.First.Span.SequenceEqual(p.Second.Span))
        : a.Bytes.SequenceEqual(b.Bytes);

    private static List<(string Name, GraphType Type)> Types(IEnumerable<Value> values) => [.. values.Select(v => (v.Name, v.Type ?? new TensorType(ElementType.Undefined, null)))];
}
