using ModelBuild.Passes.Opset.Adapters;

namespace ModelBuild.Passes.Opset;

/// <summary>Every adapter. An operator is compatible at each change that none of them names: its new versions only took more types, or optional inputs and attributes with the old meaning as default.</summary>
internal static class OpsetAdapters
{
    public static IReadOnlyList<IOpsetAdapter> All { get; } =
    [
        new BatchNormalizationForm(),
        new BroadcastAxis(),
        new CastTarget(),
        new ClipLimits(),
        new ConcatAxis(),
        new DftAxis(),
        new DropoutForm(),
        new ExperimentalAffine(),
        new ExperimentalCrop(),
        new ExperimentalImageScaler(),
        new ExperimentalParametricSoftplus(),
        new ExperimentalScale(),
        new ExperimentalScaledTanh(),
        new GemmBroadcast(),
        new GridSampleMode(),
        new GroupNormalizationScale(),
        new MeanVarianceNormalizationAxes(),
        new NormExponent(),
        new PadForm(),
        new PReluSlope(),
        new RecurrentOutput(),
        new ReductionAxes(),
        new RemovedOperators(),
        new ReshapeShape(),
        new ResizeForm(),
        new RoiAlignPixels(),
        new ScanBatch(),
        new ScatterName(),
        new SeluConstants(),
        new SliceForm(),
        new SoftmaxFlattening(),
        new SplitSizes(),
        new TileRepeats(),
        new TopKCount(),
        new UpsampleForm(),
    ];

    /// <summary>Adapters by operator, in order of version.</summary>
    public static IReadOnlyDictionary<string, (int Version, IOpsetAdapter Adapter)[]> ByOperator { get; } = All
        .SelectMany(adapter => adapter.Changes.Select(c => (c.OpType, c.Version, Adapter: adapter)))
        .GroupBy(c => c.OpType, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.OrderBy(c => c.Version).Select(c => (c.Version, c.Adapter)).ToArray(), StringComparer.Ordinal);
}
