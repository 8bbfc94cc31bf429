using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Transposition of a matrix in blocks that fit registers and cache lines.</summary>
internal static class Transpose2D
{
    private const int Block = 8;

    /// <summary><c>destination[i * destinationStride + j] = source[j * sourceStride + i]</c> for i below <paramref name="rows"/>, j below <paramref name="columns"/>.</summary>
    public static void Run<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
    {
        for (long i = 0; i < rows; i += Block)
        {
            long height = Math.Min(Block, rows - i);
            for (long j = 0; j < columns; j += Block)
            {
                long width = Math.Min(Block, columns - j);
                ref T from = ref Unsafe.Add(ref source, (nint)((j * sourceStride) + i));
                ref T to = ref Unsafe.Add(ref destination, (nint)((i * destinationStride) + j));
                Scalar(ref from, sourceStride, ref to, destinationStride, height, width);
            }
        }
    }

    /// <summary>Any block, one element at a time.</summary>
    public static void Scalar<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
    {
        for (long i = 0; i < rows; i++)
        {
            ref T from = ref Unsafe.Add(ref source, (nint)i);
            ref T to = ref Unsafe.Add(ref destination, (nint)(i * destinationStride));
            for (long j = 0; j < columns; j++)
            {
                Unsafe.Add(ref to, (nint)j) = Unsafe.Add(ref from, (nint)(j * sourceStride));
            }
        }
    }
}
