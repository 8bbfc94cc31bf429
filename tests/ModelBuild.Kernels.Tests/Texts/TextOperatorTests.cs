using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Texts;

[TestClass]
public sealed unsafe class TextOperatorTests
{
    private static readonly string[] s_words = ["", " ", "a", "ab", "Ab c", "b,c", ",", "a,,b", " x  y ", "Wörter", "日本 語"];

    [TestMethod]
    public void StringConcat_agrees_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 3].Array[0, 3], Gen.Bool.Array[3], Gen.Bool.Array[3]).Each((shape, left, right) =>
        {
            TensorValue a = Tensors.Counting(TensorElementType.String, [.. shape.Select((s, i) => left[i] ? 1 : s)]);
            TensorValue b = Tensors.Counting(TensorElementType.String, [.. shape.Select((s, i) => right[i] ? 1 : s).Skip(right[0] ? 1 : 0)]);
            OracleTest.Compare(new SingleNode("StringConcat"), [a, b], 1, (_, x, y) => StringOperators.StringConcat(x[0]!, x[1]!, y[0]));
        });

    [TestMethod]
    public void StringSplit_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(s_words).Array[1, 5], Pick.From("", ",", "b", " "), Gen.Long[0, 3]).Each((texts, delimiter, limit) =>
        {
            SingleNode node = new SingleNode("StringSplit").With("delimiter", delimiter);
            node = limit == 0 ? node : node.With("maxsplit", limit);
            OracleTest.Compare(node, [Tensors.Texts([texts.Length], texts)], 2, (_, x, y) => StringOperators.StringSplit(x[0]!, y[0], y[1], delimiter, limit == 0 ? long.MaxValue : limit));
        });

    [TestMethod]
    public void White_space_is_dropped_and_the_rest_is_kept()
    {
        var y = new TensorValue();
        var z = new TensorValue();
        StringOperators.StringSplit(Tensors.Texts([3], "  a b  c ", "", " \t"), y, z, maxsplit: 1);
        Tensors.AreEqual(Tensors.Texts([3, 2], "a", "b  c", "", "", "", ""), y);
        Tensors.AreEqual(Tensors.Longs(2, 0, 0), z);
    }

    [TestMethod]
    [DataRow(@"[a-z]+@[a-z]+\.com", "me@here.com", true)]
    [DataRow(@"[a-z]+@[a-z]+\.com", "me@here.com ", false)]
    [DataRow("a|ab", "ab", true)]
    [DataRow("a*?", "aaa", true)]
    [DataRow("a$", "a\n", false)]
    [DataRow("a.", "a\n", false)]
    [DataRow("(?s)a.", "a\n", true)]
    [DataRow(@"\d+", "١٢", false)]
    [DataRow(@"\d+", "12", true)]
    [DataRow(@"\w+", "ä", false)]
    [DataRow(@"[\w-]+", "a-b", true)]
    [DataRow(@"[[:alpha:][:digit:]]+", "a1", true)]
    [DataRow(@"[[:^alpha:]]+", "1ä", true)]
    [DataRow(@"[[:^alpha:]]+", "a", false)]
    [DataRow(@"[[:punct:]]+", "[]\\^_`{|}~", true)]
    [DataRow(@"\W\S\D", "-äa", true)]
    [DataRow(@"[^\W]+", "_aZ9", true)]
    [DataRow(@"\Qa.b\E", "a.b", true)]
    [DataRow(@"\Qa.b\E", "axb", false)]
    [DataRow(@"\x{1F600}", "😀", true)]
    [DataRow(@"\pL+", "äb", true)]
    [DataRow(@"(?P<name>a)b", "ab", true)]
    [DataRow(@"(?i)AB", "ab", true)]
    [DataRow(@"[^\d]+", "ab", true)]
    [DataRow(@"[\D]+", "a b", true)]
    [DataRow(@"[\D]+", "1", false)]
    [DataRow(@"[a-z&&[^b]]", "b]", null)]
    [DataRow(@"(a+)+b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false)]
    public void Patterns_match_whole_texts(string pattern, string text, bool? expected)
    {
        var y = new TensorValue();
        if (expected is null)
        {
            OracleTest.Compare(new SingleNode("RegexFullMatch").With("pattern", pattern), [Tensors.Texts([1], text)], 1, (_, x, o) => Matching.RegexFullMatch(x[0]!, o[0], pattern));
            return;
        }

        Matching.RegexFullMatch(Tensors.Texts([1], text), y, pattern);
        Assert.AreEqual(expected, *y.Data != 0);
        OracleTest.Compare(new SingleNode("RegexFullMatch").With("pattern", pattern), [Tensors.Texts([1], text)], 1, (_, x, o) => Matching.RegexFullMatch(x[0]!, o[0], pattern));
    }

    [TestMethod]
    [DataRow("(")]
    [DataRow(@"(a)\1")]
    [DataRow("(?=a)")]
    [DataRow("(?<=a)b")]
    [DataRow("(?>a)")]
    [DataRow(@"\")]
    [DataRow("[a")]
    [DataRow(@"\x{110000}")]
    public void Patterns_beyond_RE2_are_refused(string pattern) =>
        Assert.ThrowsExactly<KernelException>(() => Matching.RegexFullMatch(Tensors.Texts([1], "a"), new TensorValue(), pattern));

    [TestMethod]
    public void Stop_words_go_and_case_changes()
    {
        var y = new TensorValue();
        TensorValue x = Tensors.Texts([4], "Monday", "tuesday", "MONDAY", "Ärger");
        Normalizing.StringNormalizer(x, y, "UPPER", 0, "en_US", ["monday"]);
        Tensors.AreEqual(Tensors.Texts([2], "TUESDAY", "ÄRGER"), y);
        Normalizing.StringNormalizer(x, y, "LOWER", 1, "en_US", ["MONDAY"]);
        Tensors.AreEqual(Tensors.Texts([3], "monday", "tuesday", "ärger"), y);
        Normalizing.StringNormalizer(Tensors.Texts([1, 2], "a", "a"), y, "NONE", 1, "en_US", ["a"]);
        Tensors.AreEqual(Tensors.Texts([1, 1], ""), y);
        Assert.ThrowsExactly<KernelException>(() => Normalizing.StringNormalizer(Tensors.Texts([2, 1], "a", "a"), y));
    }

    [TestMethod]
    public void NGrams_agree_with_the_oracle() =>
        Gen.Select(Gen.Long[0, 5].Array[1, 12], Gen.Long[1, 2], Gen.Long[0, 3], Pick.From("TF", "IDF", "TFIDF"), Gen.Bool, Gen.Bool).Each((words, shortest, skip, mode, weighted, asText) =>
        {
            long[] pool = [2, 3, 5, 4, 5, 1, 2, 3, 3, 1];
            long[] counts = [0, 4];
            long[] indexes = [0, 1, 2, 3, 4, 6, 5];
            float[] weights = weighted ? [1, 2, 3, 0.5f, 5, 6, 7] : [];
            string[] texts = [.. pool.Select(p => $"w{p}")];
            SingleNode node = new SingleNode("TfIdfVectorizer").With("max_gram_length", 2L).With("min_gram_length", shortest).With("max_skip_count", skip).With("mode", mode)
                .With("ngram_counts", counts).With("ngram_indexes", indexes);
            node = asText ? node.With("pool_strings", texts) : node.With("pool_int64s", pool);
            node = weighted ? node.With("weights", weights) : node;
            TensorValue x = asText ? Tensors.Texts([words.Length], [.. words.Select(w => $"w{w}")]) : Tensors.Longs(words);
            OracleTest.Compare(node, [x], 1, (_, i, y) => NGrams.TfIdfVectorizer(i[0]!, y[0], 2, skip, shortest, mode, counts, indexes, asText ? [] : pool, asText ? texts : [], weights));
        });
}
