using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ModelBuild.Runtime;

/// <summary>Reads the texts of generated plans; see <see cref="CompiledPlan.Values"/> and <see cref="CompiledPlan.Layers"/>.</summary>
internal static class PlanText
{
    /// <summary>The numbers before the comment of each line.</summary>
    /// <exception cref="FormatException">The text is not that of a plan.</exception>
    public static List<long[]> Numbers(ReadOnlySpan<byte> text)
    {
        var rows = new List<long[]>();
        var row = new List<long>();
        while (NextLine(ref text, out ReadOnlySpan<byte> line))
        {
            row.Clear();
            while (line.Length > 0 && line[0] != (byte)'/')
            {
                if (line[0] == (byte)' ')
                {
                    line = line[1..];
                }
                else if (Utf8Parser.TryParse(line, out long number, out int used))
                {
                    row.Add(number);
                    line = line[used..];
                }
                else
                {
                    throw new FormatException($"'{Encoding.UTF8.GetString(line)}' is no line of a plan.");
                }
            }

            if (row.Count > 0)
            {
                rows.Add([.. row]);
            }
        }

        return rows;
    }

    /// <summary>Each line with its escapes resolved.</summary>
    public static string[] Lines(ReadOnlySpan<byte> text)
    {
        var lines = new List<string>();
        while (NextLine(ref text, out ReadOnlySpan<byte> line))
        {
            lines.Add(Unescape(Encoding.UTF8.GetString(line)));
        }

        return [.. lines];
    }

    private static bool NextLine(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> line)
    {
        if (text.IsEmpty)
        {
            line = default;
            return false;
        }

        // The generated file has either kind of line end.
        int end = text.IndexOf((byte)'\n');
        line = (end < 0 ? text : text[..end]).TrimEnd((byte)'\r');
        text = end < 0 ? default : text[(end + 1)..];
        return true;
    }

    private static string Unescape(string line)
    {
        if (!line.Contains('\\', StringComparison.Ordinal))
        {
            return line;
        }

        var text = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 5 < line.Length && line[i + 1] == 'u' && ushort.TryParse(line.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                text.Append((char)code);
                i += 5;
            }
            else
            {
                text.Append(line[i]);
            }
        }

        return text.ToString();
    }
}
