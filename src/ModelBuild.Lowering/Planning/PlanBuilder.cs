using System.Globalization;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering.Calls;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Planning;

/// <summary>Collects values and statements of a plan.</summary>
internal sealed class PlanBuilder
{
    private readonly InferenceResult _types;
    private readonly List<PlanDraft> _drafts = [];
    private readonly Dictionary<Value, PlanDraft> _values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly List<string> _sizeTexts = [];
    private readonly List<PlanSymbol> _symbols = [];
    private readonly HashSet<string> _symbolNames = new(StringComparer.Ordinal);
    private readonly List<int> _inputs = [];
    private readonly List<int> _defaults = [];
    private List<PlanStatement> _block = [];
    private int _temporaries;

    /// <summary>Starts a plan.</summary>
    public PlanBuilder(InferenceResult types)
    {
        _types = types;
    }

    /// <summary>The weights.</summary>
    public WeightsBuilder Weights { get; } = new();

    /// <summary>Why steps are what they are, in order.</summary>
    public List<LoweringDecision> Decisions { get; } = [];

    /// <summary>What inference knows of a value.</summary>
    public GraphType? TypeOf(Value value) => _types.TypeOf(value);

    /// <summary>Element type and shape of a tensor; the shape is null when a dimension depends on the data.</summary>
    public (ElementType ElementType, Shape? Shape) TensorTypeOf(Value value) =>
        value.Initializer is { } data ? (data.ElementType, Shape.Of(data.Dimensions))
        : TypeOf(value) is TensorType t ? (t.ElementType, t.Shape is { } s && s.All(IsKnown) ? s : null) : (ElementType.Undefined, null);

    /// <summary>Makes an input of the model a value.</summary>
    public void AddInput(Value value)
    {
        if (TypeOf(value) is TensorType { Shape: { } shape })
        {
            for (int i = 0; i < shape.Rank; i++)
            {
                if (shape[i].IsNamed && _symbolNames.Add(shape[i].Symbol!))
                {
                    _symbols.Add(new(shape[i].Symbol!, _inputs.Count, i));
                }
            }
        }

        PlanDraft draft = NewDraft(value);
        draft.Home = PlanHome.Input;
        draft.Place = _inputs.Count;
        _values.Add(value, draft);
        _inputs.Add(draft.Index);
        _defaults.Add(value.Initializer is { } data ? Constant(data, value.Name).Index : PlanArgument.Absent);
    }

    /// <summary>The plan's value for a value of the graph.</summary>
    public PlanDraft Of(Value value)
    {
        if (!_values.TryGetValue(value, out PlanDraft? draft))
        {
            draft = value.Initializer is { } data ? Constant(data, value.Name) : Define(value);
        }

        return draft;
    }

    /// <summary>A new value for a value of the graph, which nothing has given one yet.</summary>
    public PlanDraft Define(Value value)
    {
        PlanDraft draft = NewDraft(value);
        _values[value] = draft;
        return draft;
    }

    /// <summary>Says that a value of the graph is a value that exists.</summary>
    public void Bind(Value value, PlanDraft draft) => _values[value] = draft;

    /// <summary>Whether a value of the graph has a value in the plan.</summary>
    public bool IsDefined(Value value) => _values.ContainsKey(value);

    /// <summary>A value between steps.</summary>
    /// <param name="name">What the step calls it.</param>
    /// <param name="elementType">Type of the elements.</param>
    /// <param name="shape">Numbers and formulas over the inputs' symbols, or null when it depends on the data.</param>
    public PlanDraft Temporary(string name, ElementType elementType, Shape? shape) =>
        Add($"{name}#{(++_temporaries).ToString(CultureInfo.InvariantCulture)}", PlanValueKind.Tensor, elementType, shape?.All(IsKnown) == true ? shape : null);

    /// <summary>A value of any kind between steps.</summary>
    public PlanDraft Temporary(string name, PlanValueKind kind, ElementType elementType) =>
        Add($"{name}#{(++_temporaries).ToString(CultureInfo.InvariantCulture)}", kind, elementType, null);

    /// <summary>A weight.</summary>
    public PlanDraft Constant(TensorData data, string name)
    {
        PlanDraft draft = Add(name, PlanValueKind.Tensor, data.ElementType, Shape.Of(data.Dimensions));
        draft.Home = PlanHome.Weights;
        draft.Place = Weights.Add(data);
        draft.Content = data;
        return draft;
    }

    /// <summary>Another shape for the memory of <paramref name="draft"/>, or null when it has no fixed place.</summary>
    public PlanDraft? Alias(PlanDraft draft, string name, Shape shape)
    {
        PlanDraft root = draft.Root ?? draft;
        if ((root.Home == PlanHome.Own && (root.Shape is null || root.Kind != PlanValueKind.Tensor)) || root.ElementType is ElementType.String or ElementType.Undefined || !shape.All(IsKnown) || draft.Shape is null)
        {
            return null;
        }

        PlanDraft alias = Add(name, PlanValueKind.Tensor, draft.ElementType, shape);
        alias.Home = PlanHome.Alias;
        alias.Root = root;
        alias.Place = root.Index;
        return alias;
    }

    /// <summary>Whether a size is a number or a formula over sizes that the inputs give.</summary>
    public bool IsKnown(Dimension dimension)
    {
        if (dimension.IsUnknown)
        {
            return false;
        }

        if (dimension.IsFixed)
        {
            return true;
        }

        return dimension.Expression!.Symbols.All(_symbolNames.Contains);
    }

    /// <summary>A known size as a number of the plan.</summary>
    public PlanNumber Number(Dimension dimension)
    {
        if (dimension.IsFixed)
        {
            return dimension.Value;
        }

        string text = dimension.ToString();
        if (!_sizes.TryGetValue(text, out int index))
        {
            index = _sizeTexts.Count;
            _sizes.Add(text, index);
            _sizeTexts.Add(text);
        }

        return new PlanNumber(index, IsSize: true);
    }

    /// <summary>Adds a call.</summary>
    /// <param name="layer">Node that it comes from.</param>
    /// <param name="kernel">Its name; see <see cref="KernelCatalog.Find"/>.</param>
    /// <param name="arguments">
    /// By name: <see cref="PlanDraft"/> or null, lists of them, <see cref="Dimension"/>, integers, floats, booleans, enumeration members, texts and lists.
    /// What is not given has the parameter's default.
    /// </param>
    public void Call(string layer, string kernel, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        KernelMethod method = KernelCatalog.Find(kernel);
        Call(layer, method, new Dictionary<string, object?>(arguments.ToArray().Select(a => KeyValuePair.Create(a.Name, a.Value)), StringComparer.Ordinal));
    }

    /// <summary>Adds a call.</summary>
    public void Call(string layer, KernelMethod method, Dictionary<string, object?> arguments)
    {
        var list = new List<PlanArgument>();
        foreach (KernelParameter parameter in method.Parameters)
        {
            bool isGiven = arguments.Remove(parameter.Name, out object? value);
            if (!isGiven && !parameter.HasDefault && !parameter.IsNullable && parameter.Kind is not (PlanArgumentKind.Integers or PlanArgumentKind.Floats or PlanArgumentKind.Texts))
            {
                throw new ArgumentException($"{method.Name} needs '{parameter.Name}'.", nameof(arguments));
            }

            list.Add(PlanArguments.Make(this, parameter, isGiven ? value : parameter.Default));
        }

        if (arguments.Count > 0)
        {
            throw new ArgumentException($"{method.Name} has no parameter '{arguments.Keys.First()}'.", nameof(arguments));
        }

        _block.Add(new PlanCall(layer, method.Name, method.UsesContext, new(list)));
    }

    /// <summary>Adds a statement.</summary>
    public void Add(PlanStatement statement) => _block.Add(statement);

    /// <summary>Collects the statements that <paramref name="build"/> adds instead of adding them here.</summary>
    public EquatableArray<PlanStatement> Nested(Action build)
    {
        List<PlanStatement> outer = _block;
        _block = [];
        build();
        var inner = new EquatableArray<PlanStatement>(_block);
        _block = outer;
        return inner;
    }

    /// <summary>Ends the plan.</summary>
    /// <param name="outputs">Outputs of the model.</param>
    public Plan Finish(IReadOnlyList<Value> outputs)
    {
        List<int> outputIndices = [];
        for (int i = 0; i < outputs.Count; i++)
        {
            outputIndices.Add(Output(outputs[i], i).Index);
        }

        var body = new EquatableArray<PlanStatement>(_block);
        var lifetimes = new Lifetimes(_drafts, body);
        PlaceInArena();
        long arena = ArenaLayout.Place(_drafts, lifetimes);
        return new Plan
        {
            Symbols = new(_symbols),
            Values = new(_drafts.Select(d => new PlanValueInfo(d.Name, d.Kind, (int)d.ElementType, d.Shape is not null, new(d.Shape?.Select(Number) ?? []), d.Home, d.Place,
                lifetimes.First(d), lifetimes.Last(d))).ToList()),
            Sizes = new(_sizeTexts),
            Inputs = new(_inputs),
            Defaults = new(_defaults),
            Outputs = new(outputIndices),
            ArenaBytes = arena,
            WeightsBytes = Weights.Length,
            Body = body,
        };
    }

    private void PlaceInArena()
    {
        foreach (PlanDraft draft in _drafts)
        {
            if (draft is { Home: PlanHome.Own, Kind: PlanValueKind.Tensor, Shape: not null } && draft.ElementType is not (ElementType.String or ElementType.Undefined))
            {
                draft.Home = PlanHome.Arena;
            }
        }
    }

    // An output gets memory of its own unless a step writes it and nothing else gives it a place.
    private PlanDraft Output(Value value, int index)
    {
        PlanDraft draft = Of(value);
        if (draft.Home != PlanHome.Own || _drafts.Exists(d => d.Root == draft))
        {
            PlanDraft copy = Add(value.Name, draft.Kind, draft.ElementType, draft.Shape);
            Call(value.Name, "Loops.Assign", ("x", draft), ("y", copy));
            draft = copy;
        }

        draft.Home = PlanHome.Output;
        draft.Place = index;
        return draft;
    }

    private PlanDraft NewDraft(Value value)
    {
        (ElementType elementType, Shape? shape) = TensorTypeOf(value);
        return TypeOf(value) switch
        {
            SequenceType s => Add(value.Name, PlanValueKind.Sequence, ElementTypeOf(s.Element), null),
            OptionalType o => Add(value.Name, PlanValueKind.Optional, ElementTypeOf(o.Element), null),
            MapType => Add(value.Name, PlanValueKind.Map, ElementType.Undefined, null),
            _ => Add(value.Name, PlanValueKind.Tensor, elementType, shape),
        };
    }

    private static ElementType ElementTypeOf(GraphType? type) => type switch
    {
        TensorType t => t.ElementType,
        SequenceType s => ElementTypeOf(s.Element),
        _ => ElementType.Undefined,
    };

    private PlanDraft Add(string name, PlanValueKind kind, ElementType elementType, Shape? shape)
    {
        var draft = new PlanDraft(_drafts.Count, name, kind, elementType, shape);
        _drafts.Add(draft);
        return draft;
    }
}

/// <summary>Why a step is what it is; shown by <c>modelbuild inspect --plan</c>.</summary>
/// <param name="Layer">The node.</param>
/// <param name="Decision">What was chosen and why, or why something was declined.</param>
internal sealed record LoweringDecision(string Layer, string Decision);
