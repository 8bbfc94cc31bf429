using System.Text;
using System.Text.Json;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Hdf5;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Reading;

/// <summary>What stands where in Keras' HDF5 files.</summary>
internal static class H5Contents
{
    /// <summary>The model's description as JSON.</summary>
    /// <exception cref="ModelException">MB1020: there is none.</exception>
    public static JsonElement Config(Hdf5File file, string path) => file.Root.Text("model_config") is { } text
        ? ConfigParser.ParseJson(Encoding.UTF8.GetBytes(text), path, "attribute 'model_config'").RootElement
        : throw new ModelException(
            "MB1020",
            HasWeights(file) || new GroupWeights(file.Root).All.Count > 0
                ? "The file holds weights without a model. Save the whole model where it was made: model.save(\"model.keras\")."
                : "The file is HDF5, but no Keras model.",
            path);

    /// <summary>The model's description.</summary>
    /// <exception cref="ModelException">MB1001, MB1010 or MB1020.</exception>
    public static (NetworkConfig Network, KerasDialect Dialect, string Version) Network(Hdf5File file, string path)
    {
        JsonElement json = Config(file, path);
        string version = file.Root.Text("keras_version") ?? file.Root.Group("model_weights")?.Text("keras_version") ?? "";
        return (KerasModels.Network(json, path), new KerasDialect(version.StartsWith('3') ? 3 : 2, false), version);
    }

    /// <summary>Whether the groups of weights are there.</summary>
    public static bool HasWeights(Hdf5File file) => (file.Root.Group("model_weights") ?? file.Root).Texts("layer_names") is not null;

    /// <summary>The weights of each layer.</summary>
    /// <exception cref="ModelException">MB1001: what the file lists is not there.</exception>
    public static LayerWeights Weights(Hdf5File file, string path)
    {
        Hdf5Group root = file.Root.Group("model_weights") ?? file.Root;
        var layers = new Dictionary<string, LayerWeights>(StringComparer.Ordinal);
        foreach (string layer in root.Texts("layer_names") ?? throw FileProblem.Damaged(path, "group 'model_weights' has no 'layer_names'"))
        {
            if (layers.ContainsKey(layer))
            {
                continue;
            }

            Hdf5Group group = root.Group(layer) ?? throw FileProblem.Damaged(path, $"the weights of layer '{layer}' are missing");
            layers.Add(layer, new NamedWeights([.. (group.Texts("weight_names") ?? []).Select(name =>
                (name, group.Dataset(name) ?? throw FileProblem.Damaged(path, $"weight '{name}' of layer '{layer}' is missing")))]));
        }

        return new TreeWeights(layers);
    }
}
