namespace ModelBuild.Kernels.Tests.Oracle;

/// <summary>Tensors of random numbers, the same for the same seed.</summary>
internal static class RandomTensors
{
    /// <summary>Numbers from -range to range.</summary>
    public static TensorValue Floats(int seed, float range, params ReadOnlySpan<long> shape)
    {
        var random = new Random(seed);
        var tensor = new TensorValue(TensorElementType.Float32, shape);
        foreach (ref float value in tensor.Span<float>())
        {
            value = ((random.NextSingle() * 2) - 1) * range;
        }

        return tensor;
    }

    /// <summary>Numbers from -range to range.</summary>
    public static TensorValue Doubles(int seed, double range, params ReadOnlySpan<long> shape)
    {
        var random = new Random(seed);
        var tensor = new TensorValue(TensorElementType.Float64, shape);
        foreach (ref double value in tensor.Span<double>())
        {
            value = ((random.NextDouble() * 2) - 1) * range;
        }

        return tensor;
    }

    /// <summary>Integers from 0 to limit - 1.</summary>
    public static TensorValue Longs(int seed, int limit, params ReadOnlySpan<long> shape)
    {
        var random = new Random(seed);
        var tensor = new TensorValue(TensorElementType.Int64, shape);
        foreach (ref long value in tensor.Span<long>())
        {
            value = random.Next(limit);
        }

        return tensor;
    }
}
