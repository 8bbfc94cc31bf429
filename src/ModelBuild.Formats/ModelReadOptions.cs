using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>How to read a model.</summary>
public sealed record ModelReadOptions
{
    /// <summary>Which of a file's signatures (or methods) to read; null for its only or default one.</summary>
    public string? Signature { get; init; }

    /// <summary>Shapes of inputs by name, for formats that don't carry them; -1 is a free size.</summary>
    public IReadOnlyDictionary<string, long[]> InputShapes { get; init; } = new Dictionary<string, long[]>();

    /// <summary>Environment variable or file that holds the key of an encrypted file.</summary>
    public string? EncryptionKey { get; init; }

    /// <summary>Most bytes that compressed or encrypted content may unfold to (MB1019 beyond it).</summary>
    public long MaxUnpackedSize { get; init; } = 16L << 30;

    /// <summary>The defaults.</summary>
    public static ModelReadOptions Default { get; } = new();
}

/// <summary>Reading with the default options.</summary>
public static class ModelFormatReading
{
    /// <inheritdoc cref="IModelFormat.Read(string, ModelReadOptions)"/>
    public static Model Read(this IModelFormat format, string path)
    {
        ArgumentNullException.ThrowIfNull(format);
        return format.Read(path, ModelReadOptions.Default);
    }
}
