using System.Globalization;
using System.Net;
using System.Text;
using ModelBuild.Compression.Compare;

namespace ModelBuild.Compression.Report;

/// <summary>Writes the report as one page that needs nothing else: light and dark, from phone width up, printable.</summary>
internal static class ReportHtml
{
    /// <summary>The page.</summary>
    public static string Write(CompressionReport report)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Text(report.ClassName)} – compression report</title>\n<style>\n{Style}</style>\n</head>\n<body>\n<main>\n");
        Header(page, report);
        Kinds(page, report);
        Outputs(page, report);
        Layers(page, report);
        Notes(page, report);
        page.Append("</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Header(StringBuilder page, CompressionReport report)
    {
        page.Append(CultureInfo.InvariantCulture, $"<header>\n<p class=\"kicker\">Compression report</p>\n<h1>{Text(report.ClassName)}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\"><code>{Text(report.Scheme)}</code> {Text(report.Description)}</p>\n</header>\n<section class=\"cards\">\n");
        string factor = report.Applied ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * report.BytesAfter / report.BytesBefore:F1} % of {Sizes.Text(report.BytesBefore)}") : "the original is used";
        Card(page, "Size", Sizes.Text(report.BytesAfter), factor, report.Applied ? (double)report.BytesAfter / report.BytesBefore : 1);
        Card(page, "Cosine", report.Applied && report.Cosine is { } c ? Sizes.Cosine(c) : "–", report.Batches > 0 ? $"the least of all outputs, {Count(report.Batches, "call")}" : "not measured", null);
        Card(page, "Layers", $"{report.Layers.Count(l => l.IsCompressed)} of {report.Layers.Count}", "have smaller weights", null);
        page.Append("</section>\n");
        if (report.Data.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">Measured on {Text(report.Data)}.</p>\n");
        }
    }

    private static void Card(StringBuilder page, string title, string value, string more, double? bar)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"card\"><h2>{title}</h2><p class=\"value\">{Text(value)}</p>");
        if (bar is { } part)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"track\"><span style=\"width:{Math.Clamp(100 * part, 1, 100):F1}%\"></span></div>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">{Text(more)}</p></div>\n");
    }

    private static void Kinds(StringBuilder page, CompressionReport report)
    {
        long total = report.Layers.Sum(l => l.BytesBefore);
        if (total == 0)
        {
            return;
        }

        page.Append("<section>\n<h2>What runs as what</h2>\n<div class=\"stack\" role=\"img\" aria-label=\"Weights by what they run as\">");
        (string RunsAs, long Bytes, int Layers)[] kinds = [.. report.Layers.GroupBy(l => l.RunsAs).Select(g => (g.Key, g.Sum(l => l.BytesBefore), g.Count())).OrderByDescending(k => k.Item2)];
        for (int i = 0; i < kinds.Length; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<span class=\"k{Math.Min(i, 4)}\" style=\"flex:{Math.Max(0.004, (double)kinds[i].Bytes / total):F4}\"></span>");
        }

        page.Append("</div>\n<ul class=\"legend\">\n");
        for (int i = 0; i < kinds.Length; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><i class=\"k{Math.Min(i, 4)}\"></i><span>{Text(kinds[i].RunsAs)}</span><span class=\"muted\">{Count(kinds[i].Layers, "layer")}, {Sizes.Text(kinds[i].Bytes)} before</span></li>\n");
        }

        page.Append("</ul>\n</section>\n");
    }

    private static void Outputs(StringBuilder page, CompressionReport report)
    {
        if (report.Outputs.Count == 0)
        {
            return;
        }

        page.Append("<section>\n<h2>Outputs against the original</h2>\n<div class=\"scroll\"><table class=\"layers\">\n<thead><tr><th>Output</th><th class=\"n\">Cosine</th><th class=\"n\">Largest difference</th><th class=\"n\">Root mean square</th><th class=\"n\">Signal to noise</th><th class=\"n\">Same top 1</th></tr></thead>\n<tbody>\n");
        foreach (OutputComparison o in report.Outputs)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"name\">{Text(o.Name)} <span class=\"muted\">{Text(Graphs.ElementTypes.Name(o.ElementType))}</span>");
            string? trouble = o.Mismatch ?? (o.NonFiniteMismatches > 0 ? $"{o.NonFiniteMismatches} NaN or infinity where the other has none" : null);
            page.Append(trouble is null ? "" : $"<br><span class=\"warn\">{Text(trouble)}</span>");
            page.Append(CultureInfo.InvariantCulture, $"</td>{Cell("Cosine", o.Cosine is { } c ? Sizes.Cosine(c) : "–")}{Cell("Largest difference", Short(o.MaxAbsolute))}{Cell("Root mean square", Short(o.RootMeanSquareError))}{Cell("Signal to noise", o.SignalToNoise is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s:F1} dB") : "–")}{Cell("Same top 1", o.Top1Agreement is { } t ? string.Create(CultureInfo.InvariantCulture, $"{100 * t:F1} %") : "–")}</tr>\n");
        }

        page.Append("</tbody></table></div>\n</section>\n");
    }

    private static void Layers(StringBuilder page, CompressionReport report)
    {
        if (report.Layers.Count == 0)
        {
            return;
        }

        page.Append("<section>\n<h2>Layers</h2>\n<p class=\"muted\">Weight error and output error are root mean squares relative to the value; the output error is what this layer adds alone, on the original's activations.</p>\n<div class=\"scroll\"><table class=\"layers\">\n<thead><tr><th>Layer</th><th>Weights</th><th class=\"n\">Before</th><th class=\"n\">After</th><th class=\"n\">Weight error</th><th class=\"n\">Output error</th><th>Runs as</th></tr></thead>\n<tbody>\n");
        double worst = Math.Max(1e-9, report.Layers.Max(l => l.OutputError ?? 0));
        foreach (LayerReport l in report.Layers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr{(l.IsCompressed ? "" : " class=\"left\"")}><td class=\"name\" data-l=\"Layer\">{Text(l.Name)}<br><span class=\"muted\">{Text(l.OpType)}</span></td><td data-l=\"Weights\">{Text(l.Shape.Length > 0 ? l.Shape : "scalar")}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\" data-l=\"Before\">{Sizes.Text(l.BytesBefore)}</td><td class=\"n\" data-l=\"After\">{Sizes.Text(l.BytesAfter)}</td><td class=\"n\" data-l=\"Weight error\">{Percent(l.WeightError)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n error\" data-l=\"Output error\">{Percent(l.OutputError)}");
            page.Append(l.OutputError is { } e ? string.Create(CultureInfo.InvariantCulture, $"<span class=\"bar\"><span style=\"width:{100 * e / worst:F0}%\"></span></span>") : "");
            page.Append(CultureInfo.InvariantCulture, $"</td><td class=\"as\" data-l=\"Runs as\">{Text(l.RunsAs)}{(l.Reason.Length > 0 ? $"<br><span class=\"muted\">{Text(l.Reason)}</span>" : "")}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n</section>\n");
    }

    private static void Notes(StringBuilder page, CompressionReport report)
    {
        string[] notes = [.. report.Messages, .. report.Notes];
        if (notes.Length == 0)
        {
            return;
        }

        page.Append("<section>\n<h2>Notes</h2>\n<ul class=\"notes\">\n");
        foreach (string note in notes)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Text(note)}</li>\n");
        }

        page.Append("</ul>\n</section>\n");
    }

    private static string Cell(string label, string text) => $"<td class=\"n\" data-l=\"{label}\">{text}</td>";

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Percent(double? part) => part is { } p ? string.Create(CultureInfo.InvariantCulture, $"{(100 * p >= 0.01 || p == 0 ? (100 * p).ToString("0.##", CultureInfo.InvariantCulture) : "< 0.01")} %") : "–";

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private const string Style = """
        :root { color-scheme: light dark; --bg: #fbfbfa; --fg: #1d2125; --muted: #5f6770; --line: #e2e4e6; --card: #ffffff; --accent: #2563a8; --warn: #a03b12;
          --k0: #2563a8; --k1: #4f9d8f; --k2: #b98a2f; --k3: #8a6bb1; --k4: #9aa1a9; }
        @media (prefers-color-scheme: dark) { :root { --bg: #15181b; --fg: #e6e8ea; --muted: #9aa3ac; --line: #2c3238; --card: #1c2024; --accent: #6ba6e6; --warn: #f0936a;
          --k0: #6ba6e6; --k1: #6dc0b1; --k2: #dab25c; --k3: #b699dc; --k4: #6b737b; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 70rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
        .kicker { margin: 0; color: var(--muted); font-size: .85rem; letter-spacing: .04em; text-transform: uppercase; }
        h1 { margin: .1rem 0 .4rem; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { margin: 2.2rem 0 .6rem; font-size: 1.1rem; }
        .lead { margin: 0 0 1.4rem; max-width: 46rem; }
        code { padding: .1rem .4rem; border: 1px solid var(--line); border-radius: .3rem; background: var(--card); font: .9em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
        .muted { color: var(--muted); font-size: .875rem; }
        .warn { color: var(--warn); font-size: .875rem; }
        .cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; }
        .card { padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); }
        .card h2 { margin: 0; color: var(--muted); font-size: .875rem; font-weight: 500; }
        .card .value { margin: .1rem 0; font-size: 1.7rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .card .muted { margin: 0; }
        .track { height: .4rem; margin: .3rem 0 .4rem; border-radius: .2rem; background: var(--line); }
        .track span { display: block; height: 100%; border-radius: .2rem; background: var(--accent); }
        .stack { display: flex; gap: 2px; height: 1rem; overflow: hidden; border-radius: .3rem; }
        .legend { display: grid; gap: .3rem; margin: .8rem 0 0; padding: 0; list-style: none; }
        .legend li { display: grid; grid-template-columns: .8rem auto 1fr; gap: .6rem; align-items: baseline; }
        .legend i { width: .8rem; height: .8rem; border-radius: .2rem; align-self: center; }
        .k0 { background: var(--k0); } .k1 { background: var(--k1); } .k2 { background: var(--k2); } .k3 { background: var(--k3); } .k4 { background: var(--k4); }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th { padding: .4rem .7rem; border-bottom: 1px solid var(--line); color: var(--muted); font-weight: 500; text-align: left; vertical-align: bottom; }
        td { padding: .45rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
        th.n, td.n { text-align: right; white-space: nowrap; }
        .name { overflow-wrap: anywhere; min-width: 9rem; } .as { min-width: 15rem; }
        tr.left td { color: var(--muted); }
        .bar { display: block; width: 5rem; height: .25rem; margin: .25rem 0 0 auto; border-radius: .15rem; background: var(--line); }
        .bar span { display: block; height: 100%; border-radius: .15rem; background: var(--accent); }
        .notes { padding-left: 1.1rem; } .notes li { margin: .3rem 0; overflow-wrap: anywhere; }
        @media (max-width: 44rem) {
          main { padding: 1.25rem 1rem 2rem; } h1 { font-size: 1.6rem; }
          .cards { grid-template-columns: 1fr; gap: .7rem; }
          .legend li { grid-template-columns: .8rem 1fr; row-gap: 0; } .legend .muted { grid-column: 2; }
          .layers thead { display: none; } .layers, .layers tbody { display: block; }
          .layers tr { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .2rem 1rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
          .layers td { padding: 0; border: 0; } .layers td.name, .layers td.as { grid-column: 1 / -1; min-width: 0; }
          .layers td.n { text-align: left; white-space: normal; } .layers td:not(.name):not(.as)::before { content: attr(data-l) " "; color: var(--muted); }
          .layers .bar { margin-left: 0; }
        }
        @media print {
          :root { --bg: #fff; --fg: #000; --muted: #555; --line: #ccc; --card: #fff; --accent: #2563a8; }
          body { font-size: 11px; -webkit-print-color-adjust: exact; print-color-adjust: exact; } main { max-width: none; padding: 0; } .scroll { overflow: visible; } tr, .card { break-inside: avoid; } thead { display: table-header-group; }
        }

        """;
}
