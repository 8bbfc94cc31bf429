namespace ModelBuild.Graphs.Inference;

/// <summary>Convolutions, pooling and what else slides a window over the spatial dimensions of <c>[batch, channels, ...]</c>.</summary>
internal static class Windowed
{
    /// <summary>How windows lie along each spatial axis.</summary>
    private sealed class Window
    {
        private readonly IReadOnlyList<long>? _strides;
        private readonly IReadOnlyList<long>? _dilations;
        private readonly IReadOnlyList<long>? _pads;
        private readonly IReadOnlyList<long>? _kernel;
        private readonly Shape? _weights;
        private readonly string _autoPad;
        private readonly bool _ceiling;

        private Window(Node node, Shape? weights, int rank)
        {
            Rank = rank;
            _strides = node.GetInts("strides");
            _dilations = node.GetInts("dilations");
            _pads = node.GetInts("pads");
            _kernel = node.GetInts("kernel_shape");
            _weights = weights;
            _autoPad = node.GetString("auto_pad", "NOTSET");
            _ceiling = node.GetInt("ceil_mode") != 0;
        }

        public int Rank { get; }

        /// <summary>The windows of a node, or null (and a finding) when the attributes do not fit the rank.</summary>
        public static Window? Of(Node node, InferenceContext c, Shape? weights, int rank)
        {
            if (weights is not null && weights.Rank != rank + 2)
            {
                c.Contradict(node, $"weights {weights} do not fit {rank} spatial dimensions");
                return null;
            }

            var window = new Window(node, weights, rank);
            if (Fits(window._strides, rank) && Fits(window._dilations, rank) && Fits(window._kernel, rank) && (window._pads is null || window._pads.Count == 2 * rank)
                && window._strides?.Any(s => s < 1) != true && window._dilations?.Any(d => d < 1) != true)
            {
                return window;
            }

            c.Contradict(node, $"strides, dilations, pads or kernel_shape do not fit {rank} spatial dimensions");
            return null;
        }

        private static bool Fits(IReadOnlyList<long>? list, int rank) => list is null || list.Count == rank;

        public long Stride(int axis) => _strides?[axis] ?? 1;

        private bool IsSame => _autoPad is "SAME_UPPER" or "SAME_LOWER";

        /// <summary>Elements that the window spans, holes included.</summary>
        public Dimension Span(int axis)
        {
            Dimension size = _kernel is not null ? Math.Max(0, _kernel[axis]) : _weights is not null ? _weights[axis + 2] : Dimension.Unknown;
            return ((size - 1) * (_dilations?[axis] ?? 1)) + 1;
        }

        private Dimension Pads(Dimension size, int axis, bool both)
        {
            if (_pads is null || _autoPad == "VALID")
            {
                return size;
            }

            // A crop is a negative pad.
            return Shift(size, both ? checked(_pads[axis] + _pads[axis + Rank]) : _pads[axis]);
        }

        /// <summary>Number of window positions along an axis.</summary>
        public Dimension Positions(Dimension size, int axis)
        {
            long stride = Stride(axis);
            if (IsSame)
            {
                return Dimension.CeilingDivide(size, stride);
            }

            Dimension room = Pads(size, axis, both: true) - Span(axis);
            if (!_ceiling)
            {
                return (room / stride) + 1;
            }

            Dimension positions = Dimension.CeilingDivide(room, stride) + 1;
            Dimension starts = ((Pads(size, axis, both: false) - 1) / stride) + 1;
            // No window may start in the padding at the end.
            return Dimension.Of(Dimensions.DimensionExpression.Min(positions.Expression, starts.Expression));
        }

        /// <summary>The size whose windows an input of the given size is: the reverse of <see cref="Positions"/>.</summary>
        public Dimension Inverse(Dimension size, int axis, long outputPadding)
        {
            if (IsSame)
            {
                return size * Stride(axis);
            }

            Dimension full = Shift(((size - 1) * Stride(axis)) + Span(axis), outputPadding);
            return _pads is null || _autoPad == "VALID" ? full : Shift(full, -checked(_pads[axis] + _pads[axis + Rank]));
        }
    }

    private static Dimension Shift(Dimension size, long by) => by >= 0 ? size + by : size - (-by);

    public static void Convolution(Node node, InferenceContext c) => Convolve(node, c, c.ShapeOf(node, 1), c.Element(node, 0));

    public static void ConvolutionInteger(Node node, InferenceContext c) => Convolve(node, c, c.ShapeOf(node, 1), ElementType.Int32);

    /// <summary>Weights are input 3, the output's zero point is input 7.</summary>
    public static void ConvolutionQuantized(Node node, InferenceContext c) => Convolve(node, c, c.ShapeOf(node, 3), c.Element(node, 7));

    private static void Convolve(Node node, InferenceContext c, Shape? weights, ElementType element)
    {
        Shape? input = c.ShapeOf(node, 0);
        int? rank = input?.Rank ?? weights?.Rank;
        if (rank is not >= 2)
        {
            c.Output(node, 0, element, null);
            return;
        }

        input ??= InferenceContext.OfRank(rank.Value)!;
        if (Window.Of(node, c, weights, rank.Value - 2) is not { } window)
        {
            return;
        }

        var dimensions = new Dimension[rank.Value];
        dimensions[0] = input[0];
        dimensions[1] = weights is null ? Dimension.Unknown : weights[0];
        for (int i = 2; i < dimensions.Length; i++)
        {
            dimensions[i] = window.Positions(input[i], i - 2);
        }

        c.Output(node, 0, element, new Shape(dimensions));
    }

    public static void ConvolutionTransposed(Node node, InferenceContext c)
    {
        Shape? weights = c.ShapeOf(node, 1);
        if (c.ShapeOf(node, 0) is not { Rank: >= 2 } input || Window.Of(node, c, weights, input.Rank - 2) is not { } window)
        {
            c.Output(node, 0, c.Element(node, 0), weights is null ? null : InferenceContext.OfRank(weights.Rank));
            return;
        }

        IReadOnlyList<long>? output = node.GetInts("output_shape");
        IReadOnlyList<long>? extra = node.GetInts("output_padding");
        var dimensions = new Dimension[input.Rank];
        dimensions[0] = input[0];
        dimensions[1] = weights is null ? Dimension.Unknown : weights[1] * Math.Max(1, node.GetInt("group", 1));
        for (int i = 0; i < window.Rank; i++)
        {
            // Some writers state the whole shape, the first two dimensions included.
            long? stated = output is null ? null : output.Count == window.Rank ? output[i] : output.Count == input.Rank ? output[i + 2] : null;
            dimensions[i + 2] = stated is >= 0 ? stated.Value : window.Inverse(input[i + 2], i, extra is not null && i < extra.Count ? extra[i] : 0);
        }

        c.Output(node, 0, c.Element(node, 0), new Shape(dimensions));
    }

    public static void Pool(Node node, InferenceContext c) => Pool(node, c, null);

    /// <summary>The second output has the place of each maximum.</summary>
    public static void MaxPool(Node node, InferenceContext c) => Pool(node, c, ElementType.Int64);

    private static void Pool(Node node, InferenceContext c, ElementType? second)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { Rank: >= 2 } input)
        {
            if (Window.Of(node, c, null, input.Rank - 2) is not { } window)
            {
                return;
            }

            Dimension[] dimensions = input.AsSpan().ToArray();
            for (int i = 2; i < dimensions.Length; i++)
            {
                dimensions[i] = window.Positions(input[i], i - 2);
            }

            shape = new Shape(dimensions);
        }

        c.Output(node, 0, c.Element(node, 0), shape);
        if (second is { } element)
        {
            c.Output(node, 1, element, shape);
        }
    }

    public static void GlobalPool(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        c.Output(node, 0, c.Element(node, 0), input is null ? null : [.. input.Select((d, i) => i < 2 ? d : 1)]);
    }

    public static void MaxUnpool(Node node, InferenceContext c)
    {
        Shape? shape = null;
        if (c.ShapeOf(node, 0) is { Rank: >= 2 } input && Window.Of(node, c, null, input.Rank - 2) is { } window)
        {
            if (node.Input(2) is not null)
            {
                shape = Generation.ShapeFrom(node, c, 2) ?? InferenceContext.OfRank(input.Rank);
            }
            else
            {
                shape = [input[0], input[1], .. Enumerable.Range(0, window.Rank).Select(i => window.Inverse(input[i + 2], i, 0))];
            }
        }

        c.Output(node, 0, c.Element(node, 0), shape);
    }

    /// <summary>One pooled map per region: input 1 has a row per region.</summary>
    public static void MaxRoiPool(Node node, InferenceContext c)
    {
        IReadOnlyList<long>? size = node.GetInts("pooled_shape");
        bool valid = size is [>= 0, >= 0];
        c.Output(node, 0, c.Element(node, 0), [c.Size(node, 1, 0), c.Size(node, 0, 1), valid ? size![0] : Dimension.Unknown, valid ? size![1] : Dimension.Unknown]);
    }

    public static void RoiAlign(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0),
        [c.Size(node, 1, 0), c.Size(node, 0, 1), Math.Max(0, node.GetInt("output_height", 1)), Math.Max(0, node.GetInt("output_width", 1))]);

    /// <summary>Columns back to an image: <c>[N, C * block, L]</c> to <c>[N, C, image...]</c>.</summary>
    public static void ColumnsToImage(Node node, InferenceContext c)
    {
        Dimension block = 1;
        foreach (PartialElement e in c.Partial(node, 2)?.Elements ?? [default])
        {
            block *= Dimension.Of(e.Integer);
        }

        Shape? image = Generation.ShapeFrom(node, c, 1);
        c.Output(node, 0, c.Element(node, 0), image is null ? null : [c.Size(node, 0, 0), c.Size(node, 0, 1) / block, .. image.AsSpan()]);
    }
}
