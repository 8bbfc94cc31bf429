namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private const string ContribDomain = "com.microsoft";

    // Most of ONNX Runtime's own operators are made of ONNX's when a model is lowered; these have no such form.
    private static OperatorEntry[] Contrib() =>
    [
        new("Inverse", typeof(Determinants), ContribDomain),
    ];
}
