using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Normalizations without scale and bias.</summary>
public static unsafe class Standardizations
{
    /// <summary>Elements over the norm of those along a dimension; 0 where the norm is 0.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="input">Real numbers.</param>
    /// <param name="output">Result.</param>
    /// <param name="axis">Dimension, negative ones from the end.</param>
    /// <param name="p">1 for the sum of the magnitudes, 2 for the root of the sum of the squares.</param>
    /// <exception cref="KernelException">There is no such dimension or norm, or the type has no real numbers.</exception>
    public static void LpNormalization(KernelContext context, TensorValue input, [Output] TensorValue output, long axis = -1, long p = 2)
    {
        if (p is not (1 or 2))
        {
            throw new KernelException($"The norm is 1 or 2, not {p}.");
        }

        TensorElementType type = input.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        input = RealWork.Read(context, input, isDouble, 0);
        TensorValue target = RealWork.Target(context, output, type, isDouble, 1);
        target.Resize(input.ElementType, input.Shape);
        int dimension = Strides.Axis(axis, input.Rank);
        long size = input.Shape[dimension];
        long inner = Strides.Product(input.Shape[(dimension + 1)..]);
        for (long i = 0; input.Length > 0 && i < input.Length / size; i++)
        {
            long start = (i / inner * size * inner) + (i % inner);
            if (isDouble)
            {
                Normalize(input.Pointer<double>() + start, target.Pointer<double>() + start, size, inner, p);
            }
            else
            {
                Normalize(input.Pointer<float>() + start, target.Pointer<float>() + start, size, inner, p);
            }
        }

        RealWork.Write(target, output, type);
    }

    /// <summary><c>(x - mean) / (standard deviation + 1e-9)</c> over some dimensions.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="axes">Dimensions; 0, 2 and 3 where they are absent.</param>
    /// <exception cref="KernelException">There is no such dimension, or the type has no real numbers.</exception>
    public static void MeanVarianceNormalization(KernelContext context, TensorValue x, [Output] TensorValue y, ReadOnlySpan<long> axes = default)
    {
        TensorElementType type = x.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        x = RealWork.Read(context, x, isDouble, 0);
        TensorValue target = RealWork.Target(context, y, type, isDouble, 1);
        target.Resize(x.ElementType, x.Shape);
        TensorValue dimensions = context.Temporary(2);
        ReadOnlySpan<long> chosen = axes.IsEmpty ? [0, 2, 3] : axes;
        dimensions.Resize(TensorElementType.Int64, chosen.Length);
        chosen.CopyTo(dimensions.Span<long>());
        ReductionShape shape = new(x, dimensions, true, false, stackalloc long[3 * BroadcastLayout.MaxRank], stackalloc bool[2 * BroadcastLayout.MaxRank]);
        ReductionWalk walk = new(shape, stackalloc long[Math.Max(1, 2 * shape.Rank)]);
        for (long i = 0; x.Length > 0 && i < walk.Results; i++)
        {
            if (isDouble)
            {
                Standardize(x.Pointer<double>() + walk.Start(i), target.Pointer<double>() + walk.Start(i), walk);
            }
            else
            {
                Standardize(x.Pointer<float>() + walk.Start(i), target.Pointer<float>() + walk.Start(i), walk);
            }
        }

        RealWork.Write(target, y, type);
    }

    /// <summary>Elements over <c>(bias + alpha / size * sum of squares)^beta</c>, the sum over neighbouring channels.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="x">Real numbers, <c>[batch, channels, ...]</c>.</param>
    /// <param name="y">Result.</param>
    /// <param name="size">How many channels are summed; more after than before where it is even.</param>
    /// <param name="alpha">Factor.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="bias">Summand.</param>
    /// <exception cref="KernelException">The size is below 1, there are no channels, or the type has no real numbers.</exception>
    public static void LRN(KernelContext context, TensorValue x, [Output] TensorValue y, long size, float alpha = 0.0001f, float beta = 0.75f, float bias = 1)
    {
        if (size < 1 || x.Rank < 2)
        {
            throw new KernelException($"{size} neighbouring channels of {x} can't be summed.");
        }

        TensorElementType type = x.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        x = RealWork.Read(context, x, isDouble, 0);
        TensorValue target = RealWork.Target(context, y, type, isDouble, 1);
        target.Resize(x.ElementType, x.Shape);
        long channels = x.Shape[1];
        long plane = Strides.Product(x.Shape[2..]);
        long before = (size - 1) / 2;
        long after = size - 1 - before;
        for (long i = 0; i < x.Length; i++)
        {
            long channel = i / plane % channels;
            double sum = 0;
            long first = Math.Max(0, channel - before);
            long last = after > channels - 1 - channel ? channels - 1 : channel + after;
            for (long c = first; c <= last; c++)
            {
                double value = Reals.Read(x, i + ((c - channel) * plane));
                sum += value * value;
            }

            Reals.Write(target, i, Reals.Read(x, i) / Math.Pow(bias + (alpha / (double)size * sum), beta));
        }

        RealWork.Write(target, y, type);
    }

    private static void Normalize<T>(T* x, T* y, long size, long stride, long p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (long k = 0; k < size; k++)
        {
            double value = double.CreateTruncating(x[k * stride]);
            sum += p == 1 ? Math.Abs(value) : value * value;
        }

        double norm = p == 1 ? sum : Math.Sqrt(sum);
        for (long k = 0; k < size; k++)
        {
            y[k * stride] = norm == 0 ? T.Zero : T.CreateTruncating(double.CreateTruncating(x[k * stride]) / norm);
        }
    }

    private static void Standardize<T>(T* x, T* y, in ReductionWalk walk)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (long k = 0; k < walk.Elements; k++)
        {
            sum += double.CreateTruncating(x[walk.Element(k)]);
        }

        double mean = sum / walk.Elements;
        double squares = 0;
        for (long k = 0; k < walk.Elements; k++)
        {
            double difference = double.CreateTruncating(x[walk.Element(k)]) - mean;
            squares += difference * difference;
        }

        double deviation = Math.Sqrt(squares / walk.Elements) + 1e-9;
        for (long k = 0; k < walk.Elements; k++)
        {
            y[walk.Element(k)] = T.CreateTruncating((double.CreateTruncating(x[walk.Element(k)]) - mean) / deviation);
        }
    }
}
