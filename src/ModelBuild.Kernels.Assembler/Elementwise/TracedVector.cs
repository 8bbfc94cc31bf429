using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Assembler.Elementwise;

/// <summary>
/// A vector that computes nothing: each operation is written down in the <see cref="Trace"/> of the thread. So a formula that is written once against
/// <see cref="IFloatVector{TSelf}"/> gives its machine code too, with the same operations in the same order.
/// </summary>
/// <param name="node">The number of the operation in the trace whose result this is.</param>
internal readonly unsafe struct TracedVector(int node) : IFloatVector<TracedVector>
{
    /// <summary>The number of the operation in the trace whose result this is.</summary>
    public int Node { get; } = node;

    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static TracedVector Create(float value) => new(Trace.Current.Constant(value));

    /// <inheritdoc/>
    public static TracedVector Load(float* source) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Store(TracedVector value, float* destination) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static TracedVector operator +(TracedVector left, TracedVector right) => Of(TraceOperation.Add, left, right);

    /// <inheritdoc/>
    public static TracedVector operator -(TracedVector left, TracedVector right) => Of(TraceOperation.Subtract, left, right);

    /// <inheritdoc/>
    public static TracedVector operator *(TracedVector left, TracedVector right) => Of(TraceOperation.Multiply, left, right);

    /// <inheritdoc/>
    public static TracedVector operator /(TracedVector left, TracedVector right) => Of(TraceOperation.Divide, left, right);

    /// <inheritdoc/>
    public static TracedVector FusedMultiplyAdd(TracedVector left, TracedVector right, TracedVector addend) => Of(TraceOperation.MultiplyAdd, left, right, addend.Node);

    /// <inheritdoc/>
    public static TracedVector Max(TracedVector left, TracedVector right) => Of(TraceOperation.Max, left, right);

    /// <inheritdoc/>
    public static TracedVector Min(TracedVector left, TracedVector right) => Of(TraceOperation.Min, left, right);

    /// <inheritdoc/>
    public static TracedVector Sqrt(TracedVector value) => Of(TraceOperation.SquareRoot, value);

    /// <inheritdoc/>
    public static TracedVector Round(TracedVector value) => Of(TraceOperation.Round, value);

    /// <inheritdoc/>
    public static TracedVector Floor(TracedVector value) => Of(TraceOperation.Floor, value);

    /// <inheritdoc/>
    public static TracedVector LessThan(TracedVector left, TracedVector right) => Of(TraceOperation.Less, left, right);

    /// <inheritdoc/>
    public static TracedVector Equal(TracedVector left, TracedVector right) => Of(TraceOperation.Equal, left, right);

    /// <inheritdoc/>
    public static TracedVector Select(TracedVector mask, TracedVector whenTrue, TracedVector whenFalse) => Of(TraceOperation.Select, mask, whenTrue, whenFalse.Node);

    /// <inheritdoc/>
    public static TracedVector operator &(TracedVector left, TracedVector right) => Of(TraceOperation.And, left, right);

    /// <inheritdoc/>
    public static TracedVector operator |(TracedVector left, TracedVector right) => Of(TraceOperation.Or, left, right);

    /// <inheritdoc/>
    public static TracedVector operator ^(TracedVector left, TracedVector right) => Of(TraceOperation.Xor, left, right);

    /// <inheritdoc/>
    public static TracedVector AddBits(TracedVector left, TracedVector right) => Of(TraceOperation.AddBits, left, right);

    /// <inheritdoc/>
    public static TracedVector SubtractBits(TracedVector left, TracedVector right) => Of(TraceOperation.SubtractBits, left, right);

    /// <inheritdoc/>
    public static TracedVector ShiftLeft(TracedVector value, int count) => new(Trace.Current.Add(new(TraceOperation.ShiftLeft, value.Node, Bits: count)));

    /// <inheritdoc/>
    public static TracedVector ShiftRight(TracedVector value, int count) => new(Trace.Current.Add(new(TraceOperation.ShiftRight, value.Node, Bits: count)));

    /// <inheritdoc/>
    public static TracedVector ConvertFromBits(TracedVector value) => Of(TraceOperation.ToFloat, value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracedVector Of(TraceOperation operation, TracedVector a, TracedVector b, int c = -1) => new(Trace.Current.Add(new(operation, a.Node, b.Node, c)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracedVector Of(TraceOperation operation, TracedVector a) => new(Trace.Current.Add(new(operation, a.Node)));
}
