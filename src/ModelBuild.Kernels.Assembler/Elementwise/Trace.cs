using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Assembler.Elementwise;

/// <summary>Operation of a trace; those of <see cref="IFloatVector{TSelf}"/>, and where its numbers come from.</summary>
internal enum TraceOperation
{
    /// <summary>The number that the function is of.</summary>
    Input,
    /// <summary>The function's first parameter.</summary>
    Alpha,
    /// <summary>The function's second parameter.</summary>
    Beta,
    Constant, Add, Subtract, Multiply, Divide, MultiplyAdd, Max, Min, SquareRoot, Round, Floor, Less, Equal, Select, And, Or, Xor, AddBits, SubtractBits, ShiftLeft, ShiftRight, ToFloat,
}

/// <summary>One operation of a trace.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="A">Number of the operation that gives the first operand, or -1.</param>
/// <param name="B">The second one.</param>
/// <param name="C">The third one.</param>
/// <param name="Bits">Bits of a constant, or how far is shifted.</param>
internal readonly record struct TraceNode(TraceOperation Operation, int A = -1, int B = -1, int C = -1, int Bits = 0);

/// <summary>The operations of a formula in order, each one once.</summary>
internal sealed class Trace
{
    [ThreadStatic]
    private static Trace? t_current;

    private readonly List<TraceNode> _nodes = [];
    private readonly Dictionary<TraceNode, int> _numbers = [];

    private Trace()
    {
    }

    /// <summary>What is being written down on this thread.</summary>
    public static Trace Current => t_current ?? throw new InvalidOperationException("Nothing is traced.");

    /// <summary>The operations.</summary>
    public IReadOnlyList<TraceNode> Nodes => _nodes;

    /// <summary>Number of the operation that gives the result.</summary>
    public int Result { get; private set; }

    /// <summary>The formula of a function.</summary>
    public static Trace Of<TOperation>()
        where TOperation : struct, IUnaryOperation
    {
        var trace = new Trace();
        t_current = trace;
        try
        {
            trace.Result = TOperation.Invoke(
                new TracedVector(trace.Add(new(TraceOperation.Input))), new TracedVector(trace.Add(new(TraceOperation.Alpha))), new TracedVector(trace.Add(new(TraceOperation.Beta)))).Node;
            return trace;
        }
        finally
        {
            t_current = null;
        }
    }

    /// <summary>A number.</summary>
    public int Constant(float value) => Add(new(TraceOperation.Constant, Bits: BitConverter.SingleToInt32Bits(value)));

    /// <summary>Writes an operation down, unless it stands there already.</summary>
    /// <returns>Its number.</returns>
    public int Add(TraceNode node)
    {
        if (!_numbers.TryGetValue(node, out int number))
        {
            number = _nodes.Count;
            _nodes.Add(node);
            _numbers.Add(node, number);
        }

        return number;
    }
}
