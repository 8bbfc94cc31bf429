namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Signals() =>
    [
        new("BlackmanWindow", typeof(Windows)),
        new("DFT", typeof(FourierTransforms)),
        new("Det", typeof(Determinants)),
        new("Einsum", typeof(Einsums)),
        new("HammingWindow", typeof(Windows)),
        new("HannWindow", typeof(Windows)),
        new("MelWeightMatrix", typeof(MelWeights)),
        new("STFT", typeof(FourierTransforms)),
    ];
}
