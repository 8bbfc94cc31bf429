using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Elements of quantized tensors: integers of 2 to 32 bits and floats of 4 and 8 bits.</summary>
internal static unsafe class QuantizedElements
{
    /// <summary>Reads numbers of any type.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">First element.</param>
    /// <param name="values">The numbers.</param>
    public static void Read(TensorValue tensor, long start, Span<float> values)
    {
        const int Part = 64;
        Span<double> reals = stackalloc double[Part];
        Span<long> integers = stackalloc long[Part];
        bool isReal = NumberReader.Kind(tensor.ElementType) == NumberKind.Real;
        for (int done = 0; done < values.Length; done += Part)
        {
            int count = Math.Min(Part, values.Length - done);
            if (isReal)
            {
                NumberReader.ReadReals(tensor.ElementType, tensor.Data, start + done, reals[..count]);
            }
            else
            {
                NumberReader.ReadIntegers(tensor.ElementType, tensor.Data, start + done, integers[..count]);
            }

            for (int i = 0; i < count; i++)
            {
                values[done + i] = isReal ? (float)reals[i] : integers[i];
            }
        }
    }

    /// <summary>Smallest and largest number of an integer type.</summary>
    /// <exception cref="KernelException">Tensors are not quantized to that type.</exception>
    public static (int Lowest, int Highest) Range(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 => (0, 255),
        TensorElementType.Int8 => (-128, 127),
        TensorElementType.UInt16 => (0, 65535),
        TensorElementType.Int16 => (-32768, 32767),
        TensorElementType.UInt4 => (0, 15),
        TensorElementType.Int4 => (-8, 7),
        TensorElementType.UInt2 => (0, 3),
        TensorElementType.Int2 => (-2, 1),
        _ => throw new KernelException($"Tensors are not quantized to {type}."),
    };

    /// <summary>Rounds to the nearest integer, ties to even, adds the zero point and limits to a range. NaN becomes the lowest number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float value, int zeroPoint, int lowest, int highest)
    {
        // The comparison has to be false for NaN.
        float limited = value > lowest - zeroPoint ? value : lowest - zeroPoint;
        limited = limited < highest - zeroPoint ? limited : highest - zeroPoint;
        return (int)MathF.Round(limited) + zeroPoint;
    }

    /// <summary>Writes an integer of a quantized type.</summary>
    public static void Write(TensorValue tensor, long index, int value)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.UInt8 or TensorElementType.Int8:
                tensor.Data[index] = (byte)value;
                break;
            case TensorElementType.UInt16 or TensorElementType.Int16:
                tensor.Pointer<ushort>()[index] = (ushort)value;
                break;
            default:
                Elements.SetPacked(tensor.Data, index, Elements.Bits(tensor.ElementType), value);
                break;
        }
    }

    /// <summary>Copies 8-bit integers as 32-bit ones and takes a zero point from them.</summary>
    /// <param name="tensor">Signed or unsigned 8-bit integers.</param>
    /// <param name="start">First element.</param>
    /// <param name="count">How many.</param>
    /// <param name="zeroPoint">What is subtracted.</param>
    /// <param name="destination">The differences.</param>
    public static void Widen(TensorValue tensor, long start, long count, int zeroPoint, int* destination)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.UInt8:
                byte* unsigned = tensor.Data + start;
                for (long i = 0; i < count; i++)
                {
                    destination[i] = unsigned[i] - zeroPoint;
                }

                break;
            case TensorElementType.Int8:
                sbyte* signed = (sbyte*)tensor.Data + start;
                for (long i = 0; i < count; i++)
                {
                    destination[i] = signed[i] - zeroPoint;
                }

                break;
            default:
                throw new KernelException($"8-bit integers are expected, not {tensor}.");
        }
    }

    /// <summary>The only number of a tensor, or a default when it is absent.</summary>
    /// <exception cref="KernelException">There are more numbers, or none.</exception>
    public static float Scalar(TensorValue? tensor, string name, float missing = 0)
    {
        if (tensor is null)
        {
            return missing;
        }

        if (tensor.Length != 1)
        {
            throw new KernelException($"{name} has to be one number, not {tensor}.");
        }

        float value = 0;
        Read(tensor, 0, new Span<float>(ref value));
        return value;
    }
}
