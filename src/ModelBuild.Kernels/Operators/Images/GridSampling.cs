using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>ONNX's GridSample in any number of dimensions.</summary>
public static unsafe class GridSampling
{
    private const int MaxDimensions = 6;

    private enum Padding
    {
        Zeros,
        Border,
        Reflection,
    }

    private readonly record struct Rules(ResizeMode Mode, Padding Padding, bool Align, int Dimensions)
    {
        public int Taps => Mode switch
        {
            ResizeMode.Nearest => 1,
            ResizeMode.Linear => 2,
            _ => 4,
        };
    }

    /// <summary>Reads the input at positions that a grid names.</summary>
    /// <param name="x">[N, C, D1, ..., Dr]; any type where the mode is "nearest", real numbers otherwise.</param>
    /// <param name="grid">[N, O1, ..., Or, r]: positions from -1 to 1, the last dimension's first.</param>
    /// <param name="y">[N, C, O1, ..., Or].</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outermost elements and not their outer edges.</param>
    /// <param name="mode">"linear", "nearest" or "cubic".</param>
    /// <param name="paddingMode">What lies outside: "zeros", "border" or "reflection".</param>
    /// <exception cref="KernelException">The shapes contradict each other.</exception>
    public static void GridSample(TensorValue x, TensorValue grid, [Output] TensorValue y, long alignCorners = 0, string mode = "linear", string paddingMode = "zeros")
    {
        int rank = x.Rank;
        if (rank < 3 || rank - 2 > MaxDimensions || grid.Rank != rank || grid.Shape[rank - 1] != rank - 2 || grid.Shape[0] != x.Shape[0])
        {
            throw new KernelException($"GridSample can't sample {x} with the grid {grid}.");
        }

        var rules = new Rules(
            mode switch
            {
                "linear" or "bilinear" => ResizeMode.Linear,
                "nearest" => ResizeMode.Nearest,
                "cubic" or "bicubic" => ResizeMode.Cubic,
                _ => throw new KernelException($"GridSample has no mode '{mode}'."),
            },
            paddingMode switch
            {
                "zeros" => Padding.Zeros,
                "border" => Padding.Border,
                "reflection" => Padding.Reflection,
                _ => throw new KernelException($"GridSample has no padding_mode '{paddingMode}'."),
            },
            alignCorners != 0, rank - 2);
        Span<long> shape = stackalloc long[rank];
        shape[0] = x.Shape[0];
        shape[1] = x.Shape[1];
        grid.Shape[1..^1].CopyTo(shape[2..]);
        y.Resize(x.ElementType, shape);
        if (y.Length == 0)
        {
            return;
        }

        if (rules.Mode == ResizeMode.Nearest)
        {
            Pick(x, grid, y, rules);
        }
        else if (x.ElementType is TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16)
        {
            Weigh<float>(x, grid, y, rules);
        }
        else
        {
            Weigh<double>(x, grid, y, rules);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh<T>(TensorValue x, TensorValue grid, TensorValue y, Rules rules)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var source = new RealInput<T>(x);
        using var positions = new RealInput<T>(grid);
        using var target = new RealOutput<T>(y);
        int combinations = 1;
        for (int d = 0; d < rules.Dimensions; d++)
        {
            combinations *= rules.Taps;
        }

        using var offsets = new NativeBuffer<long>(combinations);
        using var weights = new NativeBuffer<T>(combinations);
        long channels = x.Shape[1];
        long points = y.Length / (x.Shape[0] * channels);
        long plane = x.Length / (x.Shape[0] * channels);
        for (long p = 0; p < x.Shape[0] * points; p++)
        {
            int count = Place(positions.Pointer + (p * rules.Dimensions), x.Shape[2..], rules, offsets.Pointer, weights.Pointer);
            T* from = source.Pointer + (p / points * channels * plane);
            T* to = target.Pointer + (p / points * channels * points) + (p % points);
            for (long c = 0; c < channels; c++)
            {
                T sum = T.Zero;
                for (int i = 0; i < count; i++)
                {
                    sum += weights.Pointer[i] * from[offsets.Pointer[i]];
                }

                *to = sum;
                from += plane;
                to += points;
            }
        }

        target.Commit();
    }

    private static void Pick(TensorValue x, TensorValue grid, TensorValue y, Rules rules)
    {
        if (x.ElementType == TensorElementType.String || TensorValue.ByteSize(x.ElementType, 4) < 4)
        {
            throw new KernelException($"GridSample can't take {x}.");
        }

        using var positions = new RealInput<double>(grid);
        long size = TensorValue.ByteSize(x.ElementType, 1);
        long channels = x.Shape[1];
        long points = y.Length / (x.Shape[0] * channels);
        long plane = x.Length / (x.Shape[0] * channels);
        for (long p = 0; p < x.Shape[0] * points; p++)
        {
            long offset;
            double weight;
            int count = Place(positions.Pointer + (p * rules.Dimensions), x.Shape[2..], rules, &offset, &weight);
            byte* from = x.Data + (((p / points * channels * plane) + (count == 0 ? 0 : offset)) * size);
            byte* to = y.Data + (((p / points * channels * points) + (p % points)) * size);
            for (long c = 0; c < channels; c++)
            {
                if (count == 0)
                {
                    new Span<byte>(to, (int)size).Clear();
                }
                else
                {
                    new ReadOnlySpan<byte>(from, (int)size).CopyTo(new Span<byte>(to, (int)size));
                }

                from += plane * size;
                to += points * size;
            }
        }
    }

    // Offsets and weights of the elements that make up one position; those outside are left out.
    private static int Place<T>(T* position, ReadOnlySpan<long> sizes, Rules rules, long* offsets, T* weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = 1;
        offsets[0] = 0;
        weights[0] = T.One;
        Span<long> taps = stackalloc long[4];
        Span<T> tapWeights = stackalloc T[4];
        for (int d = 0; d < sizes.Length && count > 0; d++)
        {
            int used = PlaceOne(position[sizes.Length - 1 - d], sizes[d], rules, taps, tapWeights);

            // From the end, so that what was there is read before it is replaced.
            for (int i = count - 1; i >= 0; i--)
            {
                for (int t = used - 1; t >= 0; t--)
                {
                    offsets[(i * used) + t] = (offsets[i] * sizes[d]) + taps[t];
                    weights[(i * used) + t] = weights[i] * tapWeights[t];
                }
            }

            count *= used;
        }

        return count;
    }

    private static int PlaceOne<T>(T normalized, long size, Rules rules, Span<long> taps, Span<T> weights)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (size == 0)
        {
            return 0;
        }

        T two = T.CreateTruncating(2);
        T length = T.CreateTruncating(size);
        T x = rules.Align ? (normalized + T.One) / two * (length - T.One) : (((normalized + T.One) * length) - T.One) / two;
        T low = rules.Align ? T.Zero : T.CreateTruncating(-0.5);
        T high = rules.Align ? length - T.One : length - T.CreateTruncating(0.5);
        if (rules.Mode == ResizeMode.Nearest)
        {
            x = T.Round(x, MidpointRounding.ToEven);
        }

        if (!(x >= low && x <= high) && !(rules.Mode == ResizeMode.Cubic && T.IsFinite(x)))
        {
            // Cubic weights are those of the position outside, as in PyTorch; only the elements are moved inside.
            x = rules.Padding switch
            {
                Padding.Border => T.IsNaN(x) ? T.Zero : T.Clamp(x, T.Zero, length - T.One),
                Padding.Reflection => Reflect(x, low, high),
                _ => x,
            };
        }

        if (rules.Mode == ResizeMode.Nearest)
        {
            weights[0] = T.One;
            return Element(x, size, rules, low, high, out taps[0]) ? 1 : 0;
        }

        T before = T.Floor(x);
        T fraction = x - before;
        Span<T> all = stackalloc T[4];
        if (rules.Mode == ResizeMode.Linear)
        {
            all[0] = T.One - fraction;
            all[1] = fraction;
        }
        else
        {
            all[0] = Cubic(T.One + fraction);
            all[1] = Cubic(fraction);
            all[2] = Cubic(T.One - fraction);
            all[3] = Cubic(two - fraction);
            before -= T.One;
        }

        int count = 0;
        for (int t = 0; t < rules.Taps; t++)
        {
            if (Element(before + T.CreateTruncating(t), size, rules, low, high, out taps[count]))
            {
                weights[count++] = all[t];
            }
        }

        return count;
    }

    private static bool Element<T>(T position, long size, Rules rules, T low, T high, out long element)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool inside = position >= T.Zero && position <= T.CreateTruncating(size - 1);
        if (!inside && rules.Padding == Padding.Reflection)
        {
            position = Reflect(position, low, high);
        }

        element = Math.Clamp(long.CreateSaturating(position), 0, size - 1);
        return inside || rules.Padding != Padding.Zeros;
    }

    private static T Reflect<T>(T x, T low, T high)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T range = high - low;
        if (!T.IsFinite(x) || range <= T.Zero)
        {
            return T.Max(low, T.Zero);
        }

        T distance = x < low ? low - x : x > high ? x - high : T.Zero;
        if (distance == T.Zero)
        {
            return x;
        }

        T turns = T.Floor(distance / range);
        T rest = distance - (turns * range);
        bool even = T.IsEvenInteger(turns);
        return x < low == even ? low + rest : high - rest;
    }

    private static T Cubic<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T a = T.CreateTruncating(-0.75);
        T two = T.CreateTruncating(2);
        if (x <= T.One)
        {
            return ((((a + two) * x) - (a + two + T.One)) * x * x) + T.One;
        }

        return x < two ? ((((((x - T.CreateTruncating(5)) * x) + T.CreateTruncating(8)) * x) - T.CreateTruncating(4)) * a) : T.Zero;
    }
}
