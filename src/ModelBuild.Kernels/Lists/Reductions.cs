namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Reductions() =>
    [
        new("ReduceSum", typeof(Reducing)),
        new("ReduceMean", typeof(Reducing)),
        new("ReduceProd", typeof(Reducing)),
        new("ReduceMax", typeof(Reducing)),
        new("ReduceMin", typeof(Reducing)),
        new("ReduceL1", typeof(Reducing)),
        new("ReduceL2", typeof(Reducing)),
        new("ReduceSumSquare", typeof(Reducing)),
        new("ReduceLogSum", typeof(Reducing)),
        new("ReduceLogSumExp", typeof(Reducing)),
        new("ArgMax", typeof(ArgExtremes)),
        new("ArgMin", typeof(ArgExtremes)),
        new("Softmax", typeof(Softmaxes)),
        new("LogSoftmax", typeof(Softmaxes)),
        new("Hardmax", typeof(Softmaxes)),
        new("LayerNormalization", typeof(Normalizations)),
        new("RMSNormalization", typeof(Normalizations)),
        new("GroupNormalization", typeof(Normalizations)),
        new("InstanceNormalization", typeof(Normalizations)),
        new("BatchNormalization", typeof(BatchNormalizations)),
        new("LpNormalization", typeof(Standardizations)),
        new("MeanVarianceNormalization", typeof(Standardizations)),
        new("LRN", typeof(Standardizations)),
    ];
}
