using System.Text.Json;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary>Says which files a verb wrote.</summary>
internal static class WrittenFiles
{
    /// <summary>Prints them.</summary>
    /// <param name="verb">Name of the verb.</param>
    /// <param name="files">Full paths.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="quiet">Whether to print nothing.</param>
    /// <param name="more">Adds to the JSON object.</param>
    public static void Print(string verb, IReadOnlyList<string> files, bool json, bool quiet, Action<Utf8JsonWriter>? more)
    {
        string[] sorted = [.. files.Order(StringComparer.Ordinal)];
        if (json)
        {
            JsonOutput.Write(verb, w =>
            {
                w.WriteStartArray("files");
                foreach (string file in sorted)
                {
                    w.WriteStartObject();
                    w.WriteString("path", file);
                    w.WriteNumber("bytes", new FileInfo(file).Length);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
                more?.Invoke(w);
            });
        }
        else if (!quiet)
        {
            foreach (string file in sorted)
            {
                Console.Out.WriteLine($"{file}: {ByteSize.Format(new FileInfo(file).Length)}");
            }
        }
    }
}
