using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>
/// A float tensor rounded to signed 8-bit integers with a scale per channel, symmetric about 0: <c>scale = max |w| / 127</c>, <c>q = round(w / scale)</c> with ties to even,
/// within -127..127; <c>w</c> is approximated by <c>q * scale</c>. A channel of zeros has scale 1; a scale is never below the smallest normal number.
/// Computed from the source when read, so that it takes no memory of its own.
/// </summary>
internal sealed class Int8Tensor : RoundedTensor
{
    private const int Largest = 127;
    private const int Piece = 1 << 16;

    private readonly TensorData _source;
    private readonly ChannelLayout _layout;
    private readonly float[] _scales;

    private Int8Tensor(TensorData source, ChannelLayout layout, float[] scales)
        : base(ElementType.Int8, source.Dimensions)
    {
        _source = source;
        _layout = layout;
        _scales = scales;
        Scales = Create<float>(ElementType.Float32, layout.ScaleDimensions, scales);
    }

    /// <inheritdoc/>
    public override TensorData Scales { get; }

    /// <summary>Which elements share a scale.</summary>
    public ChannelLayout Layout => _layout;

    /// <summary>Quantizes a tensor, or returns null when it holds NaN or infinity.</summary>
    public static Int8Tensor? Create(TensorData source, ChannelLayout layout)
    {
        float[] largest = new float[layout.ScaleCount];
        ForEachRun(source, layout, 0, source.ElementCount, (run, _, scale, scales) =>
        {
            if (scales == 1)
            {
                largest[scale] = MathF.Max(largest[scale], MathF.Abs(TensorPrimitives.MaxMagnitude(run)));
            }
            else
            {
                Span<float> target = largest.AsSpan((int)scale, run.Length);
                TensorPrimitives.MaxMagnitude(run, target, target);
                TensorPrimitives.Abs(target, target);
            }
        });
        if (!Array.TrueForAll(largest, float.IsFinite))
        {
            return null;
        }

        float smallest = BitConverter.Int32BitsToSingle(0x00800000);
        var tensor = new Int8Tensor(source, layout, Array.ConvertAll(largest, m => m == 0 ? 1 : Math.Max(m / Largest, smallest)));
        tensor.RelativeError = tensor.Measure();
        return tensor;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, ByteLength);
        var result = new sbyte[length];
        float[] quotients = new float[Math.Min(Piece, length)];
        ForEachRun(_source, _layout, offset, offset + length, (run, start, scale, scales) => Round(run, _scales.AsSpan((int)scale, scales), quotients, result.AsSpan((int)(start - offset), run.Length)));
        return MemoryMarshal.AsBytes<sbyte>(result);
    }

    private static void Round(ReadOnlySpan<float> run, ReadOnlySpan<float> scales, float[] quotients, Span<sbyte> destination)
    {
        Span<float> quotient = quotients.AsSpan(0, run.Length);
        Quotients(run, scales, quotient);
        for (int i = 0; i < quotient.Length; i++)
        {
            destination[i] = (sbyte)quotient[i];
        }
    }

    /// <summary>The integers, still as floats.</summary>
    private static void Quotients(ReadOnlySpan<float> run, ReadOnlySpan<float> scales, Span<float> quotient)
    {
        if (scales.Length == 1)
        {
            TensorPrimitives.Divide(run, scales[0], quotient);
        }
        else
        {
            TensorPrimitives.Divide(run, scales, quotient);
        }

        TensorPrimitives.Round<float>(quotient, quotient);
        TensorPrimitives.Min<float>(quotient, Largest, quotient);
        TensorPrimitives.Max<float>(quotient, -Largest, quotient);
    }

    private double Measure()
    {
        double error = 0;
        double signal = 0;
        float[] buffer = new float[Piece];
        ForEachRun(_source, _layout, 0, ElementCount, (run, _, scale, scales) =>
        {
            Span<float> value = buffer.AsSpan(0, run.Length);
            ReadOnlySpan<float> factors = _scales.AsSpan((int)scale, scales);
            Quotients(run, factors, value);
            if (scales == 1)
            {
                TensorPrimitives.Multiply(value, factors[0], value);
            }
            else
            {
                TensorPrimitives.Multiply(value, factors, value);
            }

            TensorPrimitives.Subtract(value, run, value);

            // In order and in double, so that the sum is the same for every width of vectors.
            for (int i = 0; i < value.Length; i++)
            {
                error += (double)value[i] * value[i];
                signal += (double)run[i] * run[i];
            }
        });
        return signal > 0 ? Math.Sqrt(error / signal) : 0;
    }

    /// <summary>
    /// Visits elements in order, in runs that either share the scale <c>scale</c> (<c>scales</c> is 1) or have the scales from <c>scale</c> on, one for each element.
    /// </summary>
    private static void ForEachRun(TensorData source, ChannelLayout layout, long start, long end, RunAction action)
    {
        bool row = layout.Inner == 1;
        long length = row ? layout.Channels : layout.Inner;
        while (start < end)
        {
            long within = start % length;
            int count = (int)Math.Min(Math.Min(Piece, length - within), end - start);
            long batch = start / (layout.Inner * layout.Channels * layout.Outer);
            long channel = row ? within : start / layout.Inner % layout.Channels;
            action(MemoryMarshal.Cast<byte, float>(source.GetBytes(start * sizeof(float), count * sizeof(float))), start, (batch * layout.Channels) + channel, row ? count : 1);
            start += count;
        }
    }

    private delegate void RunAction(ReadOnlySpan<float> run, long start, long scale, int scales);
}
