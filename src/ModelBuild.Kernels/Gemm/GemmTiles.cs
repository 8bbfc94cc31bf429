using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>
/// Bodies of the microkernels of fp32 matrix products, written once and instantiated for a vector width and a tile height; see <see cref="GemmTile"/> for what they compute.
/// Accumulators are locals of their own so that they stay in registers; those that a height does not have vanish when the method is compiled.
/// </summary>
/// <remarks>
/// The rows of A are reached through one pointer per three rows and the stride, because a pointer per row would not leave enough registers.
/// </remarks>
internal static unsafe class GemmTiles
{
    /// <summary>Up to 14 rows, one or two vectors wide.</summary>
    /// <typeparam name="L">The vector operations.</typeparam>
    /// <typeparam name="V">The vector.</typeparam>
    /// <typeparam name="R">The height.</typeparam>
    /// <typeparam name="W">The width in vectors.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tall<L, V, R, W>(void* arguments)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
        where W : struct, IRows
    {
        var tile = (GemmTile*)arguments;
        V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default;
        V s7 = default, s8 = default, s9 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        V t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default;
        V t7 = default, t8 = default, t9 = default, t10 = default, t11 = default, t12 = default, t13 = default;
        if (tile->Accumulate != 0)
        {
            byte* c = (byte*)tile->C;
            nint cStride = tile->CStride;
            LoadRow<L, V, R, W>(c, cStride, 0, ref s0, ref t0);
            LoadRow<L, V, R, W>(c, cStride, 1, ref s1, ref t1);
            LoadRow<L, V, R, W>(c, cStride, 2, ref s2, ref t2);
            LoadRow<L, V, R, W>(c, cStride, 3, ref s3, ref t3);
            LoadRow<L, V, R, W>(c, cStride, 4, ref s4, ref t4);
            LoadRow<L, V, R, W>(c, cStride, 5, ref s5, ref t5);
            LoadRow<L, V, R, W>(c, cStride, 6, ref s6, ref t6);
            LoadRow<L, V, R, W>(c, cStride, 7, ref s7, ref t7);
            LoadRow<L, V, R, W>(c, cStride, 8, ref s8, ref t8);
            LoadRow<L, V, R, W>(c, cStride, 9, ref s9, ref t9);
            LoadRow<L, V, R, W>(c, cStride, 10, ref s10, ref t10);
            LoadRow<L, V, R, W>(c, cStride, 11, ref s11, ref t11);
            LoadRow<L, V, R, W>(c, cStride, 12, ref s12, ref t12);
            LoadRow<L, V, R, W>(c, cStride, 13, ref s13, ref t13);
        }

        nint stride = tile->AStride;
        byte* a0 = (byte*)tile->A;
        byte* a3 = a0 + (3 * stride);
        byte* a6 = a3 + (3 * stride);
        byte* a9 = a6 + (3 * stride);
        byte* a12 = a9 + (3 * stride);
        byte* b = (byte*)tile->B;
        nint second = Column<L, V>(1, tile->BStride);
        V b0, b1;
        nint k = tile->K;
        for (; k >= 2; k -= 2)
        {
            b0 = L.Load(b);
            b1 = W.Rows > 1 ? L.Load(b + second) : default;
            StepRow<L, V, R, W>(a0, 0, b0, b1, ref s0, ref t0);
            StepRow<L, V, R, W>(a0 + stride, 1, b0, b1, ref s1, ref t1);
            StepRow<L, V, R, W>(a0 + (2 * stride), 2, b0, b1, ref s2, ref t2);
            StepRow<L, V, R, W>(a3, 3, b0, b1, ref s3, ref t3);
            StepRow<L, V, R, W>(a3 + stride, 4, b0, b1, ref s4, ref t4);
            StepRow<L, V, R, W>(a3 + (2 * stride), 5, b0, b1, ref s5, ref t5);
            StepRow<L, V, R, W>(a6, 6, b0, b1, ref s6, ref t6);
            StepRow<L, V, R, W>(a6 + stride, 7, b0, b1, ref s7, ref t7);
            StepRow<L, V, R, W>(a6 + (2 * stride), 8, b0, b1, ref s8, ref t8);
            StepRow<L, V, R, W>(a9, 9, b0, b1, ref s9, ref t9);
            StepRow<L, V, R, W>(a9 + stride, 10, b0, b1, ref s10, ref t10);
            StepRow<L, V, R, W>(a9 + (2 * stride), 11, b0, b1, ref s11, ref t11);
            StepRow<L, V, R, W>(a12, 12, b0, b1, ref s12, ref t12);
            StepRow<L, V, R, W>(a12 + stride, 13, b0, b1, ref s13, ref t13);
            b0 = L.Load(b + 64);
            b1 = W.Rows > 1 ? L.Load(b + 64 + second) : default;
            StepRow<L, V, R, W>(a0 + 4, 0, b0, b1, ref s0, ref t0);
            StepRow<L, V, R, W>(a0 + stride + 4, 1, b0, b1, ref s1, ref t1);
            StepRow<L, V, R, W>(a0 + (2 * stride) + 4, 2, b0, b1, ref s2, ref t2);
            StepRow<L, V, R, W>(a3 + 4, 3, b0, b1, ref s3, ref t3);
            StepRow<L, V, R, W>(a3 + stride + 4, 4, b0, b1, ref s4, ref t4);
            StepRow<L, V, R, W>(a3 + (2 * stride) + 4, 5, b0, b1, ref s5, ref t5);
            StepRow<L, V, R, W>(a6 + 4, 6, b0, b1, ref s6, ref t6);
            StepRow<L, V, R, W>(a6 + stride + 4, 7, b0, b1, ref s7, ref t7);
            StepRow<L, V, R, W>(a6 + (2 * stride) + 4, 8, b0, b1, ref s8, ref t8);
            StepRow<L, V, R, W>(a9 + 4, 9, b0, b1, ref s9, ref t9);
            StepRow<L, V, R, W>(a9 + stride + 4, 10, b0, b1, ref s10, ref t10);
            StepRow<L, V, R, W>(a9 + (2 * stride) + 4, 11, b0, b1, ref s11, ref t11);
            StepRow<L, V, R, W>(a12 + 4, 12, b0, b1, ref s12, ref t12);
            StepRow<L, V, R, W>(a12 + stride + 4, 13, b0, b1, ref s13, ref t13);
            b += 2 * 64;
            a0 += 2 * sizeof(float);
            a3 += 2 * sizeof(float);
            a6 += 2 * sizeof(float);
            a9 += 2 * sizeof(float);
            a12 += 2 * sizeof(float);
        }

        if (k > 0)
        {
            b0 = L.Load(b);
            b1 = W.Rows > 1 ? L.Load(b + second) : default;
            StepRow<L, V, R, W>(a0, 0, b0, b1, ref s0, ref t0);
            StepRow<L, V, R, W>(a0 + stride, 1, b0, b1, ref s1, ref t1);
            StepRow<L, V, R, W>(a0 + (2 * stride), 2, b0, b1, ref s2, ref t2);
            StepRow<L, V, R, W>(a3, 3, b0, b1, ref s3, ref t3);
            StepRow<L, V, R, W>(a3 + stride, 4, b0, b1, ref s4, ref t4);
            StepRow<L, V, R, W>(a3 + (2 * stride), 5, b0, b1, ref s5, ref t5);
            StepRow<L, V, R, W>(a6, 6, b0, b1, ref s6, ref t6);
            StepRow<L, V, R, W>(a6 + stride, 7, b0, b1, ref s7, ref t7);
            StepRow<L, V, R, W>(a6 + (2 * stride), 8, b0, b1, ref s8, ref t8);
            StepRow<L, V, R, W>(a9, 9, b0, b1, ref s9, ref t9);
            StepRow<L, V, R, W>(a9 + stride, 10, b0, b1, ref s10, ref t10);
            StepRow<L, V, R, W>(a9 + (2 * stride), 11, b0, b1, ref s11, ref t11);
            StepRow<L, V, R, W>(a12, 12, b0, b1, ref s12, ref t12);
            StepRow<L, V, R, W>(a12 + stride, 13, b0, b1, ref s13, ref t13);
        }

        V minimum = L.Broadcast(tile->Minimum);
        V maximum = L.Broadcast(tile->Maximum);
        StoreRow<L, V, R, W>(tile, 0, s0, t0, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 1, s1, t1, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 2, s2, t2, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 3, s3, t3, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 4, s4, t4, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 5, s5, t5, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 6, s6, t6, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 7, s7, t7, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 8, s8, t8, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 9, s9, t9, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 10, s10, t10, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 11, s11, t11, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 12, s12, t12, minimum, maximum);
        StoreRow<L, V, R, W>(tile, 13, s13, t13, minimum, maximum);
    }

    /// <summary>Up to 6 rows, four vectors wide.</summary>
    /// <typeparam name="L">The vector operations.</typeparam>
    /// <typeparam name="V">The vector.</typeparam>
    /// <typeparam name="R">The height.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four<L, V, R>(void* arguments)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
    {
        var tile = (GemmTile*)arguments;
        V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        V t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
        V u0 = default, u1 = default, u2 = default, u3 = default, u4 = default, u5 = default;
        V v0 = default, v1 = default, v2 = default, v3 = default, v4 = default, v5 = default;
        if (tile->Accumulate != 0)
        {
            byte* c = (byte*)tile->C;
            nint cStride = tile->CStride;
            LoadRow<L, V, R, Rows2>(c, cStride, 0, ref s0, ref t0);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 0, ref u0, ref v0);
            LoadRow<L, V, R, Rows2>(c, cStride, 1, ref s1, ref t1);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 1, ref u1, ref v1);
            LoadRow<L, V, R, Rows2>(c, cStride, 2, ref s2, ref t2);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 2, ref u2, ref v2);
            LoadRow<L, V, R, Rows2>(c, cStride, 3, ref s3, ref t3);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 3, ref u3, ref v3);
            LoadRow<L, V, R, Rows2>(c, cStride, 4, ref s4, ref t4);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 4, ref u4, ref v4);
            LoadRow<L, V, R, Rows2>(c, cStride, 5, ref s5, ref t5);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 5, ref u5, ref v5);
        }

        nint stride = tile->AStride;
        byte* a0 = (byte*)tile->A;
        byte* a3 = a0 + (3 * stride);
        byte* b = (byte*)tile->B;
        nint panel = tile->BStride;
        for (nint k = tile->K; k > 0; k--)
        {
            V p0 = L.Broadcast(*(float*)a0);
            V p1 = R.Rows > 1 ? L.Broadcast(*(float*)(a0 + stride)) : default;
            V p2 = R.Rows > 2 ? L.Broadcast(*(float*)(a0 + (2 * stride))) : default;
            V p3 = R.Rows > 3 ? L.Broadcast(*(float*)a3) : default;
            V p4 = R.Rows > 4 ? L.Broadcast(*(float*)(a3 + stride)) : default;
            V p5 = R.Rows > 5 ? L.Broadcast(*(float*)(a3 + (2 * stride))) : default;
            V q = L.Load(b);
            s0 = L.MultiplyAdd(p0, q, s0);
            s1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, s1) : default;
            s2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, s2) : default;
            s3 = R.Rows > 3 ? L.MultiplyAdd(p3, q, s3) : default;
            s4 = R.Rows > 4 ? L.MultiplyAdd(p4, q, s4) : default;
            s5 = R.Rows > 5 ? L.MultiplyAdd(p5, q, s5) : default;
            q = L.Load(b + Column<L, V>(1, panel));
            t0 = L.MultiplyAdd(p0, q, t0);
            t1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, t1) : default;
            t2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, t2) : default;
            t3 = R.Rows > 3 ? L.MultiplyAdd(p3, q, t3) : default;
            t4 = R.Rows > 4 ? L.MultiplyAdd(p4, q, t4) : default;
            t5 = R.Rows > 5 ? L.MultiplyAdd(p5, q, t5) : default;
            q = L.Load(b + Column<L, V>(2, panel));
            u0 = L.MultiplyAdd(p0, q, u0);
            u1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, u1) : default;
            u2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, u2) : default;
            u3 = R.Rows > 3 ? L.MultiplyAdd(p3, q, u3) : default;
            u4 = R.Rows > 4 ? L.MultiplyAdd(p4, q, u4) : default;
            u5 = R.Rows > 5 ? L.MultiplyAdd(p5, q, u5) : default;
            q = L.Load(b + Column<L, V>(3, panel));
            v0 = L.MultiplyAdd(p0, q, v0);
            v1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, v1) : default;
            v2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, v2) : default;
            v3 = R.Rows > 3 ? L.MultiplyAdd(p3, q, v3) : default;
            v4 = R.Rows > 4 ? L.MultiplyAdd(p4, q, v4) : default;
            v5 = R.Rows > 5 ? L.MultiplyAdd(p5, q, v5) : default;
            b += 64;
            a0 += sizeof(float);
            a3 += sizeof(float);
        }

        V minimum = L.Broadcast(tile->Minimum);
        V maximum = L.Broadcast(tile->Maximum);
        StoreRow<L, V, R, Rows2>(tile, 0, s0, t0, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 0, u0, v0, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 1, s1, t1, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 1, u1, v1, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 2, s2, t2, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 2, u2, v2, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 3, s3, t3, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 3, u3, v3, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 4, s4, t4, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 4, u4, v4, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 5, s5, t5, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 5, u5, v5, minimum, maximum, 2);
    }

    /// <summary>Up to 3 rows, eight vectors wide.</summary>
    /// <typeparam name="L">The vector operations.</typeparam>
    /// <typeparam name="V">The vector.</typeparam>
    /// <typeparam name="R">The height.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<L, V, R>(void* arguments)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
    {
        var tile = (GemmTile*)arguments;
        V s0 = default, s1 = default, s2 = default;
        V t0 = default, t1 = default, t2 = default;
        V u0 = default, u1 = default, u2 = default;
        V v0 = default, v1 = default, v2 = default;
        V w0 = default, w1 = default, w2 = default;
        V x0 = default, x1 = default, x2 = default;
        V y0 = default, y1 = default, y2 = default;
        V z0 = default, z1 = default, z2 = default;
        if (tile->Accumulate != 0)
        {
            byte* c = (byte*)tile->C;
            nint cStride = tile->CStride;
            LoadRow<L, V, R, Rows2>(c, cStride, 0, ref s0, ref t0);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 0, ref u0, ref v0);
            LoadRow<L, V, R, Rows2>(c + (16 * L.Width), cStride, 0, ref w0, ref x0);
            LoadRow<L, V, R, Rows2>(c + (24 * L.Width), cStride, 0, ref y0, ref z0);
            LoadRow<L, V, R, Rows2>(c, cStride, 1, ref s1, ref t1);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 1, ref u1, ref v1);
            LoadRow<L, V, R, Rows2>(c + (16 * L.Width), cStride, 1, ref w1, ref x1);
            LoadRow<L, V, R, Rows2>(c + (24 * L.Width), cStride, 1, ref y1, ref z1);
            LoadRow<L, V, R, Rows2>(c, cStride, 2, ref s2, ref t2);
            LoadRow<L, V, R, Rows2>(c + (8 * L.Width), cStride, 2, ref u2, ref v2);
            LoadRow<L, V, R, Rows2>(c + (16 * L.Width), cStride, 2, ref w2, ref x2);
            LoadRow<L, V, R, Rows2>(c + (24 * L.Width), cStride, 2, ref y2, ref z2);
        }

        nint stride = tile->AStride;
        byte* a0 = (byte*)tile->A;
        byte* b = (byte*)tile->B;
        nint panel = tile->BStride;
        for (nint k = tile->K; k > 0; k--)
        {
            V p0 = L.Broadcast(*(float*)a0);
            V p1 = R.Rows > 1 ? L.Broadcast(*(float*)(a0 + stride)) : default;
            V p2 = R.Rows > 2 ? L.Broadcast(*(float*)(a0 + (2 * stride))) : default;
            V q = L.Load(b);
            s0 = L.MultiplyAdd(p0, q, s0);
            s1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, s1) : default;
            s2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, s2) : default;
            q = L.Load(b + Column<L, V>(1, panel));
            t0 = L.MultiplyAdd(p0, q, t0);
            t1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, t1) : default;
            t2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, t2) : default;
            q = L.Load(b + Column<L, V>(2, panel));
            u0 = L.MultiplyAdd(p0, q, u0);
            u1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, u1) : default;
            u2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, u2) : default;
            q = L.Load(b + Column<L, V>(3, panel));
            v0 = L.MultiplyAdd(p0, q, v0);
            v1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, v1) : default;
            v2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, v2) : default;
            q = L.Load(b + Column<L, V>(4, panel));
            w0 = L.MultiplyAdd(p0, q, w0);
            w1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, w1) : default;
            w2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, w2) : default;
            q = L.Load(b + Column<L, V>(5, panel));
            x0 = L.MultiplyAdd(p0, q, x0);
            x1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, x1) : default;
            x2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, x2) : default;
            q = L.Load(b + Column<L, V>(6, panel));
            y0 = L.MultiplyAdd(p0, q, y0);
            y1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, y1) : default;
            y2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, y2) : default;
            q = L.Load(b + Column<L, V>(7, panel));
            z0 = L.MultiplyAdd(p0, q, z0);
            z1 = R.Rows > 1 ? L.MultiplyAdd(p1, q, z1) : default;
            z2 = R.Rows > 2 ? L.MultiplyAdd(p2, q, z2) : default;
            b += 64;
            a0 += sizeof(float);
        }

        V minimum = L.Broadcast(tile->Minimum);
        V maximum = L.Broadcast(tile->Maximum);
        StoreRow<L, V, R, Rows2>(tile, 0, s0, t0, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 0, u0, v0, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 0, w0, x0, minimum, maximum, 4);
        StoreRow<L, V, R, Rows2>(tile, 0, y0, z0, minimum, maximum, 6);
        StoreRow<L, V, R, Rows2>(tile, 1, s1, t1, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 1, u1, v1, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 1, w1, x1, minimum, maximum, 4);
        StoreRow<L, V, R, Rows2>(tile, 1, y1, z1, minimum, maximum, 6);
        StoreRow<L, V, R, Rows2>(tile, 2, s2, t2, minimum, maximum, 0);
        StoreRow<L, V, R, Rows2>(tile, 2, u2, v2, minimum, maximum, 2);
        StoreRow<L, V, R, Rows2>(tile, 2, w2, x2, minimum, maximum, 4);
        StoreRow<L, V, R, Rows2>(tile, 2, y2, z2, minimum, maximum, 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepRow<L, V, R, W>(byte* a, int row, V b0, V b1, ref V s, ref V t)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
        where W : struct, IRows
    {
        if (R.Rows > row)
        {
            V value = L.Broadcast(*(float*)a);
            s = L.MultiplyAdd(value, b0, s);
            if (W.Rows > 1)
            {
                t = L.MultiplyAdd(value, b1, t);
            }
        }
    }

    /// <summary>Bytes from the first vector of a row of B to another, which may lie in a further panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Column<L, V>(int vector, nint panelStride)
        where L : struct, IGemmLanes<V>
        where V : struct
    {
        int panel = vector * L.Width / GemmMicrokernels.PanelColumns;
        int inside = vector * L.Width % GemmMicrokernels.PanelColumns * sizeof(float);
        return panel == 0 ? inside : (panel * panelStride) + inside;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadRow<L, V, R, W>(byte* c, nint stride, int row, ref V s, ref V t)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
        where W : struct, IRows
    {
        if (R.Rows > row)
        {
            s = L.Load(c + (row * stride));
            if (W.Rows > 1)
            {
                t = L.Load(c + (row * stride) + (L.Width * sizeof(float)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<L, V, R, W>(GemmTile* tile, int row, V s, V t, V minimum, V maximum, int vector = 0)
        where L : struct, IGemmLanes<V>
        where V : struct
        where R : struct, IRows
        where W : struct, IRows
    {
        if (R.Rows > row)
        {
            int column = vector * L.Width * sizeof(float);
            Store<L, V>(tile, row, column, s, minimum, maximum);
            if (W.Rows > 1)
            {
                Store<L, V>(tile, row, column + (L.Width * sizeof(float)), t, minimum, maximum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<L, V>(GemmTile* tile, int row, int column, V sum, V minimum, V maximum)
        where L : struct, IGemmLanes<V>
        where V : struct
    {
        if (tile->Bias != null)
        {
            sum = L.Add(sum, L.Load((byte*)tile->Bias + column));
        }

        if (tile->Residual != null)
        {
            sum = L.Add(sum, L.Load((byte*)tile->Residual + (row * tile->ResidualStride) + column));
        }

        L.Store((byte*)tile->C + (row * tile->CStride) + column, L.Clamp(sum, minimum, maximum));
    }
}
