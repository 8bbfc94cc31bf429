using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Compare;

/// <summary>Reads elements of any real type of at least a byte as numbers, in pieces.</summary>
public static class ElementReader
{
    /// <summary>Whether <see cref="Read"/> takes the type.</summary>
    public static bool CanRead(ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Bool
        or ElementType.Int8 or ElementType.UInt8 or ElementType.Int16 or ElementType.UInt16 or ElementType.Int32 or ElementType.UInt32 or ElementType.Int64 or ElementType.UInt64;

    /// <summary>Reads <paramref name="destination"/>'s length of elements from <paramref name="start"/> on. 64-bit integers beyond 2^53 are rounded.</summary>
    /// <exception cref="NotSupportedException">The type is not one that <see cref="CanRead"/> names.</exception>
    public static void Read(TensorData tensor, long start, Span<double> destination)
    {
        int size = tensor.ElementType.BitSize() / 8;
        ReadOnlySpan<byte> bytes = CanRead(tensor.ElementType) ? tensor.GetBytes(start * size, checked(destination.Length * size))
            : throw new NotSupportedException($"Elements of type {tensor.ElementType.Name()} can't be read as numbers.");
        switch (tensor.ElementType)
        {
            case ElementType.Float32: Convert(MemoryMarshal.Cast<byte, float>(bytes), destination, v => v); break;
            case ElementType.Float64: MemoryMarshal.Cast<byte, double>(bytes).CopyTo(destination); break;
            case ElementType.Float16: Convert(MemoryMarshal.Cast<byte, Half>(bytes), destination, v => (double)v); break;
            case ElementType.BFloat16: Convert(MemoryMarshal.Cast<byte, ushort>(bytes), destination, v => BitConverter.UInt32BitsToSingle((uint)v << 16)); break;
            case ElementType.Bool: Convert(bytes, destination, v => v != 0 ? 1 : 0); break;
            case ElementType.UInt8: Convert(bytes, destination, v => v); break;
            case ElementType.Int8: Convert(MemoryMarshal.Cast<byte, sbyte>(bytes), destination, v => v); break;
            case ElementType.Int16: Convert(MemoryMarshal.Cast<byte, short>(bytes), destination, v => v); break;
            case ElementType.UInt16: Convert(MemoryMarshal.Cast<byte, ushort>(bytes), destination, v => v); break;
            case ElementType.Int32: Convert(MemoryMarshal.Cast<byte, int>(bytes), destination, v => v); break;
            case ElementType.UInt32: Convert(MemoryMarshal.Cast<byte, uint>(bytes), destination, v => v); break;
            case ElementType.Int64: Convert(MemoryMarshal.Cast<byte, long>(bytes), destination, v => v); break;
            default: Convert(MemoryMarshal.Cast<byte, ulong>(bytes), destination, v => v); break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<T> source, Span<double> destination, Func<T, double> convert)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = convert(source[i]);
        }
    }
}
