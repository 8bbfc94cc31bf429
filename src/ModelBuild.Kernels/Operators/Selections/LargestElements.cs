using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>The operator TopK.</summary>
public static unsafe class LargestElements
{
    /// <summary>The largest or smallest elements along a dimension, in order; of equal ones the first.</summary>
    /// <param name="context">Scratch.</param>
    /// <param name="x">Numbers. A NaN counts as larger than every number.</param>
    /// <param name="k">How many, one number.</param>
    /// <param name="values">The elements.</param>
    /// <param name="indices">Their numbers along the dimension, 64-bit integers.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="largest">Whether the largest are taken; the smallest otherwise.</param>
    /// <param name="sorted">The result is always sorted.</param>
    public static void TopK(KernelContext context, TensorValue x, TensorValue k, [Output] TensorValue? values, [Output] TensorValue? indices, long axis = -1, long largest = 1, long sorted = 1)
    {
        _ = sorted;
        int dimension = Strides.Axis(axis, x.Rank);
        long size = x.Shape[dimension];
        long count = Integers.Scalar(k);
        if (count < 0 || count > size)
        {
            throw new KernelException($"{count} elements can't be taken from dimension {axis} of {x}.");
        }

        Span<long> shape = x.Rank <= Strides.StackRank ? stackalloc long[x.Rank] : new long[x.Rank];
        x.Shape.CopyTo(shape);
        shape[dimension] = count;
        TensorValue picked = indices ?? context.Temporary(0);
        picked.Resize(TensorElementType.Int64, shape);
        values?.Resize(x.ElementType, shape);
        if (picked.Length == 0)
        {
            return;
        }

        long inner = Strides.Product(x.Shape[(dimension + 1)..]);
        long rows = x.Length / size;
        byte* scratch = context.Scratch(checked((size * sizeof(ulong)) + (count * sizeof(Entry))));
        ulong* keys = (ulong*)scratch;
        var heap = (Entry*)(scratch + (size * sizeof(ulong)));
        for (long row = 0; row < rows; row++)
        {
            long start = (row / inner * size * inner) + (row % inner);
            SortKeys.Read(x, start, inner, keys, size);
            Select(keys, size, largest != 0 ? 0 : ulong.MaxValue, heap, count);
            long* to = picked.Pointer<long>() + (row / inner * count * inner) + (row % inner);
            for (long i = 0; i < count; i++)
            {
                to[i * inner] = heap[i].Index;
            }
        }

        if (values is not null)
        {
            Elements.Dispatch(x.ElementType, new Pick(x, picked, values, size, count, inner));
        }
    }

    // A heap of the best so far with the worst of them on top, then sorted in place.
    private static void Select(ulong* keys, long size, ulong flip, Entry* heap, long count)
    {
        for (long i = 0; i < count; i++)
        {
            heap[i] = new Entry(keys[i] ^ flip, i);
        }

        for (long i = (count / 2) - 1; i >= 0; i--)
        {
            SiftDown(heap, i, count);
        }

        // A later element has to be really larger.
        for (long i = NextLarger(keys, count, size, flip, heap[0].Key); i < size; i = NextLarger(keys, i + 1, size, flip, heap[0].Key))
        {
            heap[0] = new Entry(keys[i] ^ flip, i);
            SiftDown(heap, 0, count);
        }

        for (long end = count - 1; end > 0; end--)
        {
            (heap[0], heap[end]) = (heap[end], heap[0]);
            SiftDown(heap, 0, end);
        }
    }

    private static long NextLarger(ulong* keys, long start, long size, ulong flip, ulong bound)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> turn = Vector256.Create(flip), limit = Vector256.Create(bound);
            for (; start + Vector256<ulong>.Count <= size && !Vector256.GreaterThanAny(Vector256.Load(keys + start) ^ turn, limit); start += Vector256<ulong>.Count)
            {
            }
        }

        while (start < size && (keys[start] ^ flip) <= bound)
        {
            start++;
        }

        return start;
    }

    private static void SiftDown(Entry* heap, long at, long count)
    {
        Entry entry = heap[at];
        while (true)
        {
            long child = (2 * at) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && heap[child + 1].IsWorseThan(heap[child]))
            {
                child++;
            }

            if (!heap[child].IsWorseThan(entry))
            {
                break;
            }

            heap[at] = heap[child];
            at = child;
        }

        heap[at] = entry;
    }

    private readonly struct Entry(ulong key, long index)
    {
        public readonly ulong Key = key;
        public readonly long Index = index;

        public bool IsWorseThan(Entry other) => Key < other.Key || (Key == other.Key && Index > other.Index);
    }

    private readonly ref struct Pick(TensorValue x, TensorValue indices, TensorValue values, long size, long count, long inner) : IElementAction
    {
        public void Run<T>()
        {
            ref T from = ref Elements.First<T>(x);
            ref T to = ref Elements.First<T>(values);
            long* picked = indices.Pointer<long>();
            for (long i = 0; i < indices.Length; i++)
            {
                long outer = i / (count * inner);
                Unsafe.Add(ref to, (nint)i) = Unsafe.Add(ref from, (nint)((((outer * size) + picked[i]) * inner) + (i % inner)));
            }
        }
    }
}
