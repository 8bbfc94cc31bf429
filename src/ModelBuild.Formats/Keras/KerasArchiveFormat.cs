using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Hdf5;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras;

/// <summary>Keras 3's own files (<c>.keras</c>): a ZIP archive of a description in JSON and weights in HDF5.</summary>
public sealed class KerasArchiveFormat : IModelFormat
{
    private const string ConfigEntry = "config.json";
    private const string MetadataEntry = "metadata.json";
    private const string WeightsEntry = "model.weights.h5";

    // Descriptions of the largest networks take a few megabytes.
    private const long MaxConfigSize = 256 << 20;

    // Weights above this go through a temporary file, because HDF5 is read from any place of it.
    private const long InMemorySize = 64 << 20;

    /// <inheritdoc/>
    public string Name => "Keras";

    /// <inheritdoc/>
    public string Extension => ".keras";

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path)
    {
        if (!head.StartsWith("PK\x03\x04"u8))
        {
            return false;
        }

        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            return archive.GetEntry(ConfigEntry) is not null && archive.GetEntry(WeightsEntry) is not null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Computes in 32-bit floats, whatever the file's policy.</remarks>
    public Model Read(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (JsonElement config, string version, Hdf5File weights) = Open(path, options);
        try
        {
            return KerasModels.Build(KerasModels.Network(config, path), new GroupWeights(weights.Root), new KerasDialect(3, false), version, path, options, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public FileSummary? Summarize(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (JsonElement config, string version, Hdf5File weights) = Open(path, options);
        using (weights)
        {
            return KerasModels.Summarize(Name, version, config, new GroupWeights(weights.Root));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => throw new ModelException("MB1012", "Keras files can't be written.", path);

    private static (JsonElement Config, string Version, Hdf5File Weights) Open(string path, ModelReadOptions options)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            byte[] config = ReadAll(archive, ConfigEntry, Math.Min(MaxConfigSize, options.MaxUnpackedSize), path);
            JsonElement json = ConfigParser.ParseJson(config, path, $"entry '{ConfigEntry}'").RootElement;
            string version = "";
            if (archive.GetEntry(MetadataEntry) is not null
                && ConfigParser.ParseJson(ReadAll(archive, MetadataEntry, MaxConfigSize, path), path, $"entry '{MetadataEntry}'").RootElement is { ValueKind: JsonValueKind.Object } metadata
                && metadata.TryGetProperty("keras_version", out JsonElement noted) && noted.ValueKind == JsonValueKind.String)
            {
                version = noted.GetString()!;
            }

            return (json, version, Hdf5File.Open(Unpack(archive, path, options.MaxUnpackedSize), path, options.MaxUnpackedSize));
        }
        catch (Exception e) when (e is InvalidDataException)
        {
            throw FileProblem.Damaged(path, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileProblem.CannotRead(path, e);
        }
    }

    private static byte[] ReadAll(ZipArchive archive, string name, long limit, string path)
    {
        using var content = new MemoryStream();
        Copy(archive, name, content, limit, path);
        return content.ToArray();
    }

    private static Stream Unpack(ZipArchive archive, string path, long limit)
    {
        long size = archive.GetEntry(WeightsEntry)?.Length ?? 0;
        Stream content = size <= InMemorySize
            ? new MemoryStream()
            : new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            Copy(archive, WeightsEntry, content, limit, path);
            content.Position = 0;
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    // Neither the size that the archive claims nor the one that it has may go beyond the limit.
    private static void Copy(ZipArchive archive, string name, Stream destination, long limit, string path)
    {
        ZipArchiveEntry entry = archive.GetEntry(name) ?? throw FileProblem.Damaged(path, $"entry '{name}' is missing");
        if (entry.Length > limit)
        {
            throw TooLarge(name, limit, path);
        }

        using Stream source = entry.Open();
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            total += read;
            if (total > limit || total > entry.Length)
            {
                throw total > limit ? TooLarge(name, limit, path) : FileProblem.Damaged(path, $"entry '{name}' is longer than the archive says");
            }

            destination.Write(buffer.AsSpan(0, read));
        }
    }

    private static ModelException TooLarge(string name, long limit, string path) =>
        new("MB1019", $"Entry '{name}' unfolds to more than {limit} bytes. Raise the limit if the file can be trusted.", path);
}
