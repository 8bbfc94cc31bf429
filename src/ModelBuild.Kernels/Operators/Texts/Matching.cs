using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ModelBuild.Kernels;

/// <summary>The operator RegexFullMatch.</summary>
public static unsafe class Matching
{
    private const int CacheSize = 64;

    private static readonly ConcurrentDictionary<string, Regex> s_cache = new(StringComparer.Ordinal);

    /// <summary>Whether a pattern describes a whole text. Time grows with the text's length times the pattern's, whatever the pattern is.</summary>
    /// <param name="x">Texts.</param>
    /// <param name="y">Truth values.</param>
    /// <param name="pattern">A regular expression of the RE2 syntax.</param>
    /// <exception cref="KernelException">The pattern is no regular expression, or needs to look back.</exception>
    public static void RegexFullMatch(TensorValue x, [Output] TensorValue y, string pattern = "")
    {
        Regex regex = Find(pattern);
        Span<string> texts = x.Strings;
        y.Resize(TensorElementType.Bool, x.Shape);
        for (int i = 0; i < texts.Length; i++)
        {
            y.Data[i] = regex.IsMatch(texts[i]) ? (byte)1 : (byte)0;
        }
    }

    private static Regex Find(string pattern)
    {
        if (s_cache.TryGetValue(pattern, out Regex? known))
        {
            return known;
        }

        Regex regex;
        try
        {
            // The non-backtracking engine prefers as a backtracking one does; anchored at both ends it finds a full match where there is one.
            regex = new Regex($@"\A(?:{Re2Syntax.Translate(pattern)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new KernelException($"The pattern '{pattern}' can't be used: {e.Message}", e);
        }

        if (s_cache.Count >= CacheSize)
        {
            s_cache.Clear();
        }

        s_cache[pattern] = regex;
        return regex;
    }
}
