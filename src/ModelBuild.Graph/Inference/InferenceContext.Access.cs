using System.Diagnostics.CodeAnalysis;
using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>What rules ask and say.</summary>
internal sealed partial class InferenceContext
{
    /// <summary>Version of the node's operator set.</summary>
    public long Opset(Node node) => _model.OpsetImports.TryGetValue(node.Domain, out long version) ? version : 1;

    /// <summary>Whether visiting bodies more often is still allowed.</summary>
    public bool HasBudget => _visits < _maxVisits;

    public GraphType? TypeOf(Value? value) => value is null ? null : _types.GetValueOrDefault(value);

    public GraphType? TypeOf(Node node, int input) => input < 0 ? null : TypeOf(node.Input(input));

    public TensorType? Tensor(Node node, int input) => TypeOf(node, input) as TensorType;

    public ElementType Element(Node node, int input) => TypeOf(node, input) switch
    {
        TensorType t => t.ElementType,
        SparseTensorType t => t.ElementType,
        _ => ElementType.Undefined,
    };

    public Shape? ShapeOf(Node node, int input) => TypeOf(node, input) switch
    {
        TensorType t => t.Shape,
        SparseTensorType t => t.Shape,
        _ => null,
    };

    /// <summary>Dimension <paramref name="axis"/> of an input, unknown when the rank is unknown or too small.</summary>
    public Dimension Size(Node node, int input, int axis) => ShapeOf(node, input) is { } shape && axis < shape.Rank ? shape[axis] : Dimension.Unknown;

    /// <summary>What is known of an input's elements, when they are few.</summary>
    public PartialTensor? Partial(Node node, int input) => Partial(node.Input(input));

    public PartialTensor? Partial(Value? value)
    {
        if (value is null)
        {
            return null;
        }

        if (!_partials.TryGetValue(value, out PartialTensor? partial) && _constants.TryGetValue(value, out TensorData? data))
        {
            partial = PartialTensor.Of(data);
            if (partial is not null)
            {
                _partials[value] = partial;
            }
        }

        return partial;
    }

    /// <summary>The content of an input that is constant.</summary>
    public TensorData? Constant(Node node, int input) => node.Input(input) is { } value ? _constants.GetValueOrDefault(value) : null;

    /// <summary>The elements of a constant integer input, in order, or null when one is not known.</summary>
    public long[]? Integers(Node node, int input)
    {
        if (Partial(node, input) is not { } partial)
        {
            return null;
        }

        var values = new long[partial.Elements.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (partial.Elements[i].Value is not { } value)
            {
                return null;
            }

            values[i] = value;
        }

        return values;
    }

    /// <summary>The integers of attribute <paramref name="attribute"/>, or of input <paramref name="input"/> when there is no such attribute.</summary>
    public IReadOnlyList<long>? Integers(Node node, string attribute, int input) => node.GetInts(attribute) ?? (IReadOnlyList<long>?)Integers(node, input);

    /// <summary>The only element of a constant integer input.</summary>
    public long? Integer(Node node, int input) => Scalar(node, input)?.ConstantValue;

    /// <summary>The only element of an integer input as a formula.</summary>
    public DimensionExpression? Scalar(Node node, int input) => Partial(node, input) is { Elements: [var only] } ? only.Integer : null;

    /// <summary>The only element of an input as a size; unknown when it is not known or negative.</summary>
    public Dimension ScalarSize(Node node, int input) => Dimension.Of(Scalar(node, input));

    /// <summary>The elements of a constant input of floats or integers, or null.</summary>
    public double[]? Reals(Node node, int input)
    {
        if (Constant(node, input) is not { } data || data.ElementCount > PartialTensor.MaxElements)
        {
            return Integers(node, input) is { } integers ? Array.ConvertAll(integers, i => (double)i) : null;
        }

        return data.ElementType switch
        {
            ElementType.BFloat16 => Array.ConvertAll(data.As<ushort>().ToArray(), b => (double)BitConverter.Int32BitsToSingle(b << 16)),
            ElementType.Float32 => Array.ConvertAll(data.As<float>().ToArray(), f => (double)f),
            ElementType.Float64 => data.As<double>().ToArray(),
            ElementType.Float16 => Array.ConvertAll(data.As<Half>().ToArray(), f => (double)f),
            _ => Integers(node, input) is { } integers ? Array.ConvertAll(integers, i => (double)i) : null,
        };
    }

    /// <summary>Says the type of an output.</summary>
    public void Output(Node node, int output, GraphType? type)
    {
        if (type is not null && node.Output(output) is { } value)
        {
            _types[value] = type;
        }
    }

    /// <summary>Says the type of a tensor output; either part may be unknown.</summary>
    public void Output(Node node, int output, ElementType element, Shape? shape) => Output(node, output, new TensorType(element, shape is { Rank: > MaxRank } ? null : shape));

    /// <summary>Says what is known of an output's elements.</summary>
    public void OutputPartial(Node node, int output, PartialTensor? partial)
    {
        if (partial is not null && partial.Elements.Length <= PartialTensor.MaxElements && partial.AnyKnown && node.Output(output) is { } value)
        {
            _partials[value] = partial;
        }
    }

    /// <summary>Says that an output is a constant of the model.</summary>
    public void OutputConstant(Node node, int output, TensorData data)
    {
        if (node.Output(output) is { } value)
        {
            _constants[value] = data;
        }
    }

    /// <summary>Forwards content that an operator does not change.</summary>
    public void CopyContent(Value? from, Value? to)
    {
        if (from is null || to is null)
        {
            return;
        }

        if (_constants.TryGetValue(from, out TensorData? data))
        {
            _constants[to] = data;
        }

        if (_partials.TryGetValue(from, out PartialTensor? partial))
        {
            _partials[to] = partial;
        }
    }

    /// <summary>Sets or forgets the type of a value that a body's owner feeds.</summary>
    public void Bind(Value value, GraphType? type)
    {
        _partials.Remove(value);
        _constants.Remove(value);
        GraphType? merged = TypeMerge.Refine(type, _options.UseDeclaredTypes ? value.Type : null, _symbols.Contains, out _);
        if (merged is null)
        {
            _types.Remove(value);
        }
        else
        {
            _types[value] = merged;
        }
    }

    /// <summary>Says what is known of the elements of a value that a body's owner feeds.</summary>
    public void BindContent(Value value, PartialTensor? partial)
    {
        if (partial is { AnyKnown: true })
        {
            _partials[value] = partial;
        }
    }

    /// <summary>Notes why an output of the current node stays unknown.</summary>
    public void Explain(string reason) => _reason ??= reason;

    /// <summary>Notes that the model contradicts itself at a node. The node's remaining outputs stay unknown.</summary>
    public void Contradict(Node node, string what)
    {
        Explain(what);
        Report($"{node.DisplayName}: {what}.");
    }

    /// <summary>An axis counted from the front, or null (and a finding) when it is out of range.</summary>
    public int? Axis(Node node, long axis, int rank)
    {
        if (axis < -rank || axis >= rank)
        {
            Contradict(node, $"axis {axis} is out of range for rank {rank}");
            return null;
        }

        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>Axes counted from the front, or null (and a finding) when one is out of range or doubled.</summary>
    public bool[]? Axes(Node node, IReadOnlyList<long> axes, int rank)
    {
        var marked = new bool[rank];
        foreach (long axis in axes)
        {
            if (Axis(node, axis, rank) is not { } index)
            {
                return null;
            }

            if (marked[index])
            {
                Contradict(node, $"axis {axis} stands twice");
                return null;
            }

            marked[index] = true;
        }

        return marked;
    }

    /// <summary>A shape of which only the rank is known; null when the rank is beyond what is modelled.</summary>
    public static Shape? OfRank(long rank)
    {
        if (rank is < 0 or > MaxRank)
        {
            return null;
        }

        var dimensions = new Dimension[rank];
        Array.Fill(dimensions, Dimension.Unknown);
        return new Shape(dimensions);
    }

    /// <summary>The shape with one dimension replaced.</summary>
    [return: NotNullIfNotNull(nameof(shape))]
    public static Shape? With(Shape? shape, int axis, Dimension size)
    {
        if (shape is null)
        {
            return null;
        }

        Dimension[] dimensions = shape.AsSpan().ToArray();
        dimensions[axis] = size;
        return new Shape(dimensions);
    }

    /// <summary>Product of the dimensions from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public static Dimension Product(Shape shape, int start, int end)
    {
        Dimension product = 1;
        for (int i = start; i < end; i++)
        {
            product *= shape[i];
        }

        return product;
    }

    /// <summary>
    /// Two dimensions that must agree, as the more precise one: a number before a formula before unknown; a finding when both are
    /// different numbers.
    /// </summary>
    public Dimension Same(Node node, Dimension a, Dimension b, string what)
    {
        if (a.IsFixed && b.IsFixed && a != b)
        {
            Contradict(node, $"{what} must agree but are {a} and {b}");
        }

        return a.IsUnknown || (b.IsFixed && !a.IsFixed) ? b : a;
    }

    /// <summary>
    /// The shape that several shapes are broadcast to, or null when a rank is not known. Two sizes that are different formulas give their
    /// maximum: for valid inputs they are equal or one of them is 1.
    /// </summary>
    public Shape? Broadcast(Node node, params ReadOnlySpan<Shape?> shapes)
    {
        int rank = 0;
        foreach (Shape? shape in shapes)
        {
            if (shape is null)
            {
                return null;
            }

            rank = Math.Max(rank, shape.Rank);
        }

        var result = new Dimension[rank];
        Array.Fill(result, Dimension.Fixed(1));
        foreach (Shape? shape in shapes)
        {
            for (int i = 0; i < shape!.Rank; i++)
            {
                ref Dimension r = ref result[rank - shape.Rank + i];
                r = Broadcast(node, r, shape[i]);
            }
        }

        return new Shape(result);
    }

    public Dimension Broadcast(Node node, Dimension a, Dimension b)
    {
        if (a == b)
        {
            return a;
        }

        if (a.IsFixed && b.IsFixed)
        {
            if (a.Value != 1 && b.Value != 1)
            {
                Contradict(node, $"sizes {a} and {b} can't be broadcast together");
            }

            return a.Value == 1 ? b : a;
        }

        if (a.IsFixed || b.IsFixed)
        {
            (Dimension number, Dimension other) = a.IsFixed ? (a, b) : (b, a);
            return number.Value == 1 ? other : number;
        }

        return Dimension.Of(DimensionExpression.Max(a.Expression, b.Expression));
    }
}
