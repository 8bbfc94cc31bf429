using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Weights;

/// <summary>The variables of a layer, as the file names and orders them.</summary>
internal abstract class LayerWeights
{
    /// <summary>Nothing.</summary>
    public static LayerWeights None { get; } = new NamedWeights([]);

    /// <summary>All variables, those of inner layers included, in the file's order.</summary>
    public abstract IReadOnlyList<(string Name, TensorData Data)> All { get; }

    /// <summary>Variables of the layer itself.</summary>
    public virtual IReadOnlyList<(string Name, TensorData Data)> Own => All;

    /// <summary>Variables of an inner layer.</summary>
    /// <param name="attribute">The attribute of Keras' class that holds it, such as <c>forward_layer</c>.</param>
    /// <param name="names">Names, or starts of names, under which older files keep it.</param>
    public abstract LayerWeights Part(string attribute, params string[] names);

    /// <summary>Variables of the layers of a network.</summary>
    /// <param name="layers">Name and class of each layer in order.</param>
    public abstract IReadOnlyList<LayerWeights> Layers(IReadOnlyList<(string Name, string ClassName)> layers);

    /// <summary>A variable by name, or by its place among <paramref name="names"/> where the file doesn't name it; null when there are too few.</summary>
    /// <param name="names">Names of all variables of the layer, in Keras' order.</param>
    /// <param name="index">Which of them.</param>
    public TensorData? Find(IReadOnlyList<string> names, int index)
    {
        foreach ((string name, TensorData data) in Own)
        {
            if (LastPart(name) == names[index])
            {
                return data;
            }
        }

        return index < Own.Count && !Own.Any(o => names.Contains(LastPart(o.Name))) ? Own[index].Data : null;
    }

    // Such as kernel of dense/kernel:0.
    private static string LastPart(string name)
    {
        int end = name.LastIndexOf(':');
        string path = end < 0 ? name : name[..end];
        return path[(path.LastIndexOf('/') + 1)..];
    }
}

/// <summary>Variables with full names, as <c>.h5</c> files and TensorFlow.js have them.</summary>
internal sealed class NamedWeights(IReadOnlyList<(string Name, TensorData Data)> all) : LayerWeights
{
    public override IReadOnlyList<(string Name, TensorData Data)> All => all;

    // Without a name to look for, the inner layer's variables stand among the outer one's.
    public override LayerWeights Part(string attribute, params string[] names) => names.Length == 0 ? this
        : new NamedWeights([.. all.Where(w => w.Name.Split('/').SkipLast(1).Any(s => names.Any(n => s.StartsWith(n, StringComparison.Ordinal))))]);

    public override IReadOnlyList<LayerWeights> Layers(IReadOnlyList<(string Name, string ClassName)> layers) =>
        [.. layers.Select(l => new NamedWeights([.. all.Where(w => w.Name.Split('/').SkipLast(1).Contains(l.Name))]))];
}
