namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Networks() =>
    [
    ];
}
