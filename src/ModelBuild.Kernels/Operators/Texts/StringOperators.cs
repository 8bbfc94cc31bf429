namespace ModelBuild.Kernels;

/// <summary>Operators that join and part texts.</summary>
public static unsafe class StringOperators
{
    /// <summary>Texts joined in pairs, broadcast as numbers are.</summary>
    /// <param name="x">First parts.</param>
    /// <param name="y">Second parts.</param>
    /// <param name="z">Result.</param>
    public static void StringConcat(TensorValue x, TensorValue y, [Output] TensorValue z)
    {
        int rank = Math.Max(x.Rank, y.Rank);
        long[] shape = new long[rank];
        long[] xStrides = new long[rank];
        long[] yStrides = new long[rank];
        Strides.RowMajor(x.Shape, xStrides.AsSpan(rank - x.Rank));
        Strides.RowMajor(y.Shape, yStrides.AsSpan(rank - y.Rank));
        for (int i = 0; i < rank; i++)
        {
            long a = i < rank - x.Rank ? 1 : x.Shape[i - rank + x.Rank];
            long b = i < rank - y.Rank ? 1 : y.Shape[i - rank + y.Rank];
            if (a != b && a != 1 && b != 1)
            {
                throw new KernelException($"{x} and {y} can't be broadcast together.");
            }

            shape[i] = a == 1 ? b : a;
            xStrides[i] = a == 1 ? 0 : xStrides[i];
            yStrides[i] = b == 1 ? 0 : yStrides[i];
        }

        z.Resize(TensorElementType.String, shape);
        Span<string> first = x.Strings, second = y.Strings, result = z.Strings;
        for (int i = 0; i < result.Length; i++)
        {
            long rest = i, a = 0, b = 0;
            for (int d = rank - 1; d >= 0; d--)
            {
                long at = rest % shape[d];
                rest /= shape[d];
                a += at * xStrides[d];
                b += at * yStrides[d];
            }

            result[i] = string.Concat(first[(int)a], second[(int)b]);
        }
    }

    /// <summary>Texts in parts.</summary>
    /// <param name="x">Texts.</param>
    /// <param name="y">The parts: the input's shape and a last dimension as long as the most parts, filled up with empty texts.</param>
    /// <param name="z">Number of parts of each text, 64-bit integers.</param>
    /// <param name="delimiter">What stands between parts; empty for any white space, which also is dropped from the ends.</param>
    /// <param name="maxsplit">How often a text is split at most, from the left.</param>
    public static void StringSplit(TensorValue x, [Output] TensorValue y, [Output] TensorValue z, string delimiter = "", long maxsplit = long.MaxValue)
    {
        int limit = (int)Math.Clamp(maxsplit < 0 ? long.MaxValue : maxsplit, 0, int.MaxValue - 1) + 1;
        Span<string> texts = x.Strings;
        string[][] parts = new string[texts.Length][];
        z.Resize(TensorElementType.Int64, x.Shape);
        int most = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = texts[i].Length == 0 ? [] : delimiter.Length == 0 ? SplitWords(texts[i], limit) : texts[i].Split(delimiter, limit);
            z.Pointer<long>()[i] = parts[i].Length;
            most = Math.Max(most, parts[i].Length);
        }

        y.Resize(TensorElementType.String, [.. x.Shape, most]);
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i].CopyTo(y.Strings.Slice(checked(i * most), most));
        }
    }

    // What remains after the last split keeps its inner white space and loses that at its end.
    private static string[] SplitWords(string text, int limit)
    {
        var words = new List<string>();
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            int end = 0;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
            {
                end++;
            }

            if (words.Count + 1 == limit)
            {
                end = rest.Length;
            }

            words.Add(rest[..end].ToString());
            rest = rest[end..].TrimStart();
        }

        return [.. words];
    }
}
