namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Recurrences() =>
    [
        new("GRU", typeof(GatedRecurrence)),
        new("LSTM", typeof(LongShortTermMemory)),
        new("RNN", typeof(SimpleRecurrence)),
    ];
}
