namespace ModelBuild.Kernels;

/// <summary>
/// Operators that draw random numbers, from <see cref="RandomGenerator"/>. The same seed gives the same numbers. Without a seed an operator
/// goes on where the call's context is, so that two operators differ and a new context repeats the numbers.
/// </summary>
public static unsafe class RandomOperators
{
    /// <summary>Normal numbers.</summary>
    /// <param name="context">Numbers the draws without a seed.</param>
    /// <param name="output">Result.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its type, a number of <see cref="TensorElementType"/>.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="scale">Standard deviation.</param>
    /// <param name="seed">Seed.</param>
    public static void RandomNormal(KernelContext context, [Output] TensorValue output, ReadOnlySpan<long> shape, long dtype = 1, float mean = 0, float scale = 1, float seed = float.NaN)
    {
        output.Resize(Real((TensorElementType)dtype), shape);
        Normal(context, output, mean, scale, seed);
    }

    /// <summary>Normal numbers in the shape of a tensor.</summary>
    /// <param name="context">Numbers the draws without a seed.</param>
    /// <param name="input">Gives the shape.</param>
    /// <param name="output">Result.</param>
    /// <param name="dtype">Its type, a number of <see cref="TensorElementType"/>; 0 for the input's.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="scale">Standard deviation.</param>
    /// <param name="seed">Seed.</param>
    public static void RandomNormalLike(KernelContext context, TensorValue input, [Output] TensorValue output, long dtype = 0, float mean = 0, float scale = 1, float seed = float.NaN)
    {
        output.Resize(Real(dtype == 0 ? input.ElementType : (TensorElementType)dtype), input.Shape);
        Normal(context, output, mean, scale, seed);
    }

    /// <summary>Numbers that are equally likely.</summary>
    /// <param name="context">Numbers the draws without a seed.</param>
    /// <param name="output">Result.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">Its type, a number of <see cref="TensorElementType"/>.</param>
    /// <param name="high">Upper bound.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="seed">Seed.</param>
    public static void RandomUniform(KernelContext context, [Output] TensorValue output, ReadOnlySpan<long> shape, long dtype = 1, float high = 1, float low = 0, float seed = float.NaN)
    {
        output.Resize(Real((TensorElementType)dtype), shape);
        Uniform(context, output, low, high, seed);
    }

    /// <summary>Numbers that are equally likely, in the shape of a tensor.</summary>
    /// <param name="context">Numbers the draws without a seed.</param>
    /// <param name="input">Gives the shape.</param>
    /// <param name="output">Result.</param>
    /// <param name="dtype">Its type, a number of <see cref="TensorElementType"/>; 0 for the input's.</param>
    /// <param name="high">Upper bound.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="seed">Seed.</param>
    public static void RandomUniformLike(KernelContext context, TensorValue input, [Output] TensorValue output, long dtype = 0, float high = 1, float low = 0, float seed = float.NaN)
    {
        output.Resize(Real(dtype == 0 ? input.ElementType : (TensorElementType)dtype), input.Shape);
        Uniform(context, output, low, high, seed);
    }

    /// <summary>1 with the given probability, 0 otherwise.</summary>
    /// <param name="context">Numbers the draws without a seed.</param>
    /// <param name="input">Probabilities.</param>
    /// <param name="output">Result.</param>
    /// <param name="dtype">Its type, a number of <see cref="TensorElementType"/>; 0 for the input's.</param>
    /// <param name="seed">Seed.</param>
    public static void Bernoulli(KernelContext context, TensorValue input, [Output] TensorValue output, long dtype = 0, float seed = float.NaN)
    {
        output.Resize(dtype == 0 ? input.ElementType : (TensorElementType)dtype, input.Shape);
        var generator = RandomGenerator.Create(context, seed);
        for (long i = 0; i < output.Length; i++)
        {
            Reals.Write(output, i, generator.Uniform() < Reals.Read(input, i) ? 1 : 0);
        }
    }

    /// <summary>Classes drawn with given probabilities.</summary>
    /// <param name="context">Numbers the draws without a seed; scratch.</param>
    /// <param name="input"><c>[batch, classes]</c>: logarithms of the probabilities, up to a constant for each batch entry.</param>
    /// <param name="output"><c>[batch, samples]</c>.</param>
    /// <param name="dtype">Its type, 32-bit or 64-bit integers.</param>
    /// <param name="sampleSize">How many are drawn for each batch entry.</param>
    /// <param name="seed">Seed.</param>
    public static void Multinomial(KernelContext context, TensorValue input, [Output] TensorValue output, long dtype = 6, long sampleSize = 1, float seed = float.NaN)
    {
        var type = (TensorElementType)dtype;
        if (input.Rank != 2 || type is not (TensorElementType.Int32 or TensorElementType.Int64) || sampleSize < 0)
        {
            throw new KernelException($"{sampleSize} classes of type {type} can't be drawn from {input}.");
        }

        long classes = input.Shape[1];
        output.Resize(type, input.Shape[0], sampleSize);
        if (classes == 0 && output.Length > 0)
        {
            throw new KernelException($"{input} has no classes to draw from.");
        }

        var generator = RandomGenerator.Create(context, seed);
        double* sums = (double*)context.Scratch(checked(classes * sizeof(double)));
        for (long row = 0; row < input.Shape[0]; row++)
        {
            double total = Accumulate(input, row * classes, sums, classes);
            for (long i = 0; i < sampleSize; i++)
            {
                Reals.Write(output, (row * sampleSize) + i, Find(sums, classes, generator.Uniform() * total));
            }
        }
    }

    private static double Accumulate(TensorValue input, long start, double* sums, long classes)
    {
        double largest = double.NegativeInfinity;
        for (long i = 0; i < classes; i++)
        {
            largest = Math.Max(largest, Reals.Read(input, start + i));
        }

        double total = 0;
        for (long i = 0; i < classes; i++)
        {
            double value = Reals.Read(input, start + i);
            total += value == largest ? 1 : Math.Exp(value - largest);
            sums[i] = total;
        }

        return total;
    }

    // The first class whose sum lies above the point.
    private static long Find(double* sums, long classes, double point)
    {
        long low = 0, high = classes - 1;
        while (low < high)
        {
            long middle = (low + high) / 2;
            (low, high) = sums[middle] > point ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static void Normal(KernelContext context, TensorValue output, float mean, float scale, float seed)
    {
        var generator = RandomGenerator.Create(context, seed);
        for (long i = 0; i < output.Length; i++)
        {
            Reals.Write(output, i, mean + (scale * generator.Normal()));
        }
    }

    private static void Uniform(KernelContext context, TensorValue output, float low, float high, float seed)
    {
        var generator = RandomGenerator.Create(context, seed);
        for (long i = 0; i < output.Length; i++)
        {
            Reals.Write(output, i, low + ((high - low) * generator.Uniform()));
        }
    }

    private static TensorElementType Real(TensorElementType type) =>
        type is TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16
            ? type
            : throw new KernelException($"Random numbers can't have the type {type}.");
}
