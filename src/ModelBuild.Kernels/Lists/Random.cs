namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] RandomNumbers() =>
    [
        new("RandomNormal", typeof(RandomOperators)),
        new("RandomNormalLike", typeof(RandomOperators)),
        new("RandomUniform", typeof(RandomOperators)),
        new("RandomUniformLike", typeof(RandomOperators)),
        new("Bernoulli", typeof(RandomOperators)),
        new("Multinomial", typeof(RandomOperators)),
    ];
}
