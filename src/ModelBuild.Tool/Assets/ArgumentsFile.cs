using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Tool.Assets;

/// <summary>What the MSBuild task asks for; docs/architecture.md states the file's grammar.</summary>
internal sealed class ArgumentsFile
{
    private readonly Dictionary<string, string> _common = new(StringComparer.Ordinal);

    private ArgumentsFile(string path) => Path = path;

    /// <summary>The arguments file.</summary>
    public string Path { get; }

    /// <summary>Folder of the cache; null for the default one.</summary>
    public string? Cache => Get("cache");

    /// <summary>Limit of the cache, such as <c>5GB</c>; null for the default one.</summary>
    public string? CacheSize => Get("cacheSize");

    /// <summary>Backends that the project references.</summary>
    public IReadOnlyList<string> Backends => (Get("backends") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Project file, where errors about metadata are reported.</summary>
    public string? Project => Get("project");

    /// <summary>The project's configuration, such as <c>Release</c>; empty when not stated.</summary>
    public string Configuration => Get("configuration") ?? "";

    /// <summary>Folder or file of the ONNX Runtime that the tool uses; null to find it.</summary>
    public string? OnnxRuntime => Get("ort");

    /// <summary>Assets in the file's order.</summary>
    public IReadOnlyList<AssetArguments> Assets { get; private set; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="UsageException">The file is missing or breaks the grammar.</exception>
    public static ArgumentsFile Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The arguments file can't be read: {e.Message}");
        }

        var result = new ArgumentsFile(path);
        var assets = new List<AssetArguments>();
        Dictionary<string, string> target = result._common;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimStart('\uFEFF');
            if (line.Length == 0)
            {
                continue;
            }

            if (line == "[asset]")
            {
                var asset = new AssetArguments(result, new(StringComparer.Ordinal));
                assets.Add(asset);
                target = asset.Values;
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"{path}: line {i + 1} is neither [asset] nor key=value.");
            }

            target[line[..equals]] = SignatureFile.Unescape(line[(equals + 1)..]);
        }

        result.Assets = assets;
        return result;
    }

    private string? Get(string key) => _common.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;
}

/// <summary>One model of a project.</summary>
internal sealed class AssetArguments(ArgumentsFile file, Dictionary<string, string> values)
{
    private static readonly string[] s_required = ["source", "class", "signature", "plan", "output", "report"];

    /// <summary>The file that it stands in.</summary>
    public ArgumentsFile File { get; } = file;

    internal Dictionary<string, string> Values { get; } = values;

    /// <summary>Full path of the model.</summary>
    public string Source => Required("source");

    /// <summary>The model as the project file spells it.</summary>
    public string Identity => Optional("identity") ?? Source;

    /// <summary>Name of the generated class.</summary>
    public string Class => Required("class");

    /// <summary>Namespace of the generated class.</summary>
    public string Namespace => Optional("namespace") ?? "";

    /// <summary><c>internal</c> or <c>public</c>.</summary>
    public string? Accessibility => Optional("accessibility");

    /// <summary>The <c>.mbsig</c> to write.</summary>
    public string Signature => Required("signature");

    /// <summary>The <c>.mbplan</c> to write.</summary>
    public string Plan => Required("plan");

    /// <summary>Folder for the weights.</summary>
    public string Output => Required("output");

    /// <summary>List of written files, to write.</summary>
    public string? Outputs => Optional("outputs");

    /// <summary>List of files that were read besides the model, to write.</summary>
    public string? Inputs => Optional("inputs");

    /// <summary>Reports' path without extension.</summary>
    public string Report => Required("report");

    /// <summary>File to touch when all is done.</summary>
    public string? Stamp => Optional("stamp");

    /// <summary>Makes sure that every required key is there.</summary>
    /// <exception cref="UsageException">One is missing.</exception>
    public void CheckKeys() => Array.ForEach(s_required, key => Required(key));

    /// <summary>A metadatum, or null when it is empty.</summary>
    public string? Metadata(string name) => Optional("metadata." + name);

    /// <summary>All metadata in ordinal order.</summary>
    public IEnumerable<KeyValuePair<string, string>> AllMetadata =>
        Values.Where(v => v.Key.StartsWith("metadata.", StringComparison.Ordinal) && v.Value.Length > 0)
            .Select(v => KeyValuePair.Create(v.Key["metadata.".Length..], v.Value))
            .OrderBy(v => v.Key, StringComparer.Ordinal);

    /// <summary>An error about the item, shown at the project file.</summary>
    public ModelException Error(string code, string message) => new(code, $"ModelAsset '{Identity}': {message}", File.Project ?? Source);

    private string? Optional(string key) => Values.TryGetValue(key, out string? value) && value.Length > 0 ? value : null;

    private string Required(string key) => Optional(key) ?? throw new UsageException($"{File.Path}: an asset lacks the key '{key}'.");
}
