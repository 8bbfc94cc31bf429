namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private const string TrainingDomain = "ai.onnx.preview.training";

    private static OperatorEntry[] Training() =>
    [
        new("Adagrad", typeof(Optimizers), TrainingDomain),
        new("Adam", typeof(Optimizers), TrainingDomain),
        new("Momentum", typeof(Optimizers), TrainingDomain),
        new("NegativeLogLikelihoodLoss", typeof(Losses)),
        new("SoftmaxCrossEntropyLoss", typeof(Losses)),
    ];
}
