namespace ModelBuild.Kernels;

/// <summary>One operator of ONNX or another operator set that a method implements on <see cref="PlanValue"/>s.</summary>
/// <param name="OpType">Operator name, such as <c>Concat</c>.</param>
/// <param name="Type">Class that holds the method.</param>
/// <param name="Domain">Operator set; empty for ONNX's own.</param>
/// <param name="Method">Name of the method when it is not <paramref name="OpType"/>.</param>
internal sealed record OperatorEntry(string OpType, Type Type, string Domain = "", string? Method = null);

/// <summary>
/// Everything that a plan may call. <see cref="Operators"/> work on values whose type and shape are known when they run;
/// the methods of <see cref="Kernels"/> work on pointers, with types and sizes that the plan knows.
/// </summary>
internal static partial class KernelList
{
    /// <summary>Every operator, family by family.</summary>
    public static IReadOnlyList<OperatorEntry> Operators { get; } =
    [
        .. Elementwise(), .. Reductions(), .. Shapes(), .. Selections(), .. Texts(), .. Sequences(), .. RandomNumbers(), .. ProductOperators(), .. Networks(), .. Recurrences(), .. Quantizations(), .. Signals(), .. Images(),
        .. MachineLearning(), .. Training(), .. Contrib(),
    ];

    /// <summary>Classes whose public static methods a plan may call by <c>Class.Method</c>; a method has one overload.</summary>
    public static IReadOnlyList<Type> Kernels { get; } =
    [
        typeof(Attention),
        typeof(Gemm),
        typeof(MatMul),
        typeof(ControlFlow),
        typeof(Copy),
        typeof(Gather),
        typeof(Transpose),
        typeof(Loops),
        typeof(Convolution),
        typeof(Recurrence),
        typeof(OpenRecurrence),
        typeof(Elementwise),
        typeof(Reduce),
        typeof(Softmax),
        typeof(LayerNormalization),
        typeof(ChannelNormalization),
        typeof(Layout),
        typeof(BlockedPooling),
    ];
}
