using ModelBuild.Compression.Data;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Verbs;

/// <summary>Inputs for <c>run</c>, <c>verify</c> and <c>bench</c>: from files, and generated where no file is given.</summary>
internal static class ModelInputs
{
    /// <summary>Reads and generates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="files">Items <c>name=file</c>, or the path of an <c>.npz</c>.</param>
    /// <param name="shapes">Shapes for generated inputs.</param>
    /// <param name="seed">Seed of generated inputs.</param>
    /// <param name="count">Number of batches when nothing is given; with files there is one.</param>
    /// <exception cref="ModelException">A file can't be used (MB3001) or does not fit (MB3002).</exception>
    public static IDataSet Read(Model model, IReadOnlyList<string> files, IReadOnlyDictionary<string, long[]> shapes, int seed, int count)
    {
        var given = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            Read(model, file, given);
        }

        var all = shapes.ToDictionary(s => s.Key, s => (IReadOnlyList<long>)s.Value, StringComparer.Ordinal);
        if (given.Count == 0)
        {
            return new RandomInputs(model, new RandomInputOptions { Seed = seed, Count = count, Shapes = all });
        }

        foreach ((string name, TensorData tensor) in given)
        {
            all[name] = tensor.Dimensions.ToArray();
        }

        if (model.Graph.Inputs.Any(i => i.Initializer is null && !given.ContainsKey(i.Name)))
        {
            // Shapes of the given inputs fix the symbols that the generated ones share with them.
            foreach ((string name, TensorData tensor) in new RandomInputs(model, new RandomInputOptions { Seed = seed, Shapes = all }).GetBatch(0))
            {
                given.TryAdd(name, tensor);
            }
        }

        return new MemoryDataSet("given inputs", [given]);
    }

    private static void Read(Model model, string text, Dictionary<string, TensorData> given)
    {
        // A name may hold '=' and so may a path: the part before the first one that is an input decides.
        for (int equals = text.IndexOf('=', StringComparison.Ordinal); equals > 0; equals = text.IndexOf('=', equals + 1))
        {
            if (model.Graph.Inputs.Find(i => i.Name == text[..equals]) is { } input)
            {
                Add(input, ReadTensor(text[(equals + 1)..]), given);
                return;
            }
        }

        if (text.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) && !text.Contains('=', StringComparison.Ordinal))
        {
            foreach ((string name, TensorData tensor) in NpzFile.Read(text))
            {
                Add(model.Graph.Inputs.Find(i => i.Name == name) ?? throw Unknown(model, name), tensor, given);
            }

            return;
        }

        List<Value> required = [.. model.Graph.Inputs.Where(i => i.Initializer is null)];
        if (!text.Contains('=', StringComparison.Ordinal) && required.Count == 1)
        {
            Add(required[0], ReadTensor(text), given);
            return;
        }

        throw text.Contains('=', StringComparison.Ordinal) ? Unknown(model, text[..text.IndexOf('=', StringComparison.Ordinal)]) : new UsageException($"--input '{text}' must be of the form name=file: the model has {required.Count} inputs.");
    }

    private static TensorData ReadTensor(string path)
    {
        if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
        {
            OrderedDictionary<string, TensorData> arrays = NpzFile.Read(path);
            return arrays.Count == 1 ? arrays.GetAt(0).Value : throw new ModelException("MB3002", $"The archive holds {arrays.Count} arrays; give it without a name, so that each goes to the input of its name.", path);
        }

        return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? NpyFile.Read(path) : OnnxTensorFile.Read(path);
    }

    private static void Add(Value input, TensorData tensor, Dictionary<string, TensorData> given)
    {
        if (input.Tensor is { } type)
        {
            if (type.ElementType != tensor.ElementType)
            {
                throw new ModelException("MB3002", $"Input '{input.Name}' is {type.ElementType.Name()}, the file holds {tensor.ElementType.Name()}.");
            }

            long[] sizes = tensor.Dimensions.ToArray();
            if (type.Shape is { } shape && (shape.Rank != sizes.Length || shape.Where((d, i) => d.IsFixed && d.Value != sizes[i]).Any()))
            {
                throw new ModelException("MB3002", $"Input '{input.Name}' has the shape {shape}, the file holds [{string.Join(',', sizes)}].");
            }
        }

        given[input.Name] = tensor;
    }

    private static ModelException Unknown(Model model, string name) =>
        new("MB3002", $"The model has no input '{name}'. Inputs: {Assets.FixedShapes.Names([.. model.Graph.Inputs.Where(i => i.Initializer is null)])}.");
}
