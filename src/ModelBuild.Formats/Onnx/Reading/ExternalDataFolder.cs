using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>The files beside a model that hold its tensors. A model is untrusted, so its locations must stay in its own folder.</summary>
/// <param name="modelPath">The model's path.</param>
/// <param name="own">Takes each opened file, to dispose it with the model.</param>
internal sealed class ExternalDataFolder(string modelPath, Action<IDisposable> own)
{
    private readonly Dictionary<string, MappedFile> _files = new(StringComparer.Ordinal);

    /// <summary>The content of a tensor that lies in another file.</summary>
    /// <exception cref="ModelException">The location leaves the folder, or the file is missing or too short.</exception>
    public TensorData Open(string tensorName, ElementType elementType, ReadOnlySpan<long> dimensions, IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.TryGetValue("location", out string? location) || location.Length == 0)
        {
            throw new ModelException("MB1007", $"Tensor '{tensorName}' lies outside the model file, but no location is given.", modelPath);
        }

        long offset = ReadNumber(tensorName, entries, "offset") ?? 0;
        long? length = ReadNumber(tensorName, entries, "length");
        long needed = TensorSizes.Of(elementType, dimensions, tensorName, modelPath);
        if (length is { } stated && stated != needed)
        {
            throw new ModelException("MB1008", $"Tensor '{tensorName}' takes {needed} bytes, but its external data is said to be {stated} bytes long.", modelPath);
        }

        MappedFile file = Resolve(tensorName, location);
        if (offset > file.Length || needed > file.Length - offset)
        {
            throw new ModelException(
                "MB1007",
                $"Tensor '{tensorName}' lies at bytes {offset} to {(UInt128)offset + (UInt128)needed} of '{location}', which is {file.Length} bytes long. Get the data file again.",
                modelPath);
        }

        return new FileTensorData(elementType, dimensions, file, offset);
    }

    private long? ReadNumber(string tensorName, IReadOnlyDictionary<string, string> entries, string key)
    {
        if (!entries.TryGetValue(key, out string? text))
        {
            return null;
        }

        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ModelException("MB1007", $"Tensor '{tensorName}': the {key} of its external data is '{text}', which is not a number of bytes.", modelPath);
    }

    /// <summary>The file at a location beside the model.</summary>
    /// <exception cref="ModelException">The location leaves the folder, or there is no such file.</exception>
    public MappedFile Resolve(string tensorName, string location)
    {
        if (_files.TryGetValue(location, out MappedFile? known))
        {
            return known;
        }

        string[] parts = location.Split('/', '\\');
        bool leaves = location.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(location) || location[0] is '/' or '\\'
            || parts[0].Contains(':', StringComparison.Ordinal) || parts.Contains("..");
        string folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        string path = leaves ? "" : Path.Combine([folder, .. parts]);
        if (leaves || !StaysInside(folder, parts))
        {
            throw new ModelException(
                "MB1006",
                $"Tensor '{tensorName}' is said to lie in '{location}', which is outside the model's folder. Put the data file beside the model and give a relative location.",
                modelPath);
        }

        MappedFile file;
        try
        {
            file = new MappedFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelException("MB1007", $"Tensor '{tensorName}' lies in '{location}', which can't be found beside the model. Copy the data file too.", modelPath, e);
        }

        own(file);
        _files.Add(location, file);
        return file;
    }

    /// <summary>Whether no link on the way leads elsewhere.</summary>
    private static bool StaysInside(string folder, string[] parts)
    {
        string path = folder;
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            try
            {
                FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
                if (info.ResolveLinkTarget(returnFinalTarget: true) is { } target)
                {
                    string relative = Path.GetRelativePath(folder, target.FullName);
                    if (Path.IsPathRooted(relative) || relative.Split('/', '\\')[0] == "..")
                    {
                        return false;
                    }
                }
            }
            catch (IOException)
            {
                // Not there, or a chain of links without end: opening it gives the error.
                return true;
            }
        }

        return true;
    }
}
