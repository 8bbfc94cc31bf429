using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelBuild.Tool.Output;

/// <summary>The one object that <c>--json</c> prints.</summary>
internal static class JsonOutput
{
    /// <summary>Version of all objects; raised when a member changes its meaning or goes.</summary>
    public const int Schema = 1;

    // Names of tensors may hold any character and the output is no web page.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints an object with <c>schema</c> and <c>verb</c> and whatever <paramref name="write"/> adds.</summary>
    public static void Write(string verb, Action<Utf8JsonWriter> write)
    {
        using (Stream output = Console.OpenStandardOutput())
        {
            using var json = new Utf8JsonWriter(output, s_options);
            json.WriteStartObject();
            json.WriteNumber("schema", Schema);
            json.WriteString("verb", verb);
            write(json);
            json.WriteEndObject();
        }

        Console.Out.WriteLine();
    }

    /// <summary>Writes a number, or null for what JSON has no number for.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes sizes.</summary>
    public static void WriteSizes(this Utf8JsonWriter json, string name, ReadOnlySpan<long> sizes)
    {
        json.WriteStartArray(name);
        foreach (long size in sizes)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
    }
}
