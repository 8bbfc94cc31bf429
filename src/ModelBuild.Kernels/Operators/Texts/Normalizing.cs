using System.Globalization;

namespace ModelBuild.Kernels;

/// <summary>The operator StringNormalizer.</summary>
public static class Normalizing
{
    /// <summary>Texts without stop words and in one case.</summary>
    /// <param name="x"><c>[c]</c> or <c>[1, c]</c>.</param>
    /// <param name="y">As many dimensions; one empty text where none remains.</param>
    /// <param name="caseChangeAction"><c>LOWER</c>, <c>UPPER</c> or <c>NONE</c>.</param>
    /// <param name="isCaseSensitive">Whether stop words are compared as they stand.</param>
    /// <param name="locale">Language that says what upper and lower case are; where the system has no such data the language-neutral rules hold.</param>
    /// <param name="stopwords">Texts that are left out.</param>
    public static void StringNormalizer(TensorValue x, [Output] TensorValue y, string caseChangeAction = "NONE", long isCaseSensitive = 0, string locale = "", ReadOnlySpan<string> stopwords = default)
    {
        if (x.Rank is not (1 or 2) || (x.Rank == 2 && x.Shape[0] != 1))
        {
            throw new KernelException($"Texts of shape [c] or [1,c] are expected, not {x}.");
        }

        CultureInfo culture = Culture(locale);
        var stop = new HashSet<string>(StringComparer.Ordinal);
        foreach (string word in stopwords)
        {
            stop.Add(isCaseSensitive != 0 ? word : culture.TextInfo.ToLower(word));
        }

        var kept = new List<string>();
        foreach (string text in x.Strings)
        {
            if (!stop.Contains(isCaseSensitive != 0 ? text : culture.TextInfo.ToLower(text)))
            {
                kept.Add(caseChangeAction switch
                {
                    "LOWER" => culture.TextInfo.ToLower(text),
                    "UPPER" => culture.TextInfo.ToUpper(text),
                    "NONE" => text,
                    _ => throw new KernelException($"There is no case change '{caseChangeAction}'; there are LOWER, UPPER and NONE."),
                });
            }
        }

        if (kept.Count == 0)
        {
            kept.Add("");
        }

        y.Resize(TensorElementType.String, x.Rank == 1 ? [kept.Count] : [1, kept.Count]);
        kept.CopyTo(y.Strings);
    }

    private static CultureInfo Culture(string locale)
    {
        string name = locale.Split('.')[0].Replace('_', '-');
        try
        {
            return name.Length == 0 ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
