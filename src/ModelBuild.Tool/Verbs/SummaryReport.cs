using System.Globalization;
using System.Text.Json;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary>What <c>inspect</c> shows of a file that is no model or can't be converted: what it holds in its own format's terms.</summary>
internal static class SummaryReport
{
    private const int MaxListed = 200;

    /// <summary>The summary of a file whose conversion was refused, or null when there is none.</summary>
    public static FileSummary? TryRead(string path, ModelReadOptions options)
    {
        try
        {
            return ModelFormats.Sniff(path).Summarize(path, options);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <summary>The summary of a weights file.</summary>
    public static FileSummary Of(IWeightsFormat format, TensorFile file) => new(format.Name, "")
    {
        Weights = [.. file.Tensors.Select(t => new SummarizedTensor(t.Name, t.Data.ElementType.Name(), Shape.Of(t.Data.Dimensions)))],
        Notes =
        [
            $"{file.Tensors.Count.ToString("N0", CultureInfo.InvariantCulture)} tensors, {ByteSize.Format(file.Tensors.Sum(t => t.Data.ByteLength))}, without a graph.",
            .. file.Metadata.Select(m => $"{m.Key}: {m.Value}"),
            format.ExportHint,
        ],
    };

    /// <summary>Shows a summary.</summary>
    /// <param name="path">The file.</param>
    /// <param name="summary">What it holds.</param>
    /// <param name="refusal">Why it can't be converted, or null.</param>
    /// <param name="json">Whether to print one JSON object.</param>
    public static void Write(string path, FileSummary summary, ModelException? refusal, bool json)
    {
        if (json)
        {
            JsonOutput.Write("inspect", w => WriteJson(w, path, summary, refusal));
            return;
        }

        Console.Out.WriteLine($"{Path.GetFileName(path)}: {summary.Format}{(summary.Producer.Length > 0 ? ", by " + summary.Producer : "")}");
        foreach (string note in summary.Notes)
        {
            Console.Out.WriteLine(note);
        }

        if (refusal is not null)
        {
            Console.Out.WriteLine($"Can't be converted: {refusal.Code}: {refusal.Message}");
        }

        if (summary.Signatures.Count > 0)
        {
            Console.Out.WriteLine($"Signatures: {string.Join(", ", summary.Signatures)}");
        }

        Tensors("Inputs", summary.Inputs);
        Tensors("Outputs", summary.Outputs);
        if (summary.Operators.Count > 0)
        {
            Terminal.Heading("Operators");
            Terminal.Table(["Operator", ">Count"], [.. summary.Operators.OrderByDescending(o => o.Value).Select(o => new[] { o.Key, o.Value.ToString(CultureInfo.InvariantCulture) })]);
        }

        Tensors("Weights", summary.Weights);
    }

    private static void Tensors(string title, IReadOnlyList<SummarizedTensor> tensors)
    {
        if (tensors.Count == 0)
        {
            return;
        }

        Terminal.Heading(title);
        Terminal.Table(["Name", "Type", "Shape"], [.. tensors.Take(MaxListed).Select(t => new[] { t.Name, t.Type, t.Shape is null ? "unknown" : t.Shape.ToString() })]);
        if (tensors.Count > MaxListed)
        {
            Console.Out.WriteLine($"and {tensors.Count - MaxListed} more; --json lists all");
        }
    }

    private static void WriteJson(Utf8JsonWriter w, string path, FileSummary summary, ModelException? refusal)
    {
        w.WriteString("file", Path.GetFileName(path));
        w.WriteString("format", summary.Format);
        w.WriteString("producer", summary.Producer);
        if (refusal is not null)
        {
            w.WriteString("code", refusal.Code);
            w.WriteString("refusal", refusal.Message);
        }

        Texts("signatures", summary.Signatures);
        Texts("notes", summary.Notes);
        List("inputs", summary.Inputs);
        List("outputs", summary.Outputs);
        w.WriteStartArray("operators");
        foreach ((string name, int count) in summary.Operators)
        {
            w.WriteStartObject();
            w.WriteString("name", name);
            w.WriteNumber("count", count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        List("weights", summary.Weights);

        void Texts(string name, IReadOnlyList<string> texts)
        {
            w.WriteStartArray(name);
            foreach (string text in texts)
            {
                w.WriteStringValue(text);
            }

            w.WriteEndArray();
        }

        void List(string name, IReadOnlyList<SummarizedTensor> tensors)
        {
            w.WriteStartArray(name);
            foreach (SummarizedTensor t in tensors)
            {
                w.WriteStartObject();
                w.WriteString("name", t.Name);
                w.WriteString("type", t.Type);
                w.WriteString("shape", t.Shape?.ToString());
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }
    }
}
