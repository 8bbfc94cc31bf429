using System.Globalization;

namespace ModelBuild.Tool.Caching;

/// <summary>Sizes as people write them: <c>512</c>, <c>300kB</c>, <c>5GB</c>; powers of 1000.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Factor)[] s_units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1)];

    /// <summary>Reads a size.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim();
        double factor = 1;
        foreach ((string unit, double unitFactor) in s_units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Length].TrimEnd();
                factor = unitFactor;
                break;
            }
        }

        bool valid = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * factor < long.MaxValue;
        bytes = valid ? (long)(value * factor) : 0;
        return valid;
    }

    /// <summary>Writes a size with one decimal, such as <c>44.7 MB</c>.</summary>
    public static string Format(long bytes)
    {
        (string unit, double factor) = bytes >= 1_000_000_000 ? s_units[1] : bytes >= 100_000 ? s_units[2] : bytes >= 1_000 ? s_units[3] : s_units[4];
        return (bytes / factor).ToString(factor == 1 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + unit;
    }
}
