namespace ModelBuild.Kernels;

/// <summary>The operator Unique.</summary>
public static unsafe class DistinctElements
{
    /// <summary>Value of an axis that is not given.</summary>
    private const long Flat = long.MinValue;

    /// <summary>The different elements, or the different parts along a dimension.</summary>
    /// <param name="x">Numbers or texts.</param>
    /// <param name="y">Each one once.</param>
    /// <param name="indices">Where each stands for the first time in <paramref name="x"/>.</param>
    /// <param name="inverseIndices">For each element or part of <paramref name="x"/> its number in <paramref name="y"/>.</param>
    /// <param name="counts">How often each stands in <paramref name="x"/>.</param>
    /// <param name="axis">The dimension; absent for single elements, row by row.</param>
    /// <param name="sorted">Whether they are sorted; otherwise they stand in the order of their first appearance.</param>
    public static void Unique(TensorValue x, [Output] TensorValue? y, [Output] TensorValue? indices, [Output] TensorValue? inverseIndices, [Output] TensorValue? counts, long axis = Flat, long sorted = 1)
    {
        int dimension = axis == Flat ? 0 : Strides.Axis(axis, x.Rank);
        long size = axis == Flat ? x.Length : x.Shape[dimension];
        long inner = axis == Flat ? 1 : Strides.Product(x.Shape[(dimension + 1)..]);
        long outer = axis == Flat ? 1 : Strides.Product(x.Shape[..dimension]);
        ulong[] keys = ReadKeys(x);
        int[] order = Enumerable.Range(0, checked((int)size)).ToArray();
        long width = size * inner;
        var comparer = Comparer<int>.Create((a, b) => Compare(keys, a, b, outer, inner, width) is var c and not 0 ? c : a.CompareTo(b));
        order.AsSpan().Sort(comparer);

        int[] group = new int[size];
        var first = new List<int>();
        for (int i = 0; i < order.Length; i++)
        {
            if (i == 0 || Compare(keys, order[i - 1], order[i], outer, inner, width) != 0)
            {
                first.Add(order[i]);
            }

            group[order[i]] = first.Count - 1;
        }

        int[] rank = Enumerable.Range(0, first.Count).ToArray();
        if (sorted == 0)
        {
            int[] byAppearance = Enumerable.Range(0, first.Count).OrderBy(i => first[i]).ToArray();
            for (int i = 0; i < byAppearance.Length; i++)
            {
                rank[byAppearance[i]] = i;
            }

            first.Sort();
        }

        Write(x, y, indices, inverseIndices, counts, axis == Flat ? -1 : dimension, size, inner, outer, first, group, rank);
    }

    private static void Write(TensorValue x, TensorValue? y, TensorValue? indices, TensorValue? inverseIndices, TensorValue? counts, int axis, long size, long inner, long outer, List<int> first, int[] group, int[] rank)
    {
        if (y is not null)
        {
            long[] shape = axis < 0 ? [first.Count] : x.Shape.ToArray();
            shape[Math.Max(0, axis)] = first.Count;
            y.Resize(x.ElementType, shape);
            for (int i = 0; i < first.Count; i++)
            {
                Blocks.Copy(x, first[i] * inner, size * inner, y, i * inner, first.Count * inner, inner, outer);
            }
        }

        if (indices is not null)
        {
            indices.Resize(TensorElementType.Int64, first.Count);
            for (int i = 0; i < first.Count; i++)
            {
                indices.Pointer<long>()[i] = first[i];
            }
        }

        inverseIndices?.Resize(TensorElementType.Int64, size);
        if (counts is not null)
        {
            counts.Resize(TensorElementType.Int64, first.Count);
            counts.Span<long>().Clear();
        }

        for (long i = 0; i < size; i++)
        {
            int number = rank[group[i]];
            if (inverseIndices is not null)
            {
                inverseIndices.Pointer<long>()[i] = number;
            }

            if (counts is not null)
            {
                counts.Pointer<long>()[number]++;
            }
        }
    }

    private static ulong[] ReadKeys(TensorValue x)
    {
        ulong[] keys = new ulong[x.Length];
        if (x.ElementType == TensorElementType.String)
        {
            string[] texts = x.Strings.ToArray();
            string[] distinct = texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            for (int i = 0; i < texts.Length; i++)
            {
                keys[i] = (ulong)Array.BinarySearch(distinct, texts[i], StringComparer.Ordinal);
            }

            return keys;
        }

        fixed (ulong* to = keys)
        {
            SortKeys.Read(x, 0, 1, to, x.Length);
        }

        return keys;
    }

    private static int Compare(ulong[] keys, int a, int b, long outer, long inner, long width)
    {
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                int order = keys[(o * width) + (a * inner) + i].CompareTo(keys[(o * width) + (b * inner) + i]);
                if (order != 0)
                {
                    return order;
                }
            }
        }

        return 0;
    }
}
