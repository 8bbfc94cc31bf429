namespace ModelBuild.Graphs.Inference;

/// <summary>State of one inference: what is known so far of each value, and the walk over the graphs.</summary>
internal sealed partial class InferenceContext
{
    /// <summary>Tensors of higher rank are not modelled: no operator makes them, and a hostile file must not make us allocate them.</summary>
    public const int MaxRank = 64;

    // Loop bodies are visited until their types settle; a file that nests loops must not make that exponential.
    private const int MaxDepth = 48;
    private const string Code = "MB2004";

    private readonly long _maxVisits;

    private readonly Model _model;
    private readonly InferenceOptions _options;
    private readonly Dictionary<Value, GraphType> _types = [];
    private readonly Dictionary<Value, PartialTensor> _partials = [];
    private readonly Dictionary<Value, TensorData> _constants = [];
    private readonly Dictionary<Node, string> _unresolved = [];
    private readonly HashSet<string> _symbols = new(StringComparer.Ordinal);
    private readonly List<InferenceFinding> _findings = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, GraphType?> _declared = [];
    private string? _reason;
    private long _visits;
    private int _depth;

    public InferenceContext(Model model, InferenceOptions options)
    {
        _model = model;
        _options = options;
        _maxVisits = 10_000 + (20L * model.Graph.AllNodes().LongCount());
    }

    public InferenceResult Run()
    {
        Graph graph = _model.Graph;
        BindInputs(graph);
        VisitGraph(graph);
        CompleteOutputs(graph);
        WriteBack(graph);

        var unresolved = new List<UnresolvedNode>();
        foreach (Node node in graph.AllNodes())
        {
            if (_unresolved.TryGetValue(node, out string? reason))
            {
                unresolved.Add(new(node, reason));
            }
        }

        return new InferenceResult(_types, _findings, unresolved);
    }

    /// <summary>Takes a value's stated type as known; see <see cref="ProgressiveInference"/>.</summary>
    public void Declare(Value value)
    {
        NoteSymbols(value);
        if (value.Type is not null)
        {
            _types[value] = value.Type;
        }
    }

    private void NoteSymbols(Value value)
    {
        foreach (Dimension d in value.Tensor?.Shape ?? Shape.Scalar)
        {
            if (d.IsNamed)
            {
                _symbols.Add(d.Symbol!);
            }
        }
    }

    /// <summary>Takes a constant as known.</summary>
    public void DeclareConstant(Value value)
    {
        TensorData data = value.Initializer!;
        _types[value] = new TensorType(data.ElementType, Shape.Of(data.Dimensions));
        _constants[value] = data;
    }

    /// <summary>Content of a constant, or null.</summary>
    public TensorData? ConstantOf(Value? value) => value is null ? null : _constants.GetValueOrDefault(value);

    /// <summary>Infers one node and writes its outputs' types.</summary>
    public void VisitOne(Node node)
    {
        VisitNode(node);
        foreach (Value? output in node.Outputs)
        {
            if (output is not null && _types.TryGetValue(output, out GraphType? type))
            {
                output.Type = type;
            }
        }
    }

    /// <summary>Gives every open dimension of the main graph's inputs a symbol.</summary>
    private void BindInputs(Graph graph)
    {
        graph.Inputs.ForEach(NoteSymbols);
        foreach (Value input in graph.Inputs)
        {
            if (input.Type is TensorType { Shape: { } shape } tensor)
            {
                var dimensions = new Dimension[shape.Rank];
                for (int i = 0; i < dimensions.Length; i++)
                {
                    dimensions[i] = Assumed(shape[i].IsUnknown ? Dimension.Named(Invent($"{input.Name}_dim{i}")) : shape[i]);
                }

                _types[input] = tensor with { Shape = new Shape(dimensions) };
            }
            else if (TypeMerge.Refine(null, input.Type, _ => false, out _) is { } type)
            {
                // A symbol in the type of a sequence's entries stands for another number in each of them.
                _types[input] = type;
            }

            if (_options.Contents.TryGetValue(input.Name, out TensorData? content))
            {
                _constants[input] = content;
            }
        }

        string Invent(string name)
        {
            string unique = name;
            for (int i = 1; !_symbols.Add(unique); i++)
            {
                unique = $"{name}_{i}";
            }

            return unique;
        }

        Dimension Assumed(Dimension dimension) => dimension.Symbol is { } symbol && _options.Symbols.TryGetValue(symbol, out long size) && size >= 0 ? size : dimension;
    }

    /// <summary>Infers a graph whose inputs' types are already known.</summary>
    /// <returns>False when it lies too deep.</returns>
    public bool VisitGraph(Graph graph)
    {
        if (_depth >= MaxDepth)
        {
            return false;
        }

        _depth++;
        HashSet<Value>? overridable = graph == _model.Graph ? [.. graph.Inputs] : null;
        foreach (Value initializer in graph.Initializers)
        {
            if (initializer.Initializer is not { } data)
            {
                continue;
            }

            // An input's default may be replaced by the caller.
            if (overridable is null || !overridable.Contains(initializer))
            {
                DeclareConstant(initializer);
            }
            else
            {
                _types.TryAdd(initializer, new TensorType(data.ElementType, Shape.Of(data.Dimensions)));
            }
        }

        foreach (Node node in graph.Nodes)
        {
            VisitNode(node);
        }

        _depth--;
        return true;
    }

    private void VisitNode(Node node)
    {
        foreach (Value? output in node.Outputs)
        {
            // Visited again in a loop: nothing of the last time may remain.
            if (output is not null)
            {
                _types.Remove(output);
                _partials.Remove(output);
                _constants.Remove(output);
            }
        }

        _reason = null;
        _visits++;
        if (InferenceRules.Find(node.Domain, node.OpType) is { } rule)
        {
            try
            {
                rule(node, this);
            }
            catch (OverflowException)
            {
                Explain("a size does not fit 64 bits");
            }
        }
        else
        {
            Explain(_model.Functions.Exists(f => f.Domain == node.Domain && f.Name == node.OpType)
                ? "it calls a function, which is looked into once it is inlined"
                : $"operator {(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.OpType} is not known");
        }

        CompleteOutputs(node);
    }

    /// <summary>Merges what the model declares and notes what stays unknown.</summary>
    private void CompleteOutputs(Node node)
    {
        bool complete = true;
        foreach (Value? output in node.Outputs)
        {
            if (output is null)
            {
                continue;
            }

            if (_options.UseDeclaredTypes && output.Type is not null && !IsPublicOutput(output))
            {
                Refine(output, $"Output '{output.Name}' of {node.DisplayName}");
            }

            complete &= TypeMerge.IsComplete(_types.GetValueOrDefault(output));
        }

        if (complete)
        {
            _unresolved.Remove(node);
        }
        else
        {
            _unresolved[node] = _reason ?? Guess(node);
        }
    }

    private string Guess(Node node)
    {
        foreach (Value? input in node.Inputs)
        {
            if (input is not null && !TypeMerge.IsComplete(_types.GetValueOrDefault(input)))
            {
                return $"the type of its input '{input.Name}' is not fully known";
            }
        }

        return "its output sizes depend on values that are only known at run time";
    }

    private HashSet<Value>? _publicOutputs;

    private bool IsPublicOutput(Value value) => (_publicOutputs ??= [.. _model.Graph.Outputs]).Contains(value);

    private void CompleteOutputs(Graph graph)
    {
        if (!_options.UseDeclaredOutputs)
        {
            return;
        }

        foreach (Value output in graph.Outputs)
        {
            Refine(output, $"The model's output '{output.Name}'");
        }
    }

    private void Refine(Value value, string what)
    {
        GraphType? merged = TypeMerge.Refine(_types.GetValueOrDefault(value), value.Type, _symbols.Contains, out string? conflict);
        if (merged is not null)
        {
            _types[value] = merged;
        }

        if (conflict is not null)
        {
            Report($"{what}: inferred and declared types contradict each other: {conflict}.");
        }
    }

    private void Report(string message)
    {
        if (_options.Strict)
        {
            throw new ModelException(Code, message);
        }

        if (_reported.Add(message))
        {
            _findings.Add(new(Code, message));
        }
    }

    private void WriteBack(Graph graph)
    {
        HashSet<Value> signature = [.. graph.Inputs, .. graph.Outputs];
        foreach ((Value value, GraphType type) in _types)
        {
            if (value.Type is null || !signature.Contains(value))
            {
                value.Type = type;
            }
        }
    }
}
