using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>Opens calibration data.</summary>
public static class DataSets
{
    /// <summary>Every kind of file that can be read.</summary>
    public static IReadOnlyList<IDataReader> Readers { get; } = [new NpzReader(), new NpyReader()];

    /// <summary>
    /// Opens files and folders, in the given order; the files of a folder in ordinal order of their names. An array has the shape of its input, or samples along one more dimension in front
    /// (one call each), or more rows than a fixed first dimension takes (as many calls as it holds), or many rows of an open first dimension (calls of at most eight rows).
    /// A folder whose <c>.npy</c> files are named as the model's inputs is one set of arrays.
    /// </summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="model">The model that the data is for.</param>
    /// <exception cref="ModelException">MB3001: a file can't be read, or there is none. MB3002: names, types or shapes do not fit the model.</exception>
    public static IDataSet Open(IReadOnlyList<string> paths, Model model)
    {
        var batches = new List<Func<IReadOnlyDictionary<string, TensorData>>>();
        foreach (string path in paths)
        {
            foreach ((IReadOnlyDictionary<string, TensorData> arrays, string file) in Expand(path, model))
            {
                Split(arrays, file, model, batches);
            }
        }

        string name = string.Join(", ", paths.Select(p => Path.GetFileName(Path.TrimEndingDirectorySeparator(p))));
        return batches.Count > 0 ? new LazyDataSet(name, batches) : throw new ModelException("MB3001", "The data has no samples.", paths.Count > 0 ? paths[0] : null);
    }

    private static IEnumerable<(IReadOnlyDictionary<string, TensorData> Arrays, string File)> Expand(string path, Model model)
    {
        if (!Directory.Exists(path))
        {
            yield return (Read(path, model), path);
            yield break;
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(f => Readers.Any(r => r.Recognizes(f))).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new ModelException("MB3001", "The folder has no .npz or .npy file.", path);
        }

        string[] inputs = [.. model.Graph.Inputs.Where(i => i.Initializer is null).Select(i => i.Name)];
        if (inputs.Length > 1 && files.All(f => inputs.Contains(Path.GetFileNameWithoutExtension(f))))
        {
            yield return (files.SelectMany(f => Read(f, model)).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), path);
            yield break;
        }

        foreach (string file in files)
        {
            yield return (Read(file, model), file);
        }
    }

    private static IReadOnlyDictionary<string, TensorData> Read(string path, Model model)
    {
        IDataReader reader = Readers.FirstOrDefault(r => r.Recognizes(path)) ?? throw new ModelException("MB3001", "Data of this kind can't be read; use .npz or .npy.", path);
        return reader.Read(path, model);
    }

    private static void Split(IReadOnlyDictionary<string, TensorData> arrays, string file, Model model, List<Func<IReadOnlyDictionary<string, TensorData>>> batches)
    {
        var pieces = new Dictionary<string, Pieces>(StringComparer.Ordinal);
        foreach (Value input in model.Graph.Inputs)
        {
            if (arrays.TryGetValue(input.Name, out TensorData? array))
            {
                pieces.Add(input.Name, Pieces.Of(input, array, file));
            }
            else if (input.Initializer is null)
            {
                throw new ModelException("MB3002", $"The data has no array for input '{input.Name}'; it has {(arrays.Count == 0 ? "none" : string.Join(", ", arrays.Keys.Select(k => $"'{k}'")))}.", file);
            }
        }

        if (arrays.Keys.FirstOrDefault(k => !pieces.ContainsKey(k)) is { } unknown)
        {
            throw new ModelException("MB3002", $"The data has an array '{unknown}', but the model has no such input; its inputs are {string.Join(", ", model.Graph.Inputs.Select(i => $"'{i.Name}'"))}.", file);
        }

        // An input of one piece, such as a sample rate, goes with every sample of the others.
        int count = pieces.Count == 0 ? 0 : pieces.Values.Max(p => p.Count);
        if (pieces.FirstOrDefault(p => p.Value.Count != count && p.Value.Count != 1) is { Key: { } odd, Value: { } piece })
        {
            throw new ModelException("MB3002", $"Input '{odd}' has {piece.Count} samples, another has {count}.", file);
        }

        for (int i = 0; i < count; i++)
        {
            int index = i;
            batches.Add(() => pieces.ToDictionary(p => p.Key, p => p.Value.Get(p.Value.Count == 1 ? 0 : index), StringComparer.Ordinal));
        }
    }

    private sealed class LazyDataSet(string name, IReadOnlyList<Func<IReadOnlyDictionary<string, TensorData>>> batches) : IDataSet
    {
        public string Name => name;

        public int Count => batches.Count;

        public IReadOnlyDictionary<string, TensorData> GetBatch(int index) => batches[index]();
    }
}
