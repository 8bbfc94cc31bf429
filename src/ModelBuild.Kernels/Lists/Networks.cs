namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Networks() =>
    [
        new("Attention", typeof(Attentions)),
        new("AveragePool", typeof(Pooling)),
        new("CausalConvWithState", typeof(LinearAttentions)),
        new("Col2Im", typeof(ColumnsToImages)),
        new("Conv", typeof(Convolutions)),
        new("ConvTranspose", typeof(TransposedConvolutions)),
        new("DeformConv", typeof(DeformableConvolutions)),
        new("GlobalAveragePool", typeof(GlobalPooling)),
        new("GlobalLpPool", typeof(GlobalPooling)),
        new("GlobalMaxPool", typeof(GlobalPooling)),
        new("LinearAttention", typeof(LinearAttentions)),
        new("LpPool", typeof(Pooling)),
        new("MaxPool", typeof(MaxPooling)),
        new("MaxRoiPool", typeof(RegionPooling)),
        new("MaxUnpool", typeof(MaxPooling)),
        new("RotaryEmbedding", typeof(RotaryEmbeddings)),
    ];
}
