using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>The operator TfIdfVectorizer.</summary>
public static unsafe class NGrams
{
    /// <summary>How often known sequences of words stand in a text.</summary>
    /// <param name="x"><c>[c]</c> or <c>[n, c]</c>: words as texts, 32-bit or 64-bit integers.</param>
    /// <param name="y"><c>[outputs]</c> or <c>[n, outputs]</c>, float.</param>
    /// <param name="maxGramLength">Longest sequence, in words.</param>
    /// <param name="maxSkipCount">How many words may lie between neighbours of a sequence, the same number between all.</param>
    /// <param name="minGramLength">Shortest sequence.</param>
    /// <param name="mode"><c>TF</c>: number; <c>IDF</c>: weight where it stands at all; <c>TFIDF</c>: number times weight.</param>
    /// <param name="ngramCounts">Where in the pool the sequences of each length start, from length 1 on.</param>
    /// <param name="ngramIndexes">Output of each sequence of the pool.</param>
    /// <param name="poolInt64s">The sequences, one behind the other, where words are integers.</param>
    /// <param name="poolStrings">The sequences where words are texts.</param>
    /// <param name="weights">Weight of each sequence; empty for 1.</param>
    public static void TfIdfVectorizer(TensorValue x, [Output] TensorValue y, long maxGramLength, long maxSkipCount, long minGramLength, string mode, ReadOnlySpan<long> ngramCounts, ReadOnlySpan<long> ngramIndexes, ReadOnlySpan<long> poolInt64s = default, ReadOnlySpan<string> poolStrings = default, ReadOnlySpan<float> weights = default)
    {
        if (x.Rank is not (1 or 2) || mode is not ("TF" or "IDF" or "TFIDF") || minGramLength < 1 || maxGramLength < minGramLength || maxSkipCount < 0
            || (!weights.IsEmpty && weights.Length != ngramIndexes.Length))
        {
            throw new KernelException($"Sequences of {minGramLength} to {maxGramLength} words can't be counted in {x} in mode {mode}.");
        }

        long outputs = 0;
        foreach (long index in ngramIndexes)
        {
            outputs = index >= 0 ? Math.Max(outputs, checked(index + 1)) : throw new KernelException($"There is no output {index}.");
        }

        bool isText = x.ElementType == TensorElementType.String;
        int[] pool = new int[isText ? poolStrings.Length : poolInt64s.Length];
        int[] words = new int[x.Length];
        if (isText)
        {
            Number(poolStrings.ToArray(), x.Strings.ToArray(), pool, words);
        }
        else
        {
            long[] integers = new long[x.Length];
            Integers.Read(x, integers);
            Number(poolInt64s.ToArray(), integers, pool, words);
        }

        Trie root = Build(pool, ngramCounts, ngramIndexes.Length, minGramLength, maxGramLength);
        long columns = x.Shape[^1];
        long rows = x.Rank == 1 ? 1 : x.Shape[0];
        y.Resize(TensorElementType.Float32, x.Rank == 1 ? [outputs] : [rows, outputs]);
        y.Span<float>().Clear();
        for (long row = 0; row < rows; row++)
        {
            float* to = y.Pointer<float>() + (row * outputs);
            Count(words.AsSpan((int)(row * columns), (int)columns), root, minGramLength, maxGramLength, maxSkipCount, ngramIndexes, to);
            Weigh(mode, ngramIndexes, weights, new Span<float>(to, checked((int)outputs)));
        }
    }

    // Words of the pool get numbers from 0; a word that the pool has not is -1.
    private static void Number<T>(T[] poolWords, T[] inputWords, int[] pool, int[] words)
        where T : notnull
    {
        var numbers = new Dictionary<T, int>();
        for (int i = 0; i < pool.Length; i++)
        {
            if (!numbers.TryGetValue(poolWords[i], out pool[i]))
            {
                pool[i] = numbers.Count;
                numbers.Add(poolWords[i], pool[i]);
            }
        }

        for (int i = 0; i < words.Length; i++)
        {
            words[i] = numbers.GetValueOrDefault(inputWords[i], -1);
        }
    }

    private static Trie Build(int[] pool, ReadOnlySpan<long> counts, int grams, long shortest, long longest)
    {
        var root = new Trie();
        int id = 0;
        for (int length = 1; length <= counts.Length; length++)
        {
            long start = counts[length - 1];
            long end = length < counts.Length ? counts[length] : pool.Length;
            if (start < 0 || end < start || end > pool.Length || (end - start) % length != 0)
            {
                throw new KernelException($"Sequences of {length} words can't stand from {start} to {end} in a pool of {pool.Length}.");
            }

            for (long at = start; at < end; at += length, id++)
            {
                if (id >= grams)
                {
                    throw new KernelException($"The pool has more sequences than the {grams} outputs that are given.");
                }

                if (length < shortest || length > longest)
                {
                    continue;
                }

                Trie node = root;
                for (int i = 0; i < length; i++)
                {
                    node = node.Add(pool[at + i]);
                }

                node.Gram = id;
            }
        }

        return root;
    }

    private static void Count(ReadOnlySpan<int> words, Trie root, long shortest, long longest, long maxSkip, ReadOnlySpan<long> indexes, float* to)
    {
        for (long skip = 0; skip <= Math.Min(maxSkip, words.Length); skip++)
        {
            long step = skip + 1;
            for (long start = 0; start < words.Length; start++)
            {
                Trie? node = root;
                long length = 1;
                for (long at = start; at < words.Length && length <= longest; at += step, length++)
                {
                    node = node.Find(words[(int)at]);
                    if (node is null)
                    {
                        break;
                    }

                    // A single word has no neighbours to skip between.
                    if (node.Gram >= 0 && length >= shortest && (length > 1 || skip == 0))
                    {
                        to[indexes[node.Gram]]++;
                    }
                }
            }
        }
    }

    private static void Weigh(string mode, ReadOnlySpan<long> indexes, ReadOnlySpan<float> weights, Span<float> row)
    {
        if (mode == "TF")
        {
            return;
        }

        Span<float> counts = row.ToArray();
        for (int i = 0; i < indexes.Length; i++)
        {
            int at = (int)indexes[i];
            float weight = weights.IsEmpty ? 1 : weights[i];
            row[at] = mode == "TFIDF" ? counts[at] * weight : counts[at] > 0 ? weight : 0;
        }
    }

    private sealed class Trie
    {
        private Dictionary<int, Trie>? _next;

        public int Gram { get; set; } = -1;

        public Trie Add(int word)
        {
            _next ??= [];
            if (!_next.TryGetValue(word, out Trie? node))
            {
                node = new Trie();
                _next.Add(word, node);
            }

            return node;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Trie? Find(int word) => _next is not null && _next.TryGetValue(word, out Trie? node) ? node : null;
    }
}
