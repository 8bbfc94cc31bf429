using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Moves the elements of any real type to and from the type that an operator computes in.</summary>
internal static unsafe class RealNumbers
{
    /// <summary>Whether an operator of floating-point tensors computes in <see cref="double"/>; every other such type is computed in <see cref="float"/>.</summary>
    /// <exception cref="KernelException">The type is not a floating-point type of 16 bits or more.</exception>
    public static bool IsDouble(TensorValue x) => x.ElementType switch
    {
        TensorElementType.Float64 => true,
        TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16 => false,
        _ => throw new KernelException($"A tensor of floating-point numbers is expected, not {x}."),
    };

    /// <summary>Reads integers of 32 or 64 bits, such as axes or a shape.</summary>
    public static long Integer(TensorValue x, long index) => x.ElementType switch
    {
        TensorElementType.Int64 => x.Pointer<long>()[index],
        TensorElementType.Int32 => x.Pointer<int>()[index],
        _ => throw new KernelException($"A tensor of integers is expected, not {x}."),
    };

    /// <summary>The only element of a tensor of integers.</summary>
    public static long Scalar(TensorValue x, string name) => x.Length == 1
        ? Integer(x, 0)
        : throw new KernelException($"{name} has to be one integer, not {x}.");

    /// <summary>The only element of a tensor of real numbers.</summary>
    public static double RealScalar(TensorValue x, string name)
    {
        if (x.Length != 1)
        {
            throw new KernelException($"{name} has to be one number, not {x}.");
        }

        double value;
        Load(x.ElementType, x.Data, 1, &value);
        return value;
    }

    /// <summary>Converts elements to <typeparamref name="T"/>.</summary>
    public static void Load<T>(TensorElementType type, byte* source, long length, T* destination)
        where T : unmanaged, INumber<T>
    {
        switch (type)
        {
            case TensorElementType.Float32:
                Convert((float*)source, destination, length);
                break;
            case TensorElementType.Float64:
                Convert((double*)source, destination, length);
                break;
            case TensorElementType.Float16:
                Convert((Half*)source, destination, length);
                break;
            case TensorElementType.BFloat16:
                for (long i = 0; i < length; i++)
                {
                    destination[i] = T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[i] << 16));
                }

                break;
            case TensorElementType.Int8:
                Convert((sbyte*)source, destination, length);
                break;
            case TensorElementType.UInt8:
                Convert(source, destination, length);
                break;
            case TensorElementType.Int16:
                Convert((short*)source, destination, length);
                break;
            case TensorElementType.UInt16:
                Convert((ushort*)source, destination, length);
                break;
            case TensorElementType.Int32:
                Convert((int*)source, destination, length);
                break;
            case TensorElementType.UInt32:
                Convert((uint*)source, destination, length);
                break;
            case TensorElementType.Int64:
                Convert((long*)source, destination, length);
                break;
            case TensorElementType.UInt64:
                Convert((ulong*)source, destination, length);
                break;
            case TensorElementType.Bool:
                for (long i = 0; i < length; i++)
                {
                    destination[i] = source[i] != 0 ? T.One : T.Zero;
                }

                break;
            default:
                throw new KernelException($"Real numbers are expected, not {type}.");
        }
    }

    /// <summary>Converts elements from <typeparamref name="T"/>: floating-point types round to nearest even, integers drop the fraction and saturate; integers from integers wrap.</summary>
    public static void Store<T>(TensorElementType type, T* source, long length, byte* destination)
        where T : unmanaged, INumber<T>
    {
        switch (type)
        {
            case TensorElementType.Float32:
                Convert(source, (float*)destination, length);
                break;
            case TensorElementType.Float64:
                Convert(source, (double*)destination, length);
                break;
            case TensorElementType.Float16:
                Convert(source, (Half*)destination, length);
                break;
            case TensorElementType.BFloat16:
                for (long i = 0; i < length; i++)
                {
                    ((ushort*)destination)[i] = ToBFloat16(float.CreateTruncating(source[i]));
                }

                break;
            case TensorElementType.Int8:
                Convert(source, (sbyte*)destination, length);
                break;
            case TensorElementType.UInt8:
                Convert(source, destination, length);
                break;
            case TensorElementType.Int16:
                Convert(source, (short*)destination, length);
                break;
            case TensorElementType.UInt16:
                Convert(source, (ushort*)destination, length);
                break;
            case TensorElementType.Int32:
                Convert(source, (int*)destination, length);
                break;
            case TensorElementType.UInt32:
                Convert(source, (uint*)destination, length);
                break;
            case TensorElementType.Int64:
                Convert(source, (long*)destination, length);
                break;
            case TensorElementType.UInt64:
                Convert(source, (ulong*)destination, length);
                break;
            case TensorElementType.Bool:
                for (long i = 0; i < length; i++)
                {
                    destination[i] = (byte)(source[i] == T.Zero ? 0 : 1);
                }

                break;
            default:
                throw new KernelException($"Real numbers can't become {type}.");
        }
    }

    /// <summary>The nearest 16-bit brain float, ties to even.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)((bits >> 16) | 0x40);
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static void Convert<TFrom, TTo>(TFrom* source, TTo* destination, long length)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            Buffer.MemoryCopy(source, destination, length * sizeof(TTo), length * sizeof(TTo));
            return;
        }

        bool isFloat = typeof(TFrom) == typeof(float) || typeof(TFrom) == typeof(double) || typeof(TFrom) == typeof(Half);
        for (long i = 0; i < length; i++)
        {
            destination[i] = isFloat ? TTo.CreateSaturating(source[i]) : TTo.CreateTruncating(source[i]);
        }
    }
}
