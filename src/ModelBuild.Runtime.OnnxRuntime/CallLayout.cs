using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.OnnxRuntime;

/// <summary>Names and element types of inputs and outputs in the order in which calls count them.</summary>
internal sealed unsafe class CallLayout
{
    private readonly NameTable _inputNames;
    private readonly NameTable _outputNames;
    private readonly int[] _inputTypes;
    private readonly int[] _outputTypes;

    /// <summary>Checks that the loaded weights are those of the class: a wrong element type would make ONNX Runtime read or write past the caller's memory.</summary>
    /// <param name="info">What the class says.</param>
    /// <param name="weights">The weights, for the message.</param>
    /// <param name="session">What was loaded.</param>
    /// <exception cref="ModelRuntimeException">A name or type differs (MB5007).</exception>
    public CallLayout(ModelInfo info, string weights, OrtSession session)
    {
        Info = info;
        _inputTypes = Types(info.Inputs, session.Inputs, session.OverridableInitializers, "input", info.Name, weights);
        _outputTypes = Types(info.Outputs, session.Outputs, [], "output", info.Name, weights);
        _inputNames = new NameTable(info.Inputs.Select(i => i.Name));
        _outputNames = new NameTable(info.Outputs.Select(o => o.Name));
    }

    /// <summary>What the class says of the model.</summary>
    public ModelInfo Info { get; }

    /// <summary>Number of inputs.</summary>
    public int InputCount => _inputTypes.Length;

    /// <summary>Number of outputs.</summary>
    public int OutputCount => _outputTypes.Length;

    /// <summary>Name of an input.</summary>
    public byte* InputName(int index) => _inputNames[index];

    /// <summary>Name of an output.</summary>
    public byte* OutputName(int index) => _outputNames[index];

    /// <summary>ONNX Runtime's number of an input's element type.</summary>
    public int InputType(int index) => _inputTypes[index];

    /// <summary>ONNX Runtime's number of an output's element type.</summary>
    public int OutputType(int index) => _outputTypes[index];

    private static int[] Types(IReadOnlyList<TensorInfo> stated, IReadOnlyList<OrtValueInfo> loaded, IReadOnlyList<OrtValueInfo> optional, string role, string model, string weights)
    {
        var byName = new Dictionary<string, OrtType>(StringComparer.Ordinal);
        foreach (var value in loaded.Concat(optional))
        {
            byName.TryAdd(value.Name, value.Type);
        }

        int[] types = new int[stated.Count];
        for (int i = 0; i < types.Length; i++)
        {
            // What the class has no member for, such as a map, is listed without a type and never bound.
            if (stated[i].ElementType == TensorElementType.Undefined)
            {
                continue;
            }

            string? problem = !byName.TryGetValue(stated[i].Name, out var type) ? "is not there"
                : type is not OrtTensorType tensor ? "is not a tensor"
                : tensor.ElementType != stated[i].ElementType ? $"has elements of type {tensor.ElementType}, not {stated[i].ElementType}"
                : null;
            if (problem is not null)
            {
                throw new ModelRuntimeException("MB5007", $"the weights in {weights} are not those of {model}: {role} '{stated[i].Name}' {problem}; build again and deploy class and weights together.");
            }

            types[i] = OrtElementTypes.ToNative(stated[i].ElementType);
        }

        return types;
    }
}
