using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>The steps of an Einsum: bringing an operand's labels into an order while others are summed, and the batched matrix product of two operands.</summary>
internal static unsafe class EinsumProduct
{
    /// <summary>Multiplies two operands and sums over the labels that are no longer needed.</summary>
    /// <returns>The memory of the product.</returns>
    public static NativeBuffer<T> Multiply<T>(EinsumOperand<T> a, EinsumOperand<T> b, scoped ReadOnlySpan<long> sizes, scoped ReadOnlySpan<bool> needed, out EinsumOperand<T> product)
        where T : unmanaged, INumber<T>
    {
        Span<byte> batch = stackalloc byte[EinsumEquation.MaxLabels];
        Span<byte> summed = stackalloc byte[EinsumEquation.MaxLabels];
        Span<byte> left = stackalloc byte[EinsumEquation.MaxLabels];
        Span<byte> right = stackalloc byte[EinsumEquation.MaxLabels];
        int batches = 0;
        int sums = 0;
        int lefts = 0;
        int rights = 0;
        for (int i = 0; i < a.Count; i++)
        {
            byte label = a.Labels[i];
            if (b.Find(label) < 0)
            {
                left[lefts] = label;
                lefts += needed[label] ? 1 : 0;
            }
            else if (needed[label])
            {
                batch[batches++] = label;
            }
            else
            {
                summed[sums++] = label;
            }
        }

        for (int i = 0; i < b.Count; i++)
        {
            right[rights] = b.Labels[i];
            rights += a.Find(b.Labels[i]) < 0 && needed[b.Labels[i]] ? 1 : 0;
        }

        batch = batch[..batches];
        summed = summed[..sums];
        left = left[..lefts];
        right = right[..rights];
        if (Volume(right, sizes) < Volume(left, sizes))
        {
            // Lanes lie along the longer side.
            EinsumOperand<T> swap = a;
            a = b;
            b = swap;
            Span<byte> other = left;
            left = right;
            right = other;
        }

        return Multiply(a, b, batch, left, summed, right, sizes, out product);
    }

    /// <summary>Writes an operand row-major with its labels in an order; labels that are not among them are summed.</summary>
    public static void Arrange<T>(EinsumOperand<T> operand, ReadOnlySpan<byte> order, ReadOnlySpan<long> sizes, T* target)
        where T : unmanaged, INumber<T>
    {
        Span<long> strides = stackalloc long[order.Length + operand.Count];
        Span<long> counts = stackalloc long[order.Length + operand.Count];
        for (int i = 0; i < order.Length; i++)
        {
            int at = operand.Find(order[i]);
            strides[i] = at < 0 ? 0 : operand.Strides[at];
            counts[i] = sizes[order[i]];
        }

        int rank = order.Length;
        for (int i = 0; i < operand.Count; i++)
        {
            if (!order.Contains(operand.Labels[i]))
            {
                strides[rank] = operand.Strides[i];
                counts[rank++] = sizes[operand.Labels[i]];
            }
        }

        Walk(operand.Data, ref target, counts[..rank], strides[..rank], order.Length);
    }

    private static NativeBuffer<T> Multiply<T>(
        EinsumOperand<T> a, EinsumOperand<T> b, scoped ReadOnlySpan<byte> batch, scoped ReadOnlySpan<byte> left, scoped ReadOnlySpan<byte> summed, scoped ReadOnlySpan<byte> right,
        scoped ReadOnlySpan<long> sizes,
        out EinsumOperand<T> product)
        where T : unmanaged, INumber<T>
    {
        Span<byte> order = stackalloc byte[EinsumEquation.MaxLabels];
        long batches = Volume(batch, sizes);
        long m = Volume(left, sizes);
        long k = Volume(summed, sizes);
        long n = Volume(right, sizes);
        using NativeBuffer<T> rows = Ordered(ref a, Join(order, batch, left, summed), sizes);
        using NativeBuffer<T> columns = Ordered(ref b, Join(order, batch, summed, right), sizes);
        ReadOnlySpan<byte> labels = Join(order, batch, left, right);
        product = default;
        var result = new NativeBuffer<T>(checked(batches * m * n));
        product.Data = result.Pointer;
        long stride = result.Length;
        foreach (byte label in labels)
        {
            stride = sizes[label] == 0 ? 0 : stride / sizes[label];
            product.Add(label, stride);
        }

        for (long i = 0; i < batches; i++)
        {
            Product(a.Data + (i * m * k), b.Data + (i * k * n), result.Pointer + (i * m * n), m, k, n);
        }

        return result;
    }

    // Leaves the operand where it is when its elements already lie in that order.
    private static NativeBuffer<T> Ordered<T>(ref EinsumOperand<T> operand, scoped ReadOnlySpan<byte> order, scoped ReadOnlySpan<long> sizes)
        where T : unmanaged, INumber<T>
    {
        long stride = 1;
        bool ordered = operand.Count == order.Length;
        for (int i = order.Length - 1; i >= 0 && ordered; i--)
        {
            ordered = operand.Strides[operand.Find(order[i])] == stride || sizes[order[i]] == 1;
            stride *= sizes[order[i]];
        }

        if (ordered)
        {
            return default;
        }

        var copy = new NativeBuffer<T>(Volume(order, sizes));
        Arrange(operand, order, sizes, copy.Pointer);
        operand.Data = copy.Pointer;
        return copy;
    }

    private static void Walk<T>(T* source, ref T* target, ReadOnlySpan<long> counts, ReadOnlySpan<long> strides, int kept)
        where T : unmanaged, INumber<T>
    {
        if (kept == 0)
        {
            *target++ = Sum(source, counts, strides);
            return;
        }

        for (long i = 0; i < counts[0]; i++)
        {
            Walk(source + (i * strides[0]), ref target, counts[1..], strides[1..], kept - 1);
        }
    }

    private static T Sum<T>(T* source, ReadOnlySpan<long> counts, ReadOnlySpan<long> strides)
        where T : unmanaged, INumber<T>
    {
        if (counts.Length == 0)
        {
            return *source;
        }

        T sum = T.Zero;
        for (long i = 0; i < counts[0]; i++)
        {
            sum += Sum(source + (i * strides[0]), counts[1..], strides[1..]);
        }

        return sum;
    }

    // Each element of the result sums in the order of k, whatever the width of the vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Product<T>(T* a, T* b, T* c, long m, long k, long n)
        where T : unmanaged, INumber<T>
    {
        int width = Vector<T>.Count;
        for (long i = 0; i < m; i++)
        {
            T* row = a + (i * k);
            long j = 0;
            for (; j <= n - (4 * width); j += 4 * width)
            {
                Vector<T> s0 = Vector<T>.Zero;
                Vector<T> s1 = Vector<T>.Zero;
                Vector<T> s2 = Vector<T>.Zero;
                Vector<T> s3 = Vector<T>.Zero;
                T* column = b + j;
                for (long p = 0; p < k; p++, column += n)
                {
                    var factor = new Vector<T>(row[p]);
                    s0 = MultiplyAdd(factor, Vector.Load(column), s0);
                    s1 = MultiplyAdd(factor, Vector.Load(column + width), s1);
                    s2 = MultiplyAdd(factor, Vector.Load(column + (2 * width)), s2);
                    s3 = MultiplyAdd(factor, Vector.Load(column + (3 * width)), s3);
                }

                T* to = c + (i * n) + j;
                Vector.Store(s0, to);
                Vector.Store(s1, to + width);
                Vector.Store(s2, to + (2 * width));
                Vector.Store(s3, to + (3 * width));
            }

            for (; j < n; j++)
            {
                T sum = T.Zero;
                for (long p = 0; p < k; p++)
                {
                    sum = MultiplyAdd(row[p], b[(p * n) + j], sum);
                }

                c[(i * n) + j] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            return Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        }

        return typeof(T) == typeof(double) ? Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>() : (a * b) + c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T MultiplyAdd<T>(T a, T b, T c)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            return (T)(object)MathF.FusedMultiplyAdd((float)(object)a, (float)(object)b, (float)(object)c);
        }

        return typeof(T) == typeof(double) ? (T)(object)Math.FusedMultiplyAdd((double)(object)a, (double)(object)b, (double)(object)c) : (a * b) + c;
    }

    private static long Volume(ReadOnlySpan<byte> labels, ReadOnlySpan<long> sizes)
    {
        long volume = 1;
        foreach (byte label in labels)
        {
            volume = checked(volume * sizes[label]);
        }

        return volume;
    }

    private static ReadOnlySpan<byte> Join(Span<byte> target, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        first.CopyTo(target);
        second.CopyTo(target[first.Length..]);
        third.CopyTo(target[(first.Length + second.Length)..]);
        return target[..(first.Length + second.Length + third.Length)];
    }
}
