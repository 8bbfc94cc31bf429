namespace ModelBuild.Kernels;

/// <summary>Softmax and its kin along one dimension.</summary>
public static unsafe class Softmaxes
{
    /// <summary><c>exp(x) / sum(exp(x))</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="input">Real numbers.</param>
    /// <param name="output">Result.</param>
    /// <param name="axis">Dimension, negative ones from the end.</param>
    /// <exception cref="KernelException">There is no such dimension, or the type has no real numbers.</exception>
    public static void Softmax(KernelContext context, TensorValue input, [Output] TensorValue output, long axis = -1) => Run(context, input, output, axis, false);

    /// <summary>Logarithm of the softmax.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static void LogSoftmax(KernelContext context, TensorValue input, [Output] TensorValue output, long axis = -1) => Run(context, input, output, axis, true);

    /// <summary>1 at the first largest element, 0 elsewhere.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static void Hardmax(KernelContext context, TensorValue input, [Output] TensorValue output, long axis = -1)
    {
        TensorValue data = FloatElements.Widen(context, input, 0);
        output.Resize(input.ElementType, input.Shape);
        output.Bytes.Clear();
        if (input.Length == 0)
        {
            return;
        }

        TensorValue positions = context.Temporary(1);
        int dimension = Strides.Axis(axis, input.Rank);
        ArgExtremes.ArgMax(context, data, positions, dimension);
        long size = data.Shape[dimension];
        long inner = Strides.Product(data.Shape[(dimension + 1)..]);
        for (long i = 0; i < positions.Length; i++)
        {
            Reals.Write(output, (((i / inner * size) + positions.Pointer<long>()[i]) * inner) + (i % inner), 1);
        }
    }

    private static void Run(KernelContext context, TensorValue input, TensorValue output, long axis, bool isLogarithm)
    {
        if (HalfPrecision.Is(input.ElementType))
        {
            TensorValue wide = context.Temporary(1);
            Run(context, HalfPrecision.Widen(context, input, 0), wide, axis, isLogarithm);
            HalfPrecision.Narrow(wide, output, input.ElementType);
            return;
        }

        int dimension = input.Rank == 0 ? 0 : Strides.Axis(axis, input.Rank);
        long size = input.Rank == 0 ? 1 : input.Shape[dimension];
        long inner = input.Rank == 0 ? 1 : Strides.Product(input.Shape[(dimension + 1)..]);
        output.Resize(input.ElementType, input.Shape);
        if (input.Length == 0)
        {
            return;
        }

        long outer = input.Length / size / inner;
        switch (input.ElementType)
        {
            case TensorElementType.Float32:
                Kernels.Softmax.Along(context, input.Pointer<float>(), output.Pointer<float>(), outer, size, inner, isLogarithm);
                break;
            case TensorElementType.Float64:
                for (long i = 0; i < outer * inner; i++)
                {
                    long start = (i / inner * size * inner) + (i % inner);
                    Column(input.Pointer<double>() + start, output.Pointer<double>() + start, size, inner, isLogarithm);
                }

                break;
            default:
                throw new KernelException($"Real numbers are expected, not {input}.");
        }
    }

    private static void Column(double* x, double* y, long size, long stride, bool isLogarithm)
    {
        double largest = double.NegativeInfinity;
        for (long k = 0; k < size; k++)
        {
            largest = Math.Max(largest, x[k * stride]);
        }

        double sum = 0;
        for (long k = 0; k < size; k++)
        {
            double exponential = Math.Exp(x[k * stride] - largest);
            sum += exponential;
            y[k * stride] = exponential;
        }

        double logarithm = Math.Log(sum);
        for (long k = 0; k < size; k++)
        {
            y[k * stride] = isLogarithm ? x[k * stride] - largest - logarithm : y[k * stride] / sum;
        }
    }
}
