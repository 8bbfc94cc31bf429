using System.Globalization;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Tool.Assets;

/// <summary>The metadata of one item, checked for its form. Names of inputs and outputs are checked against the model later.</summary>
internal sealed class AssetSettings
{
    private static readonly string[] s_backends = ["Auto", "Compiled", "OnnxRuntime"];
    private static readonly string[] s_providers = ["Cpu", "Cuda", "TensorRt", "DirectMl", "CoreMl", "OpenVino", "Qnn", "Auto"];
    private static readonly string[] s_schemes = ["none", "fp16", "bf16", "int8", "int8-static", "int4", "int3", "int2", "mixed", "mxfp4", "nvfp4"];
    private static readonly string[] s_storages = ["File", "Embedded"];
    private static readonly string[] s_accessibilities = ["internal", "public"];
    private static readonly string[] s_poolings = ["mean", "cls", "max", "mean;normalize", "cls;normalize", "max;normalize"];

    // Part of the fixed vocabulary, but without an effect in this version: an error is better than silence.
    private static readonly (string Name, string Code, string Neutral)[] s_unavailable =
    [
        ("Prune", "MB3003", "0"), ("PruneMethod", "MB3003", ""), ("Distill", "MB3003", "none"), ("Training", "MB3003", ""), ("MaxSize", "MB3003", ""), ("MaxLatency", "MB3003", ""),
        ("QuantizeMethod", "MB3003", "rtn"), ("Search", "MB3003", "false"), ("Evaluation", "MB3003", ""), ("Metric", "MB3003", "cosine"), ("ConvertTo", "MB1012", ""), ("InputLayout", "MB0003", ""),
        ("Temperature", "MB3003", "4"), ("SoftWeight", "MB3003", "0.7"), ("Epochs", "MB3003", "3"),
        ("BatchSize", "MB3003", "128"), ("LearningRate", "MB3003", ""), ("AllowSlower", "MB3003", "false"),
    ];

    private readonly AssetArguments _asset;

    private AssetSettings(AssetArguments asset) => _asset = asset;

    /// <summary><c>Auto</c>, <c>Compiled</c> or <c>OnnxRuntime</c>.</summary>
    public string Backend { get; private init; } = "Auto";

    /// <summary>Ordered execution providers.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; private init; } = [];

    /// <summary>Compression scheme.</summary>
    public string Quantize { get; private init; } = "none";

    /// <summary>Where the weights go; null for the default by size.</summary>
    public string? Storage { get; private init; }

    /// <summary><c>internal</c> or <c>public</c>.</summary>
    public string Accessibility { get; private init; } = "internal";

    /// <summary>New names by the model's names.</summary>
    public IReadOnlyDictionary<string, string> Rename { get; private init; } = new Dictionary<string, string>();

    /// <summary>Name of the source's format, or null to tell it by the content.</summary>
    public string? Format { get; private init; }

    /// <summary>Which of the source's signatures to read, or null for its default.</summary>
    public string? Signature { get; private init; }

    /// <summary>Environment variable or file with the key of an encrypted source, or null.</summary>
    public string? EncryptionKey { get; private init; }

    /// <summary>Full path of a file whose tensors replace the source's weights, or null.</summary>
    public string? Weights { get; private init; }

    /// <summary>Full path of the map of names between both, or null.</summary>
    public string? WeightsMap { get; private init; }

    /// <summary>Fixed shapes by input.</summary>
    public IReadOnlyDictionary<string, long[]> InputShapes { get; private init; } = new Dictionary<string, long[]>();

    /// <summary>Fixed contents by input.</summary>
    public IReadOnlyDictionary<string, double> Constants { get; private init; } = new Dictionary<string, double>();

    /// <summary>Outputs that are fed back, by input.</summary>
    public IReadOnlyDictionary<string, string> States { get; private init; } = new Dictionary<string, string>();

    /// <summary>Carried elements by input.</summary>
    public IReadOnlyDictionary<string, int> Contexts { get; private init; } = new Dictionary<string, int>();

    /// <summary>Image inputs.</summary>
    public IReadOnlyList<PreprocessItem> Preprocess { get; private init; } = [];

    /// <summary>Class names.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    /// <summary>Full path of the tokenizer file, or null.</summary>
    public string? Tokenizer { get; private init; }

    /// <summary>How token vectors become one vector, or empty.</summary>
    public string Pooling { get; private init; } = "";

    /// <summary>Calibration files or folders.</summary>
    public IReadOnlyList<string> Calibration { get; private init; } = [];

    /// <summary>Largest accepted loss of accuracy, or null.</summary>
    public double? MaxAccuracyDrop { get; private init; }

    /// <summary>Seed of everything that is random.</summary>
    public int Seed { get; private init; }

    /// <summary>Whether an uncompressed result that was written anew is run and compared with the original; compressed ones always are.</summary>
    public bool Verify { get; private init; }

    /// <summary>Whether there is a class for the model, or only its files.</summary>
    public bool GeneratesClass { get; private init; } = true;

    /// <summary>Reads and checks.</summary>
    /// <exception cref="ModelException">A value is not allowed (MB0003), a file is missing (MB0011), or a feature is not available.</exception>
    public static AssetSettings Read(AssetArguments asset)
    {
        var r = new AssetSettings(asset);
        foreach ((string name, string code, string neutral) in s_unavailable)
        {
            if (asset.Metadata(name) is { } value && !value.Equals(neutral, StringComparison.OrdinalIgnoreCase))
            {
                throw asset.Error(code, $"{name}=\"{value}\" is not available in this version of ModelBuild; remove it.");
            }
        }

        if (asset.Metadata("Format") is { } format && !ModelFormats.All.Any(f => f.Name.Equals(format, StringComparison.OrdinalIgnoreCase)))
        {
            throw asset.Error("MB0003", $"Format=\"{format}\" is not one of {string.Join(", ", ModelFormats.All.Select(f => f.Name))}.");
        }

        return new AssetSettings(asset)
        {
            Backend = r.OneOf("Backend", s_backends) ?? "Auto",
            ExecutionProviders = [.. r.List("ExecutionProviders").Select(p => r.OneOf("ExecutionProviders", p, s_providers))],
            Quantize = r.OneOf("Quantize", s_schemes) ?? "none",
            Storage = r.OneOf("Storage", s_storages),
            Accessibility = asset.Accessibility is { } a ? r.OneOf("Accessibility", a, s_accessibilities) : "internal",
            Rename = r.Pairs("Rename", (_, value) => value),
            Format = asset.Metadata("Format"),
            InputShapes = r.Pairs("InputShapes", r.Sizes),
            Signature = asset.Metadata("Signature"),
            EncryptionKey = asset.Metadata("EncryptionKey"),
            Weights = asset.Metadata("Weights") is { } weights ? r.ExistingFile("Weights", weights) : null,
            WeightsMap = asset.Metadata("WeightsMap") is { } map ? r.ExistingFile("WeightsMap", map) : null,
            Constants = r.Pairs("Constants", (name, value) => r.Number($"Constants of '{name}'", value)),
            States = r.Pairs("State", (_, value) => value),
            Contexts = r.Pairs("Context", (name, value) => r.Count($"Context of '{name}'", value)),
            Preprocess = r.ReadPreprocess(),
            Labels = r.ReadLabels(),
            Tokenizer = asset.Metadata("Tokenizer") is { } tokenizer ? r.ExistingFile("Tokenizer", tokenizer) : null,
            Pooling = asset.Metadata("Pooling") is { } pooling ? r.OneOf("Pooling", pooling.Replace(" ", "", StringComparison.Ordinal), s_poolings) : "",
            Calibration = [.. r.List("Calibration").Select(c => Path.Exists(c) ? c : throw asset.Error("MB0011", $"Calibration=\"{c}\" does not exist."))],
            MaxAccuracyDrop = asset.Metadata("MaxAccuracyDrop") is { } drop ? r.Fraction("MaxAccuracyDrop", drop) : null,
            Seed = asset.Metadata("Seed") is { } seed ? r.Seedling(seed) : 0,
            GeneratesClass = r.Boolean("GenerateClass", true),
            Verify = r.Boolean("Verify", asset.File.Configuration.Equals("Release", StringComparison.OrdinalIgnoreCase)),
        };
    }

    private string[] List(string name) => (_asset.Metadata(name) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? OneOf(string name, string[] allowed) => _asset.Metadata(name) is { } value ? OneOf(name, value, allowed) : null;

    private string OneOf(string name, string value, string[] allowed) =>
        Array.Find(allowed, a => a.Equals(value.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? throw _asset.Error("MB0003", $"{name}=\"{value}\" is not one of {string.Join(", ", allowed)}.");

    private Dictionary<string, T> Pairs<T>(string name, Func<string, string, T> read)
    {
        var pairs = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (string pair in List(name))
        {
            // The last '=' separates: names of tensors may hold one, values never do.
            int equals = pair.LastIndexOf('=');
            if (equals <= 0 || equals == pair.Length - 1)
            {
                throw _asset.Error("MB0003", $"{name} has '{pair}', which is not of the form name=value.");
            }

            string key = pair[..equals].Trim();
            if (!pairs.TryAdd(key, read(key, pair[(equals + 1)..].Trim())))
            {
                throw _asset.Error("MB0003", $"{name} has '{key}' twice.");
            }
        }

        return pairs;
    }

    private long[] Sizes(string name, string value)
    {
        string[] parts = value.Split(',');
        var sizes = new long[parts.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (!long.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]))
            {
                throw _asset.Error("MB0003", $"InputShapes of '{name}' has '{parts[i]}', which is not a size; write it like {name}=1,3,224,224.");
            }
        }

        return sizes;
    }

    private double Number(string what, string value) =>
        value.Equals("true", StringComparison.OrdinalIgnoreCase) ? 1
        : value.Equals("false", StringComparison.OrdinalIgnoreCase) ? 0
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
        : throw _asset.Error("MB0003", $"{what} is '{value}', which is neither a number nor true or false.");

    private int Count(string what, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : throw _asset.Error("MB0003", $"{what} is '{value}', which is not a number of elements above zero.");

    private int Seedling(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : throw _asset.Error("MB0003", $"Seed=\"{value}\" is not an integer from 0 to {int.MaxValue}.");

    private double Fraction(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double f) && f is >= 0 and <= 1 ? f : throw _asset.Error("MB0003", $"{name}=\"{value}\" is not a fraction from 0 to 1.");

    private bool Boolean(string name, bool defaultValue) =>
        _asset.Metadata(name) is not { } value ? defaultValue : bool.TryParse(value, out bool b) ? b : throw _asset.Error("MB0003", $"{name}=\"{value}\" is not one of true, false.");

    private string ExistingFile(string name, string path) => File.Exists(path) ? path : throw _asset.Error("MB0011", $"{name}=\"{path}\" does not exist.");

    private IReadOnlyList<PreprocessItem> ReadPreprocess()
    {
        if (_asset.Metadata("Preprocess") is not { } text)
        {
            return [];
        }

        try
        {
            return PreprocessSyntax.Parse(text);
        }
        catch (FormatException e)
        {
            throw _asset.Error("MB0003", $"Preprocess=\"{text}\": {e.Message}.");
        }
    }

    private IReadOnlyList<string> ReadLabels()
    {
        const int MaxLength = 16 << 20;
        if (_asset.Metadata("Labels") is not { } path)
        {
            return [];
        }

        ExistingFile("Labels", path);
        if (new FileInfo(path).Length > MaxLength)
        {
            throw _asset.Error("MB0003", $"Labels=\"{path}\" is larger than {MaxLength >> 20} MiB; it holds one class name a line.");
        }

        string[] labels = File.ReadAllLines(path);
        int count = labels.Length;
        while (count > 0 && labels[count - 1].Trim().Length == 0)
        {
            count--;
        }

        return count > 0 ? [.. labels.Take(count).Select(l => l.Trim())] : throw _asset.Error("MB0003", $"Labels=\"{path}\" is empty; it holds one class name a line.");
    }
}
