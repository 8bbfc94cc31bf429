using System.Collections.Frozen;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Every primitive that is translated.</summary>
internal static class MindPrimitives
{
    /// <summary>The families, one line each.</summary>
    public static IReadOnlyList<MindPrimitive> All { get; } =
    [
        new Unary(),
        new Binary(),
        new Comparison(),
        new Activation(),
        new Softmax(),
        new Convolution(),
        new TransposedConvolution(),
        new Pooling(),
        new MatrixProduct(),
        new BiasAdd(),
        new BatchNormalization(),
        new LayerNormalization(),
        new Reduction(),
        new ArgumentReduction(),
        new TopK(),
        new Reshape(),
        new Flatten(),
        new Transpose(),
        new ExpandDims(),
        new Squeeze(),
        new Concat(),
        new Stack(),
        new Split(),
        new Slice(),
        new StridedSlice(),
        new Pad(),
        new Tile(),
        new BroadcastTo(),
        new Gather(),
        new Scatter(),
        new Select(),
        new Cast(),
        new OneHot(),
        new AddN(),
        new Reverse(),
        new Fill(),
        new Clip(),
        new DepthSpace(),
        new Resize(),
        new CumulativeSum(),
        new ShapeOf(),
        new Lstm(),
    ];

    /// <summary>The family of each name.</summary>
    public static FrozenDictionary<string, MindPrimitive> ByName { get; } =
        All.SelectMany(f => f.Names.Select(n => (n.Name, Family: f))).ToFrozenDictionary(p => p.Name, p => p.Family, StringComparer.Ordinal);

    /// <summary>Rows of the documentation.</summary>
    public static IReadOnlyList<OperatorMapping> Mappings { get; } = [.. All.SelectMany(f => f.Names).OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => new OperatorMapping(n.Name, n.Onnx, IsRead: true, IsWritten: false))];
}
