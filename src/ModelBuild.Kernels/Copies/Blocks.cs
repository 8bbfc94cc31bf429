using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Copies equal runs of elements at equal distances.</summary>
internal static unsafe class Blocks
{
    /// <summary>Copies between tensors of one type, packed ones too.</summary>
    /// <param name="source">Read.</param>
    /// <param name="sourceStart">First element of the first run.</param>
    /// <param name="sourceStride">From one run to the next, in elements.</param>
    /// <param name="destination">Written; its shape is set.</param>
    /// <param name="destinationStart">First element of the first run.</param>
    /// <param name="destinationStride">From one run to the next, in elements.</param>
    /// <param name="length">Elements of a run.</param>
    /// <param name="count">Number of runs.</param>
    public static void Copy(TensorValue source, long sourceStart, long sourceStride, TensorValue destination, long destinationStart, long destinationStride, long length, long count)
    {
        if (length == 0 || count == 0)
        {
            return;
        }

        if (source.ElementType == TensorElementType.String || Elements.IsPacked(source.ElementType))
        {
            for (long i = 0; i < count; i++)
            {
                Elements.CopyRange(source, sourceStart + (i * sourceStride), destination, destinationStart + (i * destinationStride), length);
            }

            return;
        }

        int size = Elements.Bits(source.ElementType) / 8;
        CopyBytes(source.Data + (sourceStart * size), sourceStride * size, destination.Data + (destinationStart * size), destinationStride * size, length * size, count);
    }

    /// <summary>Copies runs of bytes. Short runs of usual sizes go through a register.</summary>
    public static void CopyBytes(byte* source, long sourceStride, byte* destination, long destinationStride, long length, long count)
    {
        if (length == sourceStride && length == destinationStride)
        {
            Buffer.MemoryCopy(source, destination, length * count, length * count);
            return;
        }

        switch (length)
        {
            case 4:
                Each<uint>(source, sourceStride, destination, destinationStride, count);
                break;
            case 8:
                Each<ulong>(source, sourceStride, destination, destinationStride, count);
                break;
            case 16:
                Each<UInt128>(source, sourceStride, destination, destinationStride, count);
                break;
            default:
                for (long i = 0; i < count; i++)
                {
                    Buffer.MemoryCopy(source + (i * sourceStride), destination + (i * destinationStride), length, length);
                }

                break;
        }
    }

    private static void Each<T>(byte* source, long sourceStride, byte* destination, long destinationStride, long count)
        where T : unmanaged
    {
        for (long i = 0; i < count; i++)
        {
            Unsafe.WriteUnaligned(destination + (i * destinationStride), Unsafe.ReadUnaligned<T>(source + (i * sourceStride)));
        }
    }
}
