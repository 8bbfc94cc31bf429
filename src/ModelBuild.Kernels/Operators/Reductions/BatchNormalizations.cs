using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Batch normalization.</summary>
public static unsafe class BatchNormalizations
{
    /// <summary>Each channel less a mean, over a standard deviation, then <c>* scale + b</c>; the moments are inputs, or in training those of the batch.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers, <c>[batch, channels, ...]</c>; one channel where there is one dimension.</param>
    /// <param name="scale">A factor per channel.</param>
    /// <param name="b">A summand per channel.</param>
    /// <param name="inputMean">A mean per channel.</param>
    /// <param name="inputVar">A variance per channel.</param>
    /// <param name="y">Result.</param>
    /// <param name="runningMean">In training <c>inputMean * momentum + mean * (1 - momentum)</c>.</param>
    /// <param name="runningVar">In training <c>inputVar * momentum + variance * (1 - momentum)</c>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="momentum">Weight of the moments so far.</param>
    /// <param name="trainingMode">Whether the batch's own moments are used.</param>
    /// <exception cref="KernelException">Shapes don't fit each other, or a type has no real numbers.</exception>
    public static void BatchNormalization(
        KernelContext context, TensorValue x, TensorValue scale, TensorValue b, TensorValue inputMean, TensorValue inputVar, [Output] TensorValue y,
        [Output] TensorValue? runningMean, [Output] TensorValue? runningVar, float epsilon = 1e-5f, float momentum = 0.9f, long trainingMode = 0)
    {
        TensorElementType type = x.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        long batch = x.Rank == 0 ? 1 : x.Shape[0];
        long channels = x.Rank < 2 ? 1 : x.Shape[1];
        long size = x.Rank < 3 ? 1 : Strides.Product(x.Shape[2..]);
        RealWork.CheckLength(scale, channels, "scale");
        RealWork.CheckLength(b, channels, "bias");
        RealWork.CheckLength(inputMean, channels, "mean");
        RealWork.CheckLength(inputVar, channels, "variance");

        // Moments in double precision: [mean, variance, factor, summand] of each channel.
        TensorValue moments = context.Temporary(4);
        moments.Resize(TensorElementType.Float64, 4, channels);
        double* mean = moments.Pointer<double>();
        double* variance = mean + channels;
        x = RealWork.Read(context, x, isDouble, 0);
        for (long c = 0; c < channels; c++)
        {
            (mean[c], variance[c]) = trainingMode != 0
                ? isDouble ? Moments(x.Pointer<double>(), batch, channels, size, c) : Moments(x.Pointer<float>(), batch, channels, size, c)
                : (Reals.Read(inputMean, c), Reals.Read(inputVar, c));
        }

        Store(runningMean, inputMean, mean, momentum, trainingMode != 0);
        Store(runningVar, inputVar, variance, momentum, trainingMode != 0);
        TensorValue target = RealWork.Target(context, y, type, isDouble, 3);
        target.Resize(x.ElementType, x.Shape);
        for (long c = 0; c < channels; c++)
        {
            double factor = Reals.Read(scale, c) / Math.Sqrt(variance[c] + epsilon);
            mean[(2 * channels) + c] = factor;
            mean[(3 * channels) + c] = Reals.Read(b, c) - (mean[c] * factor);
        }

        Apply(context, x, target, mean + (2 * channels), batch, channels, size);
        RealWork.Write(target, y, type);
    }

    private static void Apply(KernelContext context, TensorValue x, TensorValue y, double* factors, long batch, long channels, long size)
    {
        if (x.ElementType == TensorElementType.Float32)
        {
            TensorValue single = context.Temporary(5);
            single.Resize(TensorElementType.Float32, 2, channels);
            float* scale = single.Pointer<float>();
            for (long i = 0; i < 2 * channels; i++)
            {
                scale[i] = (float)factors[i];
            }

            ChannelNormalization.ScaleShift(context, x.Pointer<float>(), scale, scale + channels, y.Pointer<float>(), batch, channels, size);
            return;
        }

        for (long i = 0; i < x.Length; i++)
        {
            long channel = i / size % channels;
            y.Pointer<double>()[i] = (x.Pointer<double>()[i] * factors[channel]) + factors[channels + channel];
        }
    }

    private static void Store(TensorValue? output, TensorValue input, double* moments, double momentum, bool isTraining)
    {
        if (output is null)
        {
            return;
        }

        output.Resize(input.ElementType, input.Shape);
        for (long c = 0; c < output.Length; c++)
        {
            Reals.Write(output, c, isTraining ? (Reals.Read(input, c) * momentum) + (moments[c] * (1 - momentum)) : moments[c]);
        }
    }

    private static (double Mean, double Variance) Moments<T>(T* x, long batch, long channels, long size, long channel)
        where T : unmanaged, INumber<T>
    {
        double sum = 0;
        for (long n = 0; n < batch; n++)
        {
            T* plane = x + (((n * channels) + channel) * size);
            for (long i = 0; i < size; i++)
            {
                sum += double.CreateTruncating(plane[i]);
            }
        }

        double mean = sum / (batch * size);
        double squares = 0;
        for (long n = 0; n < batch; n++)
        {
            T* plane = x + (((n * channels) + channel) * size);
            for (long i = 0; i < size; i++)
            {
                double difference = double.CreateTruncating(plane[i]) - mean;
                squares += difference * difference;
            }
        }

        return (mean, squares / (batch * size));
    }
}
