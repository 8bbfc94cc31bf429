using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Networks;

/// <summary>Tensors with random elements, for operators that compute.</summary>
internal static unsafe class RandomTensors
{
    /// <summary>Numbers from minus to plus a limit, rounded to the type.</summary>
    public static TensorValue Next(this Random random, TensorElementType type, double limit, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorValue(type, shape);
        for (long i = 0; i < tensor.Length; i++)
        {
            Reals.Write(tensor, i, ((random.NextDouble() * 2) - 1) * limit);
        }

        return tensor;
    }

    /// <summary>Integers of any value of the type.</summary>
    public static TensorValue NextBytes(this Random random, TensorElementType type, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorValue(type, shape);
        random.NextBytes(tensor.Bytes);
        return tensor;
    }

    /// <summary>Positive scales.</summary>
    public static TensorValue NextScales(this Random random, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorValue(TensorElementType.Float32, shape);
        for (long i = 0; i < tensor.Length; i++)
        {
            tensor.Pointer<float>()[i] = (float)((random.NextDouble() * 0.02) + 0.001);
        }

        return tensor;
    }

    /// <summary>True with a probability of one half.</summary>
    public static bool Coin(this Random random) => random.Next(2) == 0;

    /// <summary>One of some values.</summary>
    public static T Of<T>(this Random random, params T[] values) => values[random.Next(values.Length)];

    /// <summary>The elements as another type.</summary>
    public static TensorValue As(this TensorValue tensor, TensorElementType type)
    {
        var result = new TensorValue(type, tensor.Shape);
        for (long i = 0; i < tensor.Length; i++)
        {
            Reals.Write(result, i, Reals.Read(tensor, i));
        }

        return result;
    }

    /// <summary>The tensor with its first two axes swapped.</summary>
    public static TensorValue SwapFirst(this TensorValue tensor)
    {
        long[] shape = tensor.Shape.ToArray();
        (shape[0], shape[1]) = (shape[1], shape[0]);
        var result = new TensorValue(tensor.ElementType, shape);
        long row = shape.Length == 2 ? 1 : shape[2..].Aggregate((a, b) => a * b);
        for (long i = 0; i < shape[0]; i++)
        {
            for (long j = 0; j < shape[1]; j++)
            {
                Elements.CopyRange(tensor, ((j * shape[0]) + i) * row, result, ((i * shape[1]) + j) * row, row);
            }
        }

        return result;
    }
}
