using System.Runtime.CompilerServices;
using Spectre.Console;

namespace ModelBuild.Tool.Output;

/// <summary>Tables and progress: with lines and colours at a terminal, as plain text when the output is redirected or <c>NO_COLOR</c> is set.</summary>
internal static class Terminal
{
    /// <summary>Whether output is plain.</summary>
    public static bool IsPlain { get; } = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };

    /// <summary>Writes a heading, preceded by an empty line.</summary>
    public static void Heading(string text) => Console.Out.WriteLine("\n" + text);

    /// <summary>Writes a table. Columns whose header starts with <c>&gt;</c> are aligned to the right.</summary>
    public static void Table(string[] headers, IReadOnlyList<string[]> rows)
    {
        if (IsPlain)
        {
            Plain(headers, rows);
        }
        else
        {
            Rich(headers, rows);
        }
    }

    private static void Plain(string[] headers, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. headers.Select((h, i) => Math.Max(h.TrimStart('>').Length, rows.Select(r => Clean(r[i]).Length).DefaultIfEmpty().Max()))];
        Line([.. headers.Select(h => h.TrimStart('>'))]);
        foreach (string[] row in rows)
        {
            Line(row);
        }

        void Line(string[] cells) =>
            Console.Out.WriteLine(string.Join("  ", cells.Select((c, i) => headers[i].StartsWith('>') ? Clean(c).PadLeft(widths[i]) : Clean(c).PadRight(widths[i]))).TrimEnd());
    }

    // Names come from the model: a control character must not reach the terminal.
    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;

    // Apart, so that plain output does not load the library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rich(string[] headers, IReadOnlyList<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (string header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header.TrimStart('>'), new Style(decoration: Decoration.Bold))) { Alignment = header.StartsWith('>') ? Justify.Right : Justify.Left });
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(c => new Text(Clean(c))));
        }

        AnsiConsole.Write(table);
    }
}
