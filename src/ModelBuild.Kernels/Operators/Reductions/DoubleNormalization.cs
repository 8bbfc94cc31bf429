namespace ModelBuild.Kernels;

/// <summary>Normalizations in double precision, for tensors of it.</summary>
internal static unsafe class DoubleNormalization
{
    /// <summary>Mean and variance; 0 and the mean square where it is not centered.</summary>
    public static double Moments(double* x, long count, bool isCentered, out double mean)
    {
        mean = 0;
        for (long i = 0; isCentered && i < count; i++)
        {
            mean += x[i];
        }

        mean /= count;
        double sum = 0;
        for (long i = 0; i < count; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }

        return sum / count;
    }

    /// <summary>Rows with scale and bias per column.</summary>
    public static void Rows(
        double* x, double* scale, double* bias, double* y, double* means, double* factors, long rows, long columns, double epsilon, bool isCentered)
    {
        for (long row = 0; row < rows; row++)
        {
            double factor = 1 / Math.Sqrt(Moments(x, columns, isCentered, out double mean) + epsilon);
            for (long i = 0; i < columns; i++)
            {
                y[i] = ((x[i] - mean) * factor * (scale == null ? 1 : scale[i])) + (bias == null ? 0 : bias[i]);
            }

            means[row] = mean;
            factors[row] = factor;
            x += columns;
            y += columns;
        }
    }

    /// <summary>Groups of channels with scale and bias per channel.</summary>
    public static void Groups(double* x, double* scale, double* bias, double* y, long batch, long channels, long size, long groups, double epsilon)
    {
        long perGroup = channels / groups;
        for (long index = 0; index < batch * groups; index++)
        {
            double factor = 1 / Math.Sqrt(Moments(x, perGroup * size, true, out double mean) + epsilon);
            for (long c = 0; c < perGroup; c++)
            {
                long channel = (index % groups * perGroup) + c;
                for (long i = 0; i < size; i++)
                {
                    *y++ = ((*x++ - mean) * factor * scale[channel]) + bias[channel];
                }
            }
        }
    }
}
