namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] ProductOperators() =>
    [
        new("Gemm", typeof(Products)),
        new("MatMul", typeof(Products)),
        new("FusedMatMul", typeof(Products), "com.microsoft"),
    ];
}
