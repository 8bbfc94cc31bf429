using System.Text.Json;
using ModelBuild.Compression.Compare;

namespace ModelBuild.Compression.Report;

/// <summary>Writes <c>report.json</c> and <c>timings.json</c>; docs/compression.md describes both.</summary>
internal static class ReportJson
{
    private const int Digits = 4;

    /// <summary>The report. The same report gives the same bytes.</summary>
    public static byte[] Write(CompressionReport report) => Write(w =>
    {
        w.WriteNumber("schema", CompressionReport.Schema);
        w.WriteString("class", report.ClassName);
        w.WriteString("scheme", report.Scheme);
        w.WriteString("description", report.Description);
        w.WriteBoolean("applied", report.Applied);
        w.WriteString("summary", report.Summary);
        w.WriteStartObject("bytes");
        w.WriteNumber("before", report.BytesBefore);
        w.WriteNumber("after", report.BytesAfter);
        w.WriteNumber("weightsBefore", report.WeightBytesBefore);
        w.WriteNumber("weightsAfter", report.WeightBytesAfter);
        w.WriteEndObject();
        w.WriteStartObject("data");
        w.WriteString("name", report.Data);
        w.WriteNumber("batches", report.Batches);
        w.WriteEndObject();
        Number(w, "cosine", report.Cosine, 7);
        w.WriteStartArray("outputs");
        foreach (OutputComparison output in report.Outputs)
        {
            Write(w, output);
        }

        w.WriteEndArray();
        w.WriteStartArray("layers");
        foreach (LayerReport layer in report.Layers)
        {
            Write(w, layer);
        }

        w.WriteEndArray();
        Texts(w, "notes", report.Notes);
        Texts(w, "messages", report.Messages);
    });

    /// <summary>The times.</summary>
    public static byte[] Write(CompressionTimings timings) => Write(w =>
    {
        w.WriteNumber("schema", CompressionReport.Schema);
        w.WriteString("machine", timings.Machine);
        w.WriteNumber("threads", timings.Threads);
        w.WriteNumber("runs", timings.Runs);
        Number(w, "millisecondsBefore", timings.MillisecondsBefore, 4);
        Number(w, "millisecondsAfter", timings.MillisecondsAfter, 4);
        Number(w, "ratio", timings.Ratio, 3);
        Number(w, "loadMillisecondsBefore", timings.LoadMillisecondsBefore, 1);
        Number(w, "loadMillisecondsAfter", timings.LoadMillisecondsAfter, 1);
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        stream.Write("\n"u8);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter w, OutputComparison output)
    {
        w.WriteStartObject();
        w.WriteString("name", output.Name);
        w.WriteString("type", Graphs.ElementTypes.Name(output.ElementType));
        w.WriteNumber("elements", output.Elements);
        Significant(w, "maxAbsolute", output.MaxAbsolute);
        Significant(w, "maxRelative", output.MaxRelative);
        Significant(w, "rootMeanSquareError", output.RootMeanSquareError);
        Number(w, "cosine", output.Cosine, 7);
        Number(w, "signalToNoise", output.SignalToNoise, 1);
        Number(w, "top1Agreement", output.Top1Agreement, 4);
        w.WriteNumber("nonFiniteMismatches", output.NonFiniteMismatches);
        if (output.Mismatch is { } mismatch)
        {
            w.WriteString("mismatch", mismatch);
        }

        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, LayerReport layer)
    {
        w.WriteStartObject();
        w.WriteString("name", layer.Name);
        w.WriteString("op", layer.OpType);
        Texts(w, "weights", layer.Weights);
        w.WriteString("shape", layer.Shape);
        w.WriteNumber("bytesBefore", layer.BytesBefore);
        w.WriteNumber("bytesAfter", layer.BytesAfter);
        w.WriteString("runsAs", layer.RunsAs);
        Significant(w, "weightError", layer.WeightError);
        Significant(w, "outputError", layer.OutputError);
        Number(w, "outputCosine", layer.OutputCosine, 6);
        w.WriteString("reason", layer.Reason);
        w.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter w, string name, IEnumerable<string> texts)
    {
        w.WriteStartArray(name);
        foreach (string text in texts)
        {
            w.WriteStringValue(text);
        }

        w.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter w, string name, double? value, int decimals) => Raw(w, name, value is { } v ? Math.Round(v, decimals) : null);

    /// <summary>Four digits: more would differ between processors.</summary>
    private static void Significant(Utf8JsonWriter w, string name, double? value)
    {
        if (value is not { } v || v == 0 || !double.IsFinite(v))
        {
            Raw(w, name, value);
            return;
        }

        Raw(w, name, double.Parse(v.ToString($"G{Digits}", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Raw(Utf8JsonWriter w, string name, double? value)
    {
        if (value is { } v && double.IsFinite(v))
        {
            w.WriteNumber(name, v);
        }
        else
        {
            w.WriteNull(name);
        }
    }
}
