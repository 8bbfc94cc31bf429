namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>All operators that are translated.</summary>
internal static class TfLiteOps
{
    /// <summary>One line per family.</summary>
    public static IReadOnlyList<TfLiteOp> All { get; } =
    [
        new Unary(),
        new Activations(),
        new Arithmetic(),
        new FloorDivision(),
        new Comparisons(),
        new Logical(),
        new Selection(),
        new AddN(),
        new FullyConnected(),
        new BatchMatMul(),
        new Conv2D(),
        new Conv3D(),
        new TransposeConv(),
        new Pool2D(),
        new Softmax(),
        new LocalResponseNormalization(),
        new L2Normalization(),
        new Resize(),
        new Reductions(),
        new ArgExtremes(),
        new TopK(),
        new CumSum(),
        new Reshape(),
        new Squeeze(),
        new ExpandDims(),
        new Transpose(),
        new Concatenation(),
        new Pack(),
        new Unpack(),
        new Split(),
        new Slice(),
        new StridedSlice(),
        new Gather(),
        new GatherNd(),
        new ScatterNd(),
        new SparseToDense(),
        new Pad(),
        new MirrorPad(),
        new Tile(),
        new BroadcastTo(),
        new Fill(),
        new Range(),
        new ShapeOf(),
        new OneHot(),
        new Reverse(),
        new ReverseSequence(),
        new Unique(),
        new Where(),
        new SpaceDepth(),
        new SpaceBatch(),
        new DynamicUpdateSlice(),
        new Matrices(),
        new SegmentSum(),
        new Casts(),
        new Quantize(),
        new FakeQuant(),
        new SequenceLstm(),
        new SequenceRnn(),
        new ControlFlow(),
        new Variables(),
        new Composite(),
        new NonMaxSuppression(),
        new DetectionPostProcess(),
    ];

    private static readonly Dictionary<string, TfLiteOp> s_byName = All.SelectMany(o => o.Names.Select(n => (Name: n, Op: o))).ToDictionary(p => p.Name, p => p.Op, StringComparer.Ordinal);

    /// <summary>The rows of the documentation.</summary>
    public static IReadOnlyList<OperatorMapping> Mappings { get; } =
        [.. All.SelectMany(o => o.Names.Select(n => new OperatorMapping(n, o.OnnxOf(n), IsRead: true, IsWritten: false))).OrderBy(m => m.Operator, StringComparer.Ordinal)];

    /// <summary>The translation of an operator, or null.</summary>
    public static TfLiteOp? Find(string name) => s_byName.GetValueOrDefault(name);
}
