using System.Globalization;

namespace ModelBuild.Kernels;

/// <summary>Numbers as text, in ONNX's spelling.</summary>
internal static class NumberText
{
    /// <summary>Shortest text that gives the number back; <c>NaN</c>, <c>INF</c>, <c>-INF</c>.</summary>
    public static string Format(double value, bool isSingle)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "INF" : "-INF";
        }

        string text = isSingle ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        return text.Replace('E', 'e');
    }

    /// <summary>Reads a floating-point number; <c>INF</c> and <c>NaN</c> in any case.</summary>
    /// <exception cref="KernelException">It is none.</exception>
    public static double ParseReal(string text, bool isSingle)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        if (isSingle && float.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out float single))
        {
            return single;
        }

        if (double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return value;
        }

        ReadOnlySpan<char> unsigned = trimmed.TrimStart("+-");
        return unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase)
            ? trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity
            : throw new KernelException($"\"{text}\" is no number.");
    }

    /// <summary>Reads an integer; a fraction is cut off, a number below 0 is read as its bits where the type is unsigned.</summary>
    /// <exception cref="KernelException">It is none.</exception>
    public static long ParseInteger(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        if (long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            return value;
        }

        return ulong.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ulong large) ? (long)large : (long)ParseReal(text, false);
    }

    /// <summary>Reads a truth value: a number that is not 0, or <c>true</c>.</summary>
    /// <exception cref="KernelException">It is none.</exception>
    public static bool ParseTruth(string text) =>
        bool.TryParse(text, out bool truth) ? truth : ParseReal(text, false) != 0;
}
