namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private static OperatorEntry[] Sequences() =>
    [
        new("SequenceConstruct", typeof(SequenceOperators)),
        new("SequenceEmpty", typeof(SequenceOperators)),
        new("SequenceAt", typeof(SequenceOperators)),
        new("SequenceInsert", typeof(SequenceOperators)),
        new("SequenceErase", typeof(SequenceOperators)),
        new("SequenceLength", typeof(SequenceOperators)),
        new("SplitToSequence", typeof(SequenceOperators)),
        new("ConcatFromSequence", typeof(SequenceOperators)),
        new("Optional", typeof(OptionalOperators)),
        new("OptionalHasElement", typeof(OptionalOperators)),
        new("OptionalGetElement", typeof(OptionalOperators)),
    ];
}
