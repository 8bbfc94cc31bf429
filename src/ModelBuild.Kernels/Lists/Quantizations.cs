namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private const string Microsoft = "com.microsoft";

    private static OperatorEntry[] Quantizations() =>
    [
        new("ConvInteger", typeof(IntegerProducts)),
        new("DequantizeLinear", typeof(LinearQuantization)),
        new("DynamicQuantizeLinear", typeof(LinearQuantization)),
        new("MatMulInteger", typeof(IntegerProducts)),
        new("QLinearConv", typeof(IntegerProducts)),
        new("QLinearMatMul", typeof(IntegerProducts)),
        new("QuantizeLinear", typeof(LinearQuantization)),
        new("DequantizeLinear", typeof(LinearQuantization), Microsoft),
        new("DynamicQuantizeLSTM", typeof(DynamicQuantizedLstm), Microsoft),
        new("GatherBlockQuantized", typeof(BlockQuantizedGather), Microsoft),
        new("QAttention", typeof(QuantizedAttention), Microsoft),
        new("QEmbedLayerNormalization", typeof(QuantizedEmbedding), Microsoft),
        new("QGemm", typeof(QuantizedGemm), Microsoft),
        new("QLinearConv", typeof(IntegerProducts), Microsoft),
        new("QuantizeLinear", typeof(LinearQuantization), Microsoft),
    ];
}
