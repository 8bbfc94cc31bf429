namespace ModelBuild.Kernels;

/// <summary>What the statements of a plan for <c>If</c>, <c>Loop</c> and <c>Scan</c> call around their blocks; the number of the iteration is a value there.</summary>
public static unsafe class Loops
{
    /// <summary>Makes <paramref name="y"/> a copy of <paramref name="x"/>: results of a branch, values carried from one iteration to the next.</summary>
    public static void Assign(PlanValue x, [Output] PlanValue y) => y.CopyFrom(x);

    /// <summary>Puts one iteration's result behind those of the iterations before it.</summary>
    /// <param name="item">The result.</param>
    /// <param name="iteration">Number of the iteration, a 64-bit integer.</param>
    /// <param name="accumulator">Results so far; see <see cref="ControlFlow.Append"/>.</param>
    public static void Append(TensorValue item, TensorValue iteration, [Output] TensorValue accumulator) =>
        ControlFlow.Append(item, accumulator, *iteration.Pointer<long>());

    /// <summary>One iteration's part of an input.</summary>
    /// <param name="x">The input of a scan.</param>
    /// <param name="iteration">Number of the iteration, a 64-bit integer.</param>
    /// <param name="y">The part, without the dimension that is scanned.</param>
    /// <param name="axis">The dimension that is scanned; negative ones count from the last.</param>
    /// <param name="reverse">Whether the first iteration takes the last part.</param>
    public static void Slice(TensorValue x, TensorValue iteration, [Output] TensorValue y, long axis, bool reverse) =>
        ControlFlow.Slice(x, axis, reverse ? -1 - *iteration.Pointer<long>() : *iteration.Pointer<long>(), y);

    /// <summary>The size of one dimension, as a 64-bit integer.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Receives the size, no dimensions.</param>
    /// <param name="axis">The dimension; negative counts from the last.</param>
    public static void Dimension(TensorValue x, [Output] TensorValue y, long axis)
    {
        y.Resize(TensorElementType.Int64);
        *y.Pointer<long>() = x.Shape[Strides.Axis(axis, x.Rank)];
    }

    /// <summary>The one element of a boolean tensor of any shape.</summary>
    /// <param name="x">One boolean.</param>
    /// <param name="y">Receives it, no dimensions.</param>
    /// <exception cref="KernelException">There is not one element.</exception>
    public static void Scalar(TensorValue x, [Output] TensorValue y)
    {
        if (x.Length != 1 || x.ElementType != TensorElementType.Bool)
        {
            throw new KernelException($"A condition is {x} and not one boolean.");
        }

        y.Resize(TensorElementType.Bool);
        *y.Data = *x.Data;
    }

    /// <summary>The number of entries of a sequence, as a 64-bit integer.</summary>
    public static void Count(SequenceValue sequence, [Output] TensorValue y)
    {
        y.Resize(TensorElementType.Int64);
        *y.Pointer<long>() = sequence.Items.Count;
    }

    /// <summary>Makes a sequence empty: no iteration has added to it yet.</summary>
    public static void Begin([Output] SequenceValue y) => y.Release();

    /// <summary>One iteration's entry of a sequence.</summary>
    /// <exception cref="KernelException">The sequence has too few entries.</exception>
    public static void Entry(SequenceValue sequence, TensorValue iteration, [Output] PlanValue y)
    {
        long index = *iteration.Pointer<long>();
        if (index >= sequence.Items.Count)
        {
            throw new KernelException($"A sequence has {sequence.Items.Count} entries, and entry {index} is needed.");
        }

        y.CopyFrom(sequence.Items[(int)index]);
    }

    /// <summary>Adds one iteration's result to a sequence.</summary>
    public static void Add(PlanValue item, [Output] SequenceValue y) => y.Insert(y.Items.Count, item);
}
