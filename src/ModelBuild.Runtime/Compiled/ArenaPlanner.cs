namespace ModelBuild.Runtime;

/// <summary>
/// Places values in one block of memory so that values that are alive at the same time don't overlap: the largest first, each at the lowest
/// offset that is free while it is alive (greedy by size; Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
/// </summary>
internal static class ArenaPlanner
{
    /// <summary>Every offset is a multiple of this.</summary>
    public const long Alignment = 64;

    /// <summary>Chooses the offsets.</summary>
    /// <param name="bytes">Size of each value.</param>
    /// <param name="first">Position of its first use.</param>
    /// <param name="last">Position of its last use.</param>
    /// <param name="offsets">Receives its offset.</param>
    /// <returns>Bytes of the block.</returns>
    /// <exception cref="OverflowException">The block does not fit 64 bits.</exception>
    public static long Place(ReadOnlySpan<long> bytes, ReadOnlySpan<int> first, ReadOnlySpan<int> last, Span<long> offsets)
    {
        int[] order = new int[bytes.Length];
        long[] keys = new long[bytes.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -bytes[i];
        }

        // Ties by index, so that the same sizes give the same offsets.
        Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
        long total = 0;
        var placed = new List<int>(bytes.Length);
        foreach (int value in order)
        {
            long size = checked((bytes[value] + Alignment - 1) / Alignment * Alignment);
            long offset = 0;

            // `placed` is ordered by offset: walk up until a gap is wide enough.
            foreach (int other in placed)
            {
                if (first[other] > last[value] || last[other] < first[value])
                {
                    continue;
                }

                if (offset + size <= offsets[other])
                {
                    break;
                }

                offset = Math.Max(offset, offsets[other] + ((bytes[other] + Alignment - 1) / Alignment * Alignment));
            }

            offsets[value] = offset;
            total = Math.Max(total, checked(offset + size));
            int at = placed.Count;
            while (at > 0 && offsets[placed[at - 1]] > offset)
            {
                at--;
            }

            placed.Insert(at, value);
        }

        return total;
    }
}
