using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Half;

/// <summary>A float tensor rounded to 16 bits, ties to even, computed from the source when read.</summary>
internal sealed class HalfTensor : RoundedTensor
{
    private const int Piece = 1 << 16;
    private readonly TensorData _source;

    private HalfTensor(TensorData source, ElementType type)
        : base(type, source.Dimensions) => _source = source;

    /// <summary>Rounds a tensor.</summary>
    /// <param name="source">A float32 tensor.</param>
    /// <param name="type">float16 or bfloat16.</param>
    /// <param name="reason">Why it can't be, else empty.</param>
    public static HalfTensor? Create(TensorData source, ElementType type, out string reason)
    {
        var tensor = new HalfTensor(source, type);
        reason = tensor.Measure();
        return reason.Length == 0 ? tensor : null;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        // Single bytes may be asked for; whole elements are computed.
        long first = offset / sizeof(ushort);
        long end = (offset + length + sizeof(ushort) - 1) / sizeof(ushort);
        var rounded = new ushort[end - first];
        Round(MemoryMarshal.Cast<byte, float>(_source.GetBytes(first * sizeof(float), checked((int)((end - first) * sizeof(float))))), rounded);
        return MemoryMarshal.AsBytes<ushort>(rounded).Slice((int)(offset - (first * sizeof(ushort))), length);
    }

    private void Round(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        if (ElementType == ElementType.Float16)
        {
            TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<ushort, System.Half>(destination));
            return;
        }

        for (int i = 0; i < source.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = float.IsNaN(source[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
    }

    private float Expand(ushort element) => ElementType == ElementType.Float16 ? (float)BitConverter.UInt16BitsToHalf(element) : BitConverter.UInt32BitsToSingle((uint)element << 16);

    private string Measure()
    {
        double error = 0;
        double signal = 0;
        var rounded = new ushort[Piece];
        for (long start = 0; start < ElementCount; start += Piece)
        {
            int count = (int)Math.Min(Piece, ElementCount - start);
            ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(_source.GetBytes(start * sizeof(float), count * sizeof(float)));
            Round(source, rounded);
            for (int i = 0; i < count; i++)
            {
                float expanded = Expand(rounded[i]);
                if (!float.IsFinite(expanded))
                {
                    return float.IsFinite(source[i]) ? $"{source[i].ToString("G3", System.Globalization.CultureInfo.InvariantCulture)} is beyond the range of {ElementType.Name()}" : "the weights hold NaN or infinity";
                }

                double difference = (double)source[i] - expanded;
                error += difference * difference;
                signal += (double)source[i] * source[i];
            }
        }

        RelativeError = signal > 0 ? Math.Sqrt(error / signal) : 0;
        return "";
    }
}
