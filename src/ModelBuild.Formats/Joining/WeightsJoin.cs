using ModelBuild.Graphs;

namespace ModelBuild.Formats.Joining;

/// <summary>Puts the tensors of a weights file in the place of a graph's initializers.</summary>
public static class WeightsJoin
{
    private const int MaxListed = 8;

    /// <summary>
    /// Replaces contents. Each initializer is looked for by the name that the map gives, else by its own name, else by the only tensor name
    /// that ends with it (or that it ends with) at a dot or slash; what is left over is paired by shape when both sides have one of each shape and nothing else.
    /// </summary>
    /// <param name="model">The graph. It keeps the tensors, so the file must stay open as long as it is used; see <see cref="Model.Own"/>.</param>
    /// <param name="file">The tensors.</param>
    /// <param name="map">Tensor names by initializer name; empty for none.</param>
    /// <param name="path">The weights file, for messages.</param>
    /// <returns>What was paired by more than its name, one line each.</returns>
    /// <exception cref="ModelException">A float initializer finds no tensor, a tensor no initializer, or shapes differ (MB1017).</exception>
    public static IReadOnlyList<string> Apply(Model model, TensorFile file, IReadOnlyDictionary<string, string> map, string path)
    {
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (NamedTensor tensor in file.Tensors)
        {
            tensors[tensor.Name] = tensor.Data;
        }

        // Shapes, axes and the like are part of the graph and not of the weights.
        List<Value> open = [.. model.Graph.AllGraphs().SelectMany(g => g.Initializers).Where(i => i.Initializer is { } d && d.ElementType.IsFloat() && (d.ElementCount > 1 || tensors.ContainsKey(i.Name) || map.ContainsKey(i.Name)))];
        var notes = new List<string>();
        var pairs = new List<(Value Initializer, string Tensor)>();
        foreach (Value initializer in open.ToArray())
        {
            string? name = map.TryGetValue(initializer.Name, out string? mapped)
                ? tensors.ContainsKey(mapped) ? mapped : throw Error($"The map names '{mapped}' for '{initializer.Name}', and the file has no such tensor.")
                : tensors.ContainsKey(initializer.Name) ? initializer.Name : null;
            if (name is not null)
            {
                if (pairs.Exists(p => p.Tensor == name) && mapped is not null)
                {
                    throw Error($"The map gives '{name}' to '{initializer.Name}' and to another initializer.");
                }

                Take(initializer, name);
            }
        }

        foreach (Value initializer in open.ToArray())
        {
            string[] similar = [.. tensors.Keys.Where(t => pairs.TrueForAll(p => p.Tensor != t) && (EndsWith(t, initializer.Name) || EndsWith(initializer.Name, t)))];
            if (similar.Length == 1)
            {
                notes.Add($"'{initializer.Name}' takes '{similar[0]}'.");
                Take(initializer, similar[0]);
            }
        }

        PairByShape();
        string[] left = [.. file.Tensors.Select(t => t.Name).Where(t => pairs.TrueForAll(p => p.Tensor != t))];
        if (open.Count > 0)
        {
            throw Error($"No tensor for {Listed(open.Select(o => $"'{o.Name}' {Sizes(o.Initializer!)}"))}. Not used: {(left.Length == 0 ? "nothing" : Listed(left.Select(t => $"'{t}' {Sizes(tensors[t])}")))}. Give a map of names.");
        }

        foreach ((Value initializer, string tensor) in pairs)
        {
            Put(initializer, tensors[tensor], tensor);
        }

        if (left.Length > 0)
        {
            notes.Add($"Not used: {Listed(left.Select(t => $"'{t}' {Sizes(tensors[t])}"))}.");
        }

        return notes;

        void Take(Value initializer, string tensor)
        {
            pairs.Add((initializer, tensor));
            open.Remove(initializer);
        }

        // Only where what is left is a pairing of everything: one tensor that belongs elsewhere, and any pair may be chance.
        void PairByShape()
        {
            List<string> rest = [.. file.Tensors.Select(t => t.Name).Where(t => pairs.TrueForAll(p => p.Tensor != t))];
            Dictionary<string, Value[]> initializers = open.GroupBy(o => Sizes(o.Initializer!)).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
            Dictionary<string, string[]> candidates = rest.GroupBy(t => Sizes(tensors[t])).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
            if (rest.Count != open.Count || initializers.Any(i => i.Value.Length != 1 || !candidates.TryGetValue(i.Key, out string[]? c) || c.Length != 1))
            {
                return;
            }

            foreach ((string shape, Value[] initializer) in initializers)
            {
                notes.Add($"'{initializer[0].Name}' takes '{candidates[shape][0]}', the only one of its shape {shape}.");
                Take(initializer[0], candidates[shape][0]);
            }
        }

        void Put(Value initializer, TensorData data, string tensor)
        {
            TensorData old = initializer.Initializer!;
            if (!old.Dimensions.SequenceEqual(data.Dimensions))
            {
                throw Error($"'{initializer.Name}' is {Sizes(old)} in the graph, and '{tensor}' in the file is {Sizes(data)}.");
            }

            if (old.ElementType != data.ElementType && !(old.ElementType == ElementType.Float32 && data.ElementType.IsFloat()))
            {
                throw Error($"'{initializer.Name}' is {old.ElementType.Name()} in the graph, and '{tensor}' in the file is {data.ElementType.Name()}.");
            }

            initializer.Initializer = old.ElementType == data.ElementType ? data : data.ToFloat32();
        }

        ModelException Error(string message) => new("MB1017", message, path);
    }

    /// <summary>Reads a name map: lines of the form <c>tensor in the file = initializer of the graph</c>; empty ones and those after <c>#</c> don't count.</summary>
    /// <returns>Tensor names by initializer name.</returns>
    /// <exception cref="ModelException">A line has another form (MB1017), or the file can't be read (MB1002).</exception>
    public static IReadOnlyDictionary<string, string> ReadMap(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileProblem.CannotRead(path, e);
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == line.Length - 1 || !map.TryAdd(line[(equals + 1)..].Trim(), line[..equals].Trim()))
            {
                throw new ModelException("MB1017", $"Line {i + 1} of the map is not of the form 'tensor = initializer', or names an initializer again.", path);
            }
        }

        return map;
    }

    private static bool EndsWith(string text, string end) => text.Length > end.Length && text.EndsWith(end, StringComparison.Ordinal) && text[^(end.Length + 1)] is ('.' or '/');

    private static string Sizes(TensorData data) => $"[{string.Join(',', data.Dimensions.ToArray())}]";

    private static string Listed(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return string.Join(", ", all.Take(MaxListed)) + (all.Length > MaxListed ? $" and {all.Length - MaxListed} more" : "");
    }
}
