using System.Text.Json;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Conformance.Formats;

/// <summary>
/// Recorded inputs and outputs of a model: <c>input_N.npy</c> and <c>output_N.npy</c> in a folder, with names in <c>meta.json</c> where
/// the order alone would not do.
/// </summary>
internal sealed class Recording
{
    private readonly string _folder;

    private Recording(string folder)
    {
        _folder = folder;
        InputCount = Enumerable.Range(0, 1000).First(i => !File.Exists(Path.Combine(folder, $"input_{i}.npy")));
        OutputCount = Enumerable.Range(0, 1000).First(i => !File.Exists(Path.Combine(folder, $"output_{i}.npy")));
        string meta = Path.Combine(folder, "meta.json");
        if (File.Exists(meta))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(meta));
            InputNames = Names(document.RootElement, "inputs");
            OutputNames = Names(document.RootElement, "outputs");
        }
    }

    /// <summary>Number of inputs.</summary>
    public int InputCount { get; }

    /// <summary>Number of outputs.</summary>
    public int OutputCount { get; }

    /// <summary>Names in the order of the files; empty when only the order is known.</summary>
    public IReadOnlyList<string> InputNames { get; } = [];

    /// <summary>Names in the order of the files; empty when only the order is known.</summary>
    public IReadOnlyList<string> OutputNames { get; } = [];

    public TensorData Input(int index) => NpyFile.Read(Path.Combine(_folder, $"input_{index}.npy"));

    public TensorData Output(int index) => NpyFile.Read(Path.Combine(_folder, $"output_{index}.npy"));

    /// <summary>
    /// The recording beside the model; or the folder below <c>oracle</c> that <c>oracle/INDEX.tsv</c> (kind, folder, model) says, or whose
    /// <c>README.txt</c> names the model in its first line. <c>oracle</c> is looked for in the corpus and in the folders around it.
    /// </summary>
    /// <param name="root">The corpus.</param>
    /// <param name="model">The model's full path.</param>
    public static Recording? Find(string root, string model)
    {
        string beside = Path.GetDirectoryName(model)!;
        if (File.Exists(Path.Combine(beside, "output_0.npy")))
        {
            return new Recording(beside);
        }

        for (string? folder = root; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string oracle = Path.Combine(folder, "oracle");
            if (Directory.Exists(oracle))
            {
                return FindIn(oracle, Path.GetRelativePath(folder, model).Replace('\\', '/'));
            }
        }

        return null;
    }

    private static Recording? FindIn(string oracle, string model)
    {
        string index = Path.Combine(oracle, "INDEX.tsv");
        string[]? row = File.Exists(index) ? File.ReadLines(index).Select(l => l.Split('\t')).FirstOrDefault(c => c.Length > 2 && c[2] == model) : null;
        string? found = row is not null ? Path.Combine(oracle, row[0], row[1])
            : Directory.EnumerateFiles(oracle, "README.txt", SearchOption.AllDirectories).Where(r => File.ReadLines(r).FirstOrDefault() == model).Select(Path.GetDirectoryName).FirstOrDefault();
        return found is not null && Directory.Exists(found) ? new Recording(found) : null;
    }

    private static string[] Names(JsonElement root, string property) =>
        root.TryGetProperty(property, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(e => e.TryGetProperty("name", out JsonElement name) ? name.GetString() ?? "" : "")]
            : [];
}
