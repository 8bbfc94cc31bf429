using CsCheck;

namespace ModelBuild.Kernels.Tests.Elementwise;

/// <summary>Tensors of random numbers that every type can hold.</summary>
internal static unsafe class Sample
{
    public static TensorElementType[] Integers { get; } =
    [
        TensorElementType.Int8, TensorElementType.Int16, TensorElementType.Int32, TensorElementType.Int64, TensorElementType.UInt8, TensorElementType.UInt16,
        TensorElementType.UInt32, TensorElementType.UInt64,
    ];

    public static TensorElementType[] Reals { get; } = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.BFloat16];

    public static TensorElementType[] Numbers { get; } = [.. Integers, .. Reals];

    /// <summary>Numbers of a type from a seed.</summary>
    /// <param name="type">Any numeric type.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="seed">Which numbers.</param>
    /// <param name="lowest">Smallest one; raised to 0 for unsigned types.</param>
    /// <param name="highest">Largest one.</param>
    /// <param name="skipsZero">Whether 0 becomes 1.</param>
    public static TensorValue Of(TensorElementType type, ReadOnlySpan<long> shape, int seed, double lowest = -6, double highest = 6, bool skipsZero = false)
    {
        var tensor = new TensorValue(type, shape);
        var random = new Random(seed);
        bool isUnsigned = type is TensorElementType.UInt8 or TensorElementType.UInt16 or TensorElementType.UInt32 or TensorElementType.UInt64 or TensorElementType.Bool;
        bool isInteger = isUnsigned || Array.IndexOf(Integers, type) >= 0;
        double low = isUnsigned ? Math.Max(0, lowest) : lowest;
        for (long i = 0; i < tensor.Length; i++)
        {
            double value = low + (random.NextDouble() * (highest - low));
            value = isInteger ? Math.Round(value) : value;
            NumberWriter.WriteReals(type, tensor.Data, i, [skipsZero && value == 0 ? 1 : value], true, ScaleRounding.Nearest);
        }

        return tensor;
    }

    /// <summary>How far a result may be off: a few roundings of the type.</summary>
    public static double Tolerance(TensorElementType type) => type switch
    {
        TensorElementType.Float64 => 1e-13,
        TensorElementType.Float32 => 2e-6,
        TensorElementType.Float16 => 2e-3,
        TensorElementType.BFloat16 => 2e-2,
        _ => 0,
    };

    /// <summary>Two shapes that fit each other.</summary>
    public static Gen<(long[] X, long[] Y)> Pairs { get; } =
        Gen.Select(Oracle.Tensors.Shapes(0, 4, 5), Gen.Int[0, 15], Gen.Int[0, 15], Gen.Int[0, 3], Gen.Int[0, 3]).Select((full, x, y, dropX, dropY) => (Cut(full, x, dropX), Cut(full, y, dropY)));

    private static long[] Cut(long[] full, int ones, int drop)
    {
        long[] shape = [.. full.Select((size, d) => (ones >> d & 1) != 0 ? 1 : size)];
        return shape[Math.Min(drop, shape.Length)..];
    }
}
