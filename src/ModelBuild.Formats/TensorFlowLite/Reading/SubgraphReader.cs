using ModelBuild.Formats.Importing;
using ModelBuild.Formats.TensorFlowLite.Ops;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>Translates one subgraph into a graph. Tensors have a stored form and, when quantized, the real numbers that it stands for.</summary>
internal sealed class SubgraphReader
{
    private readonly Value?[] _stored;
    private readonly Value?[] _real;
    private readonly HashSet<Value> _named = new(ReferenceEqualityComparer.Instance);

    public SubgraphReader(ReadState state, TfLiteSubgraph subgraph, GraphBuilder builder)
    {
        State = state;
        Subgraph = subgraph;
        Builder = builder;
        _stored = new Value?[subgraph.Tensors.Count];
        _real = new Value?[subgraph.Tensors.Count];
        Handles = new string?[subgraph.Tensors.Count];
    }

    public ReadState State { get; }

    public TfLiteSubgraph Subgraph { get; }

    public GraphBuilder Builder { get; }

    /// <summary>Names of the variables that resource tensors stand for.</summary>
    public string?[] Handles { get; }

    /// <summary>Gives an input its value.</summary>
    public void Bind(int tensor, Value value)
    {
        _stored[tensor] = value;
        _real[tensor] = null;
        _named.Add(value);
    }

    /// <summary>Translates the operators in their order.</summary>
    public void Run()
    {
        string outerScope = Builder.Scope;
        State.Enter();
        foreach (TfLiteOperator op in Subgraph.Operators)
        {
            State.Count();
            string name = op.Outputs.Where(o => o >= 0).Select(o => Subgraph.Tensors[o].Name).FirstOrDefault(n => n.Length > 0) ?? op.Name;
            Builder.Scope = name;
            try
            {
                if (TfLiteOps.Find(op.Name) is not { } known)
                {
                    throw new UnsupportedOperatorException("");
                }

                known.Read(new NodeReader(this, op));
            }
            catch (UnsupportedOperatorException e)
            {
                State.Unsupported.Add(op.Name.StartsWith(TfLiteOperator.CustomPrefix, StringComparison.Ordinal) ? $"custom operator {op.Name[TfLiteOperator.CustomPrefix.Length..]}" : op.Name, name, e.Message);
                foreach (int output in op.Outputs.Where(o => o >= 0))
                {
                    Bind(output, new Value(Builder.Names.Next(name)));
                }
            }
            catch (Exception e) when (e is ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException or DivideByZeroException)
            {
                throw new ModelException("MB1001", $"The file is damaged or not of this format: operator {op.Name} '{name}' at byte {op.Position} does not fit its tensors ({e.Message.Split('\n')[0].TrimEnd('.')}).", State.File.Path, e);
            }
        }

        State.Leave();
        Builder.Scope = outerScope;
    }

    /// <summary>A tensor as it is stored.</summary>
    /// <exception cref="ModelException">Nothing computes it before it is used.</exception>
    public Value Stored(int tensor)
    {
        if (_stored[tensor] is { } known)
        {
            return known;
        }

        TfLiteTensor t = Subgraph.Tensors[tensor];
        TensorData data = ConstantReader.Read(State.File, t) ?? throw ConstantReader.Damaged(State.File, t, $"(number {tensor}) is used before it is computed");
        Value value = Builder.Constant(data, t.Name.Length > 0 ? t.Name : $"tensor_{tensor}");
        _stored[tensor] = value;
        _named.Add(value);
        return value;
    }

    /// <summary>The numbers that a tensor stands for.</summary>
    public Value Real(int tensor) => _real[tensor] ??= Subgraph.Tensors[tensor] is { IsQuantized: true } t
        ? Quantization.Dequantize(this, Stored(tensor), t, t.QuantizedDimension)
        : Stored(tensor);

    /// <summary>Takes the numbers that an operator computes, quantizes them when the tensor is, and names the result after the tensor.</summary>
    public void SetReal(int tensor, Value value)
    {
        TfLiteTensor t = Subgraph.Tensors[tensor];
        SetStored(tensor, t.IsQuantized ? Quantization.Quantize(this, value, t) : value);
    }

    /// <summary>Takes what an operator computes as the tensor's stored form.</summary>
    public void SetStored(int tensor, Value value)
    {
        _stored[tensor] = value;
        _real[tensor] = null;
        string name = Subgraph.Tensors[tensor].Name;
        if (name.Length > 0 && value.Producer is not null && _named.Add(value) && value.Name != name)
        {
            value.Name = Builder.Names.Next(name);
        }
    }
}
