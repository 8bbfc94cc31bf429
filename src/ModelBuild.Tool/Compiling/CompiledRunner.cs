using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.Manifest;

namespace ModelBuild.Tool.Compiling;

/// <summary>Runs a lowered model on tensors, with the calls that its generated code makes.</summary>
internal sealed class CompiledRunner : IDisposable
{
    private readonly PlanInterpreter _interpreter;
    private readonly Plan _plan;
    private Action<string, TensorData>? _onValue;

    /// <summary>Prepares a model.</summary>
    public CompiledRunner(LoweredModel model, int threads = 1)
    {
        _plan = model.Plan;
        _interpreter = new PlanInterpreter(model, threads);
    }

    /// <summary>Makes one call.</summary>
    /// <param name="inputs">Content by name of the input; what is missing has the model's default.</param>
    /// <returns>The outputs in order; null for what is no tensor.</returns>
    /// <exception cref="KernelException">The inputs or the data are not what the model takes; the message names the layer.</exception>
    public TensorData?[] Run(IReadOnlyDictionary<string, TensorData> inputs)
    {
        for (int i = 0; i < _plan.Inputs.Count; i++)
        {
            if (inputs.TryGetValue(_plan.Values[_plan.Inputs[i]].Name, out TensorData? data))
            {
                _interpreter.Frame.SetInput(i, data.ToValue());
            }
        }

        _interpreter.Run();
        return [.. Enumerable.Range(0, _plan.Outputs.Count).Select(i => _interpreter.Frame.Output(i) is TensorValue t ? t.ToData() : null)];
    }

    /// <summary>Makes one call; what goes wrong is a coded error.</summary>
    /// <param name="inputs">Content by name of the input.</param>
    /// <param name="path">The model's file, for messages.</param>
    /// <exception cref="ModelException">MB3002: the inputs or the data are not what the model takes.</exception>
    public TensorData?[] RunChecked(IReadOnlyDictionary<string, TensorData> inputs, string path)
    {
        try
        {
            return Run(inputs);
        }
        catch (KernelException e)
        {
            throw new ModelException("MB3002", e.Message, path, e);
        }
    }

    /// <summary>Hands every tensor that a step computes to <paramref name="onValue"/>, with its name in the model, in order.</summary>
    public void Watch(Action<string, TensorData>? onValue)
    {
        _onValue = onValue;
        _interpreter.AfterStep = onValue is null ? null : Show;
    }

    /// <inheritdoc/>
    public void Dispose() => _interpreter.Dispose();

    private void Show(PlanCall call)
    {
        foreach (PlanArgument argument in call.Arguments.Where(a => a.IsOutput))
        {
            foreach (PlanNumber number in argument.Numbers)
            {
                if (number.Value >= 0 && _interpreter.Frame.Value((int)number.Value) is TensorValue tensor)
                {
                    _onValue!(_plan.Values[(int)number.Value].Name, tensor.ToData());
                }
            }
        }
    }
}
