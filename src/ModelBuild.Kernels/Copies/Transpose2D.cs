using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>Transposition of a matrix in blocks that fit registers and cache lines.</summary>
internal static class Transpose2D
{
    // Source lines of so many columns stay in the first-level cache until the next rows need their other halves.
    private const long Panel = 256;

    /// <summary><c>destination[i * destinationStride + j] = source[j * sourceStride + i]</c> for i below <paramref name="rows"/>, j below <paramref name="columns"/>.</summary>
    public static void Run<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>() || !Vector128.IsHardwareAccelerated)
        {
            Blocked<T, ScalarBlock>(ref source, sourceStride, ref destination, destinationStride, rows, columns);
        }
        else if (Unsafe.SizeOf<T>() == 4)
        {
            if (Avx.IsSupported)
            {
                Blocked<uint, AvxBlock>(ref Unsafe.As<T, uint>(ref source), sourceStride, ref Unsafe.As<T, uint>(ref destination), destinationStride, rows, columns);
            }
            else
            {
                Blocked<uint, Block4x4>(ref Unsafe.As<T, uint>(ref source), sourceStride, ref Unsafe.As<T, uint>(ref destination), destinationStride, rows, columns);
            }
        }
        else if (Unsafe.SizeOf<T>() == 1)
        {
            Blocked<byte, Block16x16>(ref Unsafe.As<T, byte>(ref source), sourceStride, ref Unsafe.As<T, byte>(ref destination), destinationStride, rows, columns);
        }
        else if (Unsafe.SizeOf<T>() == 2)
        {
            Blocked<ushort, Block8x8>(ref Unsafe.As<T, ushort>(ref source), sourceStride, ref Unsafe.As<T, ushort>(ref destination), destinationStride, rows, columns);
        }
        else
        {
            Blocked<T, ScalarBlock>(ref source, sourceStride, ref destination, destinationStride, rows, columns);
        }
    }

    /// <summary>The loop around blocks of one kind; what is left at the edges goes in smaller ones.</summary>
    public static void Blocked<T, TBlock>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
        where TBlock : ITransposeBlock
    {
        int size = TBlock.Size;
        long wholeRows = rows - (rows % size);
        long wholeColumns = columns - (columns % size);
        if (wholeRows == 0 || wholeColumns == 0)
        {
            TBlock.Edge(ref source, sourceStride, ref destination, destinationStride, rows, columns);
            return;
        }

        for (long panel = 0; panel < wholeColumns; panel += Panel)
        {
            long end = Math.Min(panel + Panel, wholeColumns);
            for (long i = 0; i < wholeRows; i += size)
            {
                for (long j = panel; j < end; j += size)
                {
                    TBlock.Run(
                        ref Unsafe.Add(ref source, (nint)((j * sourceStride) + i)),
                        (nint)sourceStride,
                        ref Unsafe.Add(ref destination, (nint)((i * destinationStride) + j)),
                        (nint)destinationStride);
                }
            }
        }

        if (wholeColumns < columns)
        {
            TBlock.Edge(ref Unsafe.Add(ref source, (nint)(wholeColumns * sourceStride)), sourceStride, ref Unsafe.Add(ref destination, (nint)wholeColumns), destinationStride, wholeRows, columns - wholeColumns);
        }

        if (wholeRows < rows)
        {
            TBlock.Edge(ref Unsafe.Add(ref source, (nint)wholeRows), sourceStride, ref Unsafe.Add(ref destination, (nint)(wholeRows * destinationStride)), destinationStride, rows - wholeRows, columns);
        }
    }

    /// <summary>Any matrix, one element at a time.</summary>
    public static void Scalar<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
    {
        for (long i = 0; i < rows; i++)
        {
            ref T from = ref Unsafe.Add(ref source, (nint)i);
            ref T to = ref Unsafe.Add(ref destination, (nint)(i * destinationStride));
            for (long j = 0; j < columns; j++)
            {
                Unsafe.Add(ref to, (nint)j) = from;
                from = ref Unsafe.Add(ref from, (nint)sourceStride);
            }
        }
    }

    /// <summary>A square block.</summary>
    internal interface ITransposeBlock
    {
        /// <summary>Rows and columns of the block.</summary>
        static abstract int Size { get; }

        /// <summary>Transposes one block.</summary>
        static abstract void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride);

        /// <summary>Transposes what has too few rows or columns for a block.</summary>
        /// <remarks>Without a body here: the NativeAOT compiler fails on a default implementation of a static generic method.</remarks>
        static abstract void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns);
    }

    /// <summary>8x8 elements of any kind, one at a time.</summary>
    internal readonly struct ScalarBlock : ITransposeBlock
    {
        public static int Size => 8;

        public static void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns) =>
            Scalar(ref source, sourceStride, ref destination, destinationStride, rows, columns);

        public static void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride) => Scalar(ref source, sourceStride, ref destination, destinationStride, 8, 8);
    }

    /// <summary>4x4 elements of four bytes in 128-bit registers.</summary>
    internal readonly struct Block4x4 : ITransposeBlock
    {
        public static int Size => 4;

        public static void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns)
        {
            if (columns == 3 && destinationStride == 3)
            {
                Interleave(ref Unsafe.As<T, uint>(ref source), (nint)sourceStride, ref Unsafe.As<T, uint>(ref destination), rows);
            }
            else if (rows == 3)
            {
                Separate(ref Unsafe.As<T, uint>(ref source), (nint)sourceStride, ref Unsafe.As<T, uint>(ref destination), (nint)destinationStride, columns);
            }
            else
            {
                Scalar(ref source, sourceStride, ref destination, destinationStride, rows, columns);
            }
        }

        // Three planes to points of three: each store also writes the next point's first element, which the next store puts right.
        private static void Interleave(ref uint x, nint stride, ref uint y, long rows)
        {
            nint i = 0;
            for (; i + 4 < rows; i += 4)
            {
                ref uint at = ref Unsafe.Add(ref x, i);
                Vector128<uint> a = Vector128.LoadUnsafe(ref at);
                Vector128<uint> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref at, stride));
                Vector128<uint> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref at, 2 * stride));
                Vector128<uint> lowAc = Zip.Low(a, c), highAc = Zip.High(a, c), lowB = Zip.Low(b, b), highB = Zip.High(b, b);
                ref uint to = ref Unsafe.Add(ref y, 3 * i);
                Zip.Low(lowAc, lowB).StoreUnsafe(ref to);
                Zip.High(lowAc, lowB).StoreUnsafe(ref Unsafe.Add(ref to, 3));
                Zip.Low(highAc, highB).StoreUnsafe(ref Unsafe.Add(ref to, 6));
                Zip.High(highAc, highB).StoreUnsafe(ref Unsafe.Add(ref to, 9));
            }

            Scalar(ref Unsafe.Add(ref x, i), stride, ref Unsafe.Add(ref y, 3 * i), 3, rows - i, 3);
        }

        // Points of three or more to three planes: each load also reads what follows the point's third element.
        private static void Separate(ref uint x, nint stride, ref uint y, nint destinationStride, long columns)
        {
            nint j = 0;
            for (; stride >= 3 && j + 4 < columns; j += 4)
            {
                ref uint at = ref Unsafe.Add(ref x, j * stride);
                Vector128<uint> a = Vector128.LoadUnsafe(ref at);
                Vector128<uint> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref at, stride));
                Vector128<uint> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref at, 2 * stride));
                Vector128<uint> d = Vector128.LoadUnsafe(ref Unsafe.Add(ref at, 3 * stride));
                Vector128<uint> lowAc = Zip.Low(a, c), lowBd = Zip.Low(b, d);
                Zip.Low(lowAc, lowBd).StoreUnsafe(ref Unsafe.Add(ref y, j));
                Zip.High(lowAc, lowBd).StoreUnsafe(ref Unsafe.Add(ref y, destinationStride + j));
                Zip.Low(Zip.High(a, c), Zip.High(b, d)).StoreUnsafe(ref Unsafe.Add(ref y, (2 * destinationStride) + j));
            }

            Scalar(ref Unsafe.Add(ref x, j * stride), stride, ref Unsafe.Add(ref y, j), destinationStride, 3, columns - j);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride)
        {
            ref uint x = ref Unsafe.As<T, uint>(ref source);
            ref uint y = ref Unsafe.As<T, uint>(ref destination);
            Vector128<uint> a = Vector128.LoadUnsafe(ref x);
            Vector128<uint> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref x, sourceStride));
            Vector128<uint> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref x, 2 * sourceStride));
            Vector128<uint> d = Vector128.LoadUnsafe(ref Unsafe.Add(ref x, 3 * sourceStride));
            (a, b, c, d) = (Zip.Low(a, c), Zip.High(a, c), Zip.Low(b, d), Zip.High(b, d));
            Zip.Low(a, c).StoreUnsafe(ref y);
            Zip.High(a, c).StoreUnsafe(ref Unsafe.Add(ref y, destinationStride));
            Zip.Low(b, d).StoreUnsafe(ref Unsafe.Add(ref y, 2 * destinationStride));
            Zip.High(b, d).StoreUnsafe(ref Unsafe.Add(ref y, 3 * destinationStride));
        }
    }

    /// <summary>8x8 elements of four bytes in 256-bit registers: rows i and i + 4 share one, so that transposing within its halves gives whole rows.</summary>
    internal readonly struct AvxBlock : ITransposeBlock
    {
        public static int Size => 8;

        public static void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns) =>
            Blocked<T, Block4x4>(ref source, sourceStride, ref destination, destinationStride, rows, columns);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride)
        {
            ref float x = ref Unsafe.As<T, float>(ref source);
            ref float y = ref Unsafe.As<T, float>(ref destination);
            Half(ref x, sourceStride, ref y, destinationStride);
            Half(ref Unsafe.Add(ref x, 4), sourceStride, ref Unsafe.Add(ref y, 4 * destinationStride), destinationStride);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Half(ref float x, nint sourceStride, ref float y, nint destinationStride)
        {
            Vector256<float> a = Pair(ref x, sourceStride);
            Vector256<float> b = Pair(ref Unsafe.Add(ref x, sourceStride), sourceStride);
            Vector256<float> c = Pair(ref Unsafe.Add(ref x, 2 * sourceStride), sourceStride);
            Vector256<float> d = Pair(ref Unsafe.Add(ref x, 3 * sourceStride), sourceStride);
            Vector256<float> ac = Avx.UnpackLow(a, c), bd = Avx.UnpackLow(b, d);
            Vector256<float> ca = Avx.UnpackHigh(a, c), db = Avx.UnpackHigh(b, d);
            Avx.UnpackLow(ac, bd).StoreUnsafe(ref y);
            Avx.UnpackHigh(ac, bd).StoreUnsafe(ref Unsafe.Add(ref y, destinationStride));
            Avx.UnpackLow(ca, db).StoreUnsafe(ref Unsafe.Add(ref y, 2 * destinationStride));
            Avx.UnpackHigh(ca, db).StoreUnsafe(ref Unsafe.Add(ref y, 3 * destinationStride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<float> Pair(ref float x, nint stride) => Vector256.Create(Vector128.LoadUnsafe(ref x), Vector128.LoadUnsafe(ref Unsafe.Add(ref x, 4 * stride)));
    }

    /// <summary>8x8 elements of two bytes in 128-bit registers.</summary>
    internal readonly struct Block8x8 : ITransposeBlock
    {
        public static int Size => 8;

        public static void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns) =>
            Scalar(ref source, sourceStride, ref destination, destinationStride, rows, columns);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride)
        {
            ref ushort x = ref Unsafe.As<T, ushort>(ref source);
            ref ushort y = ref Unsafe.As<T, ushort>(ref destination);
            Vector128<ushort> a = Row(ref x, sourceStride, 0), b = Row(ref x, sourceStride, 1), c = Row(ref x, sourceStride, 2), d = Row(ref x, sourceStride, 3);
            Vector128<ushort> e = Row(ref x, sourceStride, 4), f = Row(ref x, sourceStride, 5), g = Row(ref x, sourceStride, 6), h = Row(ref x, sourceStride, 7);
            (a, b, c, d, e, f, g, h) = (Zip.Low(a, e), Zip.High(a, e), Zip.Low(b, f), Zip.High(b, f), Zip.Low(c, g), Zip.High(c, g), Zip.Low(d, h), Zip.High(d, h));
            (a, b, c, d, e, f, g, h) = (Zip.Low(a, e), Zip.High(a, e), Zip.Low(b, f), Zip.High(b, f), Zip.Low(c, g), Zip.High(c, g), Zip.Low(d, h), Zip.High(d, h));
            Zip.Low(a, e).StoreUnsafe(ref y);
            Zip.High(a, e).StoreUnsafe(ref Unsafe.Add(ref y, destinationStride));
            Zip.Low(b, f).StoreUnsafe(ref Unsafe.Add(ref y, 2 * destinationStride));
            Zip.High(b, f).StoreUnsafe(ref Unsafe.Add(ref y, 3 * destinationStride));
            Zip.Low(c, g).StoreUnsafe(ref Unsafe.Add(ref y, 4 * destinationStride));
            Zip.High(c, g).StoreUnsafe(ref Unsafe.Add(ref y, 5 * destinationStride));
            Zip.Low(d, h).StoreUnsafe(ref Unsafe.Add(ref y, 6 * destinationStride));
            Zip.High(d, h).StoreUnsafe(ref Unsafe.Add(ref y, 7 * destinationStride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ushort> Row(ref ushort x, nint stride, nint row) => Vector128.LoadUnsafe(ref Unsafe.Add(ref x, row * stride));
    }

    /// <summary>16x16 elements of one byte in 128-bit registers.</summary>
    internal readonly struct Block16x16 : ITransposeBlock
    {
        public static int Size => 16;

        public static void Edge<T>(ref T source, long sourceStride, ref T destination, long destinationStride, long rows, long columns) =>
            Scalar(ref source, sourceStride, ref destination, destinationStride, rows, columns);

        public static unsafe void Run<T>(ref T source, nint sourceStride, ref T destination, nint destinationStride)
        {
            ref byte x = ref Unsafe.As<T, byte>(ref source);
            ref byte y = ref Unsafe.As<T, byte>(ref destination);
            Vector128<byte>* a = stackalloc Vector128<byte>[16];
            Vector128<byte>* b = stackalloc Vector128<byte>[16];
            for (int i = 0; i < 16; i++)
            {
                a[i] = Vector128.LoadUnsafe(ref Unsafe.Add(ref x, i * sourceStride));
            }

            for (int level = 0; level < 4; level++)
            {
                for (int i = 0; i < 8; i++)
                {
                    b[2 * i] = Zip.Low(a[i], a[i + 8]);
                    b[(2 * i) + 1] = Zip.High(a[i], a[i + 8]);
                }

                Vector128<byte>* swap = a;
                a = b;
                b = swap;
            }

            for (int i = 0; i < 16; i++)
            {
                a[i].StoreUnsafe(ref Unsafe.Add(ref y, i * destinationStride));
            }
        }
    }
}
