using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Bounds of numbers, and values that pass unchanged.</summary>
public static unsafe class Clipping
{
    /// <summary><c>min(max(input, min), max)</c>; <paramref name="max"/> where the bounds cross; NaN stays.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="input">Numbers.</param>
    /// <param name="min">One number of the same type; none for no bound.</param>
    /// <param name="max">One number of the same type; none for no bound.</param>
    /// <param name="output">Result.</param>
    /// <exception cref="KernelException">A bound is not one number, or of another type.</exception>
    public static void Clip(KernelContext context, TensorValue input, TensorValue? min, TensorValue? max, [Output] TensorValue output)
    {
        Check(input, min);
        Check(input, max);
        if (input.ElementType == TensorElementType.Float32)
        {
            output.Resize(TensorElementType.Float32, input.Shape);
            float lower = min is null ? float.NegativeInfinity : *min.Pointer<float>();
            float upper = max is null ? float.PositiveInfinity : *max.Pointer<float>();
            Elementwise.Unary<Clip>(context, input.Pointer<float>(), output.Pointer<float>(), input.Length, lower, upper);
            return;
        }

        if (HalfPrecision.Is(input.ElementType))
        {
            TensorValue wide = context.Temporary(3);
            Clip(
                context, HalfPrecision.Widen(context, input, 0), min is null ? null : HalfPrecision.Widen(context, min, 1),
                max is null ? null : HalfPrecision.Widen(context, max, 2), wide);
            HalfPrecision.Narrow(wide, output, input.ElementType);
            return;
        }

        output.Resize(input.ElementType, input.Shape);
        TensorValue bounded = input;
        if (min is not null)
        {
            BinaryOperators.RunInto<Maximum>(bounded, min, output);
            bounded = output;
        }

        if (max is not null)
        {
            BinaryOperators.RunInto<Minimum>(bounded, max, output);
            bounded = output;
        }

        if (bounded == input)
        {
            output.CopyFrom(input);
        }
    }

    /// <summary>The value itself.</summary>
    /// <param name="input">Any value.</param>
    /// <param name="output">Copy of it.</param>
    public static void Identity(PlanValue input, [Output] PlanValue output) => output.CopyFrom(input);

    /// <summary><c>x &lt; -lambd ? x + bias : x &gt; lambd ? x - bias : 0</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="input">Numbers.</param>
    /// <param name="output">Result.</param>
    /// <param name="bias">What is taken from the magnitude.</param>
    /// <param name="lambd">Magnitude from which on numbers count.</param>
    /// <exception cref="KernelException">The type has no numbers.</exception>
    public static void Shrink(KernelContext context, TensorValue input, [Output] TensorValue output, float bias = 0, float lambd = 0.5f)
    {
        if (UnaryOperators.IsReal(input.ElementType))
        {
            UnaryOperators.RunDouble<SoftThreshold>(context, input, output, lambd, bias);
            return;
        }

        // Integers go through double precision and are cut.
        TensorValue real = context.Temporary(3);
        TensorValue result = context.Temporary(4);
        Casting.Cast(input, real, (long)TensorElementType.Float64);
        UnaryOperators.RunDouble<SoftThreshold>(context, real, result, lambd, bias);
        Casting.Cast(result, output, (long)input.ElementType);
    }

    private static void Check(TensorValue input, TensorValue? bound)
    {
        if (bound is not null && (bound.Length != 1 || bound.ElementType != input.ElementType))
        {
            throw new KernelException($"A bound of {input} is one number of its type, not {bound}.");
        }
    }

    private readonly struct SoftThreshold : IDoubleOperation
    {
        public static double Invoke(double x, double alpha, double beta) => x < -alpha ? x + beta : x > alpha ? x - beta : 0;
    }
}
