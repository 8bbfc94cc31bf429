using System.Text;
using ModelBuild.Formats.Keras.Hdf5;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Weights;

/// <summary>Variables in the groups of a <c>.keras</c> archive's HDF5 file, which follow the attributes of Keras' objects.</summary>
internal sealed class GroupWeights(Hdf5Group? group) : LayerWeights
{
    private const int MaxNesting = 64;

    private IReadOnlyList<(string Name, TensorData Data)>? _own;

    public override IReadOnlyList<(string Name, TensorData Data)> All
    {
        get
        {
            var all = new List<(string, TensorData)>();
            if (group is not null)
            {
                Collect(group, 0, all);
            }

            return all;
        }
    }

    public override IReadOnlyList<(string Name, TensorData Data)> Own => _own ??= Variables(group?.Group("vars"));

    public override LayerWeights Part(string attribute, params string[] names) => new GroupWeights(group?.Group(attribute));

    // Layers stand under their classes' names, numbered; early versions took the layers' own names.
    public override IReadOnlyList<LayerWeights> Layers(IReadOnlyList<(string Name, string ClassName)> layers)
    {
        Hdf5Group? container = group?.Group("layers") ?? group?.Group("_layer_checkpoint_dependencies");
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        var result = new List<LayerWeights>();
        foreach ((string name, string className) in layers)
        {
            string key = SnakeCase(className);
            int number = used.GetValueOrDefault(key);
            used[key] = number + 1;
            Hdf5Group? found = container?.Group(number == 0 ? key : $"{key}_{number}");
            // Newer files note the layer's name, which settles it.
            if (found?.Group("vars")?.Text("name") is { } noted && noted != name)
            {
                found = ByName(container!, name) ?? found;
            }

            result.Add(new GroupWeights(found ?? container?.Group(name)));
        }

        return result;
    }

    /// <summary>A class name as Keras makes a variable's name of it.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (!char.IsLetterOrDigit(c) && c != '_')
            {
                continue;
            }

            bool startsWord = i > 0 && char.IsAsciiLetterUpper(c)
                && (char.IsAsciiLetterLower(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord && text.Length > 0 && text[^1] != '_')
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static Hdf5Group? ByName(Hdf5Group container, string name)
    {
        foreach ((_, Hdf5Group? child) in container.Children)
        {
            if (child?.Group("vars")?.Text("name") == name)
            {
                return child;
            }
        }

        return null;
    }

    private static List<(string Name, TensorData Data)> Variables(Hdf5Group? group)
    {
        var variables = new List<(string Name, TensorData Data)>();
        for (int i = 0; group?.Dataset(i.ToString(System.Globalization.CultureInfo.InvariantCulture)) is { } data; i++)
        {
            variables.Add(($"{group.Path}/{i}", data));
        }

        return variables;
    }

    private static void Collect(Hdf5Group group, int depth, List<(string, TensorData)> all)
    {
        foreach ((string name, Hdf5Group? child) in group.Children)
        {
            if (child is null)
            {
                if (group.Dataset(name) is { } data)
                {
                    all.Add(($"{group.Path}/{name}", data));
                }
            }
            else if (depth < MaxNesting)
            {
                Collect(child, depth + 1, all);
            }
        }
    }
}
