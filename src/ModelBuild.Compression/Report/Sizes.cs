using System.Globalization;

namespace ModelBuild.Compression.Report;

/// <summary>Numbers as the build's line and the report print them.</summary>
public static class Sizes
{
    private static readonly string[] s_units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>A size with its unit, such as <c>11.3 MB</c>. Units are powers of 1,000.</summary>
    public static string Text(long bytes)
    {
        int unit = UnitOf(bytes);
        return $"{Number(bytes, unit)} {s_units[unit]}";
    }

    /// <summary>Two sizes in the unit of the first, such as <c>44.7 -> 11.3 MB</c>; in their own units when the second would read as 0.0.</summary>
    public static string Range(long before, long after)
    {
        int unit = UnitOf(before);
        return unit - UnitOf(after) is 0 or 1 && Number(after, unit) != "0.0" ? $"{Number(before, unit)} -> {Number(after, unit)} {s_units[unit]}" : $"{Text(before)} -> {Text(after)}";
    }

    /// <summary>A cosine, rounded down so that what is not equal never reads as 1: <c>0.997</c>, <c>0.99998</c>, <c>1</c>.</summary>
    public static string Cosine(double cosine)
    {
        if (double.IsNaN(cosine))
        {
            return "not a number";
        }

        if (cosine >= 1)
        {
            return "1";
        }

        // Enough digits to show how far it is from 1, at most seven.
        int digits = cosine >= 0.9999999 ? 7 : Math.Clamp((int)Math.Ceiling(-Math.Log10(1 - cosine)), 3, 7);
        double power = Math.Pow(10, digits);
        return (Math.Floor(cosine * power) / power).ToString($"F{digits}", CultureInfo.InvariantCulture);
    }

    private static int UnitOf(long bytes)
    {
        int unit = 0;
        for (double rest = bytes; rest >= 999.95 && unit < s_units.Length - 1; rest /= 1000)
        {
            unit++;
        }

        return unit;
    }

    private static string Number(long bytes, int unit) =>
        unit == 0 ? bytes.ToString(CultureInfo.InvariantCulture) : (bytes / Math.Pow(1000, unit)).ToString("F1", CultureInfo.InvariantCulture);
}
