using ModelBuild.Conformance.Values;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Engines;

/// <summary>The compiled backend's plan, run by the interpreter.</summary>
internal sealed class CompiledEngine : IConformanceEngine
{
    public string Name => "compiled";

    public IConformanceSession Open(string path)
    {
        Model model = new OnnxFormat().Read(path);
        try
        {
            return new CompiledConformanceSession(model, new PlanInterpreter(Lowerer.Lower(model)));
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

/// <summary>A plan with its interpreter.</summary>
internal sealed class CompiledConformanceSession(Model model, PlanInterpreter interpreter) : IConformanceSession
{
    public IReadOnlyList<(string Name, GraphType Type)> Inputs { get; } = Types(model.Graph.Inputs.Where(i => i.Initializer is null));

    public IReadOnlyList<(string Name, GraphType Type)> Outputs { get; } = Types(model.Graph.Outputs);

    public OrtValue[] Run(IReadOnlyList<(string Name, OnnxValue Value)> inputs)
    {
        foreach ((string name, OnnxValue value) in inputs)
        {
            interpreter.Frame.SetInput(Inputs.ToList().FindIndex(i => i.Name == name), PlanValues.Create(value));
        }

        interpreter.Run();
        var results = new OrtValue[Outputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = OrtValues.Create(PlanValues.ToOnnx(interpreter.Frame.Output(i)), Outputs[i].Type);
        }

        return results;
    }

    public void Dispose()
    {
        interpreter.Dispose();
        model.Dispose();
    }

    private static List<(string Name, GraphType Type)> Types(IEnumerable<Value> values) => [.. values.Select(v => (v.Name, v.Type ?? new TensorType(ElementType.Undefined, null)))];
}
