using System.Text;

namespace ModelBuild.Kernels;

/// <summary>The character classes that RE2 defines on ASCII, as contents of a .NET class.</summary>
internal static class AsciiClasses
{
    /// <summary>A class by its letter: <c>d</c>, <c>w</c> or <c>s</c>.</summary>
    public static string? Find(char letter, bool isNegated = false) => Find(letter switch { 'd' => "digit", 'w' => "word", _ => "perl space" }, isNegated);

    /// <summary>A class by its POSIX name; null for one that there is not.</summary>
    /// <param name="name">The name without colons.</param>
    /// <param name="isNegated">Whether all other characters are meant.</param>
    public static string? Find(string name, bool isNegated = false)
    {
        string? pairs = name switch
        {
            "alnum" => "09AZaz",
            "alpha" => "AZaz",
            "ascii" => "\u0000\u007F",
            "blank" => "\t\t  ",
            "cntrl" => "\u0000\u001F\u007F\u007F",
            "digit" => "09",
            "graph" => "!~",
            "lower" => "az",
            "print" => " ~",
            "punct" => "!/:@[`{~",
            "space" => "\t\r  ",
            "perl space" => "\t\n\f\r  ",
            "upper" => "AZ",
            "word" => "09AZ__az",
            "xdigit" => "09AFaf",
            _ => null,
        };
        return pairs is null ? null : isNegated ? Ranges(Complement(pairs)) : Ranges(pairs);
    }

    // Pairs of first and last characters, ascending.
    private static string Complement(string pairs)
    {
        var result = new StringBuilder();
        char next = '\0';
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] > next)
            {
                result.Append(next).Append((char)(pairs[i] - 1));
            }

            next = (char)(pairs[i + 1] + 1);
        }

        return result.Append(next).Append(char.MaxValue).ToString();
    }

    private static string Ranges(string pairs)
    {
        var result = new StringBuilder();
        for (int i = 0; i < pairs.Length; i += 2)
        {
            result.Append($@"\u{(int)pairs[i]:X4}-\u{(int)pairs[i + 1]:X4}");
        }

        return result.ToString();
    }
}
