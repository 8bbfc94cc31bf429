namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Selections() =>
    [
        new("Gather", typeof(Gathering)),
        new("GatherElements", typeof(Gathering)),
        new("GatherND", typeof(Gathering)),
        new("Scatter", typeof(Scattering), Method: nameof(Scattering.ScatterElements)),
        new("ScatterElements", typeof(Scattering)),
        new("ScatterND", typeof(Scattering)),
        new("TensorScatter", typeof(Scattering)),
        new("TopK", typeof(LargestElements)),
        new("Unique", typeof(DistinctElements)),
        new("Compress", typeof(Conditions)),
        new("NonZero", typeof(Conditions)),
        new("NonMaxSuppression", typeof(BoxSelection)),
    ];
}
