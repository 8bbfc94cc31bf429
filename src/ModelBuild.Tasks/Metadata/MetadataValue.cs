using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelBuild.Tasks.Metadata;

/// <summary>Checks of metadata values. Each returns null for a right value, else what was expected.</summary>
internal static class MetadataValue
{
    /// <summary>Any text.</summary>
    public static string? Any(string value) => null;

    /// <summary>One of a few words, in any casing.</summary>
    public static Func<string, string?> OneOf(params string[] words) =>
        value => words.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase) ? null : Words(value, words, "one of ");

    /// <summary>A list, separated by semicolons, of a few words.</summary>
    public static Func<string, string?> ListOf(params string[] words) => value =>
    {
        string? wrong = Parts(value).FirstOrDefault(part => !words.Contains(part, StringComparer.OrdinalIgnoreCase));
        return wrong is null ? null : Words(wrong, words, "a list, separated by ';', of ");
    };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static string? Boolean(string value) => bool.TryParse(value.Trim(), out _) ? null : "'true' or 'false'";

    /// <summary>0 to 1.</summary>
    public static string? Fraction(string value) => Number(value) is >= 0 and <= 1 ? null : "a fraction from 0 to 1, such as '0.01'";

    /// <summary>Above 0.</summary>
    public static string? PositiveNumber(string value) => Number(value) is > 0 ? null : "a number above 0, such as '0.5'";

    /// <summary>A whole number.</summary>
    public static string? Integer(string value) => WholeNumber(value) is null ? "a whole number, such as '0'" : null;

    /// <summary>A whole number above 0.</summary>
    public static string? PositiveInteger(string value) => WholeNumber(value) is > 0 ? null : "a whole number above 0, such as '3'";

    /// <summary>Pairs such as <c>924=sentence</c>.</summary>
    public static string? Pairs(string value) => Parts(value).All(IsPair) ? null : "pairs 'name=value', separated by ';'";

    /// <summary>Shapes such as <c>x=1,3,224,224</c>.</summary>
    public static string? Shapes(string value) =>
        Parts(value).All(part => IsPair(part) && part.Substring(part.LastIndexOf('=') + 1).Split(',').All(size => WholeNumber(size) is >= 0))
            ? null : "shapes such as 'x=1,3,224,224', separated by ';'";

    /// <summary>Bytes with an optional unit: <c>12MB</c>.</summary>
    public static string? Size(string value)
    {
        string text = value.Trim();
        string number = text.TrimEnd(s_unitLetters);
        string unit = text.Substring(number.Length);
        bool known = unit.Length == 0 || s_units.Contains(unit, StringComparer.OrdinalIgnoreCase);
        return known && Number(number) is > 0 ? null : "a size such as '12MB' (units kB, MB, GB)";
    }

    /// <summary>A ratio to the original model, or milliseconds on a named machine: <c>0.5</c>, <c>5ms@machine</c>.</summary>
    public static string? Latency(string value)
    {
        string text = value.Trim();
        int unit = text.IndexOf("ms@", StringComparison.OrdinalIgnoreCase);
        bool right = unit < 0 ? Number(text) is > 0 : Number(text.Substring(0, unit)) is > 0 && unit + 3 < text.Length;
        return right ? null : "a ratio to the original such as '0.5', or a time on a machine such as '5ms@machine'";
    }

    /// <summary>A fraction and an optional pattern: <c>0.9;1x16</c>.</summary>
    public static string? Prune(string value)
    {
        List<string> parts = [.. Parts(value)];
        bool right = parts.Count is 1 or 2 && Number(parts[0]) is >= 0 and < 1 && (parts.Count == 1 || s_patterns.Contains(parts[1], StringComparer.OrdinalIgnoreCase));
        return right ? null : "a fraction below 1, optionally with a pattern (" + string.Join(", ", s_patterns) + "), such as '0.9;1x16'";
    }

    /// <summary>A metric's name, or <c>command:...</c>.</summary>
    public static string? Metric(string value) =>
        value.Trim().StartsWith("command:", StringComparison.OrdinalIgnoreCase) ? null : OneOf("top1", "top5", "f1", "mse", "cosine", "agreement", "command:...")(value);

    /// <summary>Items of a list that is separated by semicolons, trimmed, without empty ones.</summary>
    public static IEnumerable<string> Parts(string value) => value.Split(';').Select(part => part.Trim()).Where(part => part.Length > 0);

    private static bool IsPair(string part) => part.IndexOf('=') > 0 && part[part.Length - 1] != '=';

    private static string Words(string wrong, string[] words, string kind)
    {
        string? near = Suggestion.Nearest(wrong, words);
        return kind + string.Join(", ", words) + (near is null ? "" : "; did you mean '" + near + "'?");
    }

    private static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && !double.IsNaN(number) && !double.IsInfinity(number) ? number : null;

    private static long? WholeNumber(string text) => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static readonly char[] s_unitLetters = [.. "bBkKmMgG"];
    private static readonly string[] s_units = ["B", "kB", "MB", "GB"];
    private static readonly string[] s_patterns = ["unstructured", "2:4", "4:8", "1x16", "4x1", "channel"];
}
