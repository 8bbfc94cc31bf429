namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Networks() =>
    [
        new("AveragePool", typeof(Pooling)),
        new("Col2Im", typeof(ColumnsToImages)),
        new("Conv", typeof(Convolutions)),
        new("ConvTranspose", typeof(TransposedConvolutions)),
        new("DeformConv", typeof(DeformableConvolutions)),
        new("GlobalAveragePool", typeof(GlobalPooling)),
        new("GlobalLpPool", typeof(GlobalPooling)),
        new("GlobalMaxPool", typeof(GlobalPooling)),
        new("LpPool", typeof(Pooling)),
        new("MaxPool", typeof(MaxPooling)),
        new("MaxRoiPool", typeof(RegionPooling)),
        new("MaxUnpool", typeof(MaxPooling)),
    ];
}
