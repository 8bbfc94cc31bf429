namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Images() =>
    [
        new("AffineGrid", typeof(AffineGrids)),
        new("CenterCropPad", typeof(CenterCropPadding)),
        new("GridSample", typeof(GridSampling)),
        new("ImageDecoder", typeof(ImageDecoding)),
        new("Resize", typeof(Resizing)),
        new("RoiAlign", typeof(RegionAlignment)),
        new("Upsample", typeof(Resizing)),
    ];
}
