using System.Text.Json;
using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Layers;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Reading;

/// <summary>First and last steps that Keras' containers share.</summary>
internal static class KerasModels
{
    /// <summary>The network of a description.</summary>
    /// <exception cref="ModelException">MB1013: it is a class of somebody's own.</exception>
    public static NetworkConfig Network(JsonElement json, string path) => ConfigParser.IsNetwork(json)
        ? new ConfigParser(path).Parse(json)
        : throw new ModelException(
            "MB1013",
            $"The model is of class '{ConfigParser.ClassName(json)}', whose code is in Python and not in the file; Sequential and Functional models can be read. Export it where it was made: model.export(\"FOLDER\"), which writes a SavedModel.",
            path);

    /// <summary>Makes the model, which owns the file from then on.</summary>
    public static Model Build(NetworkConfig network, LayerWeights weights, KerasDialect dialect, string version, string path, ModelReadOptions options, IDisposable? file)
    {
        Model model = ImportedModel.Create("Keras", version);
        model.Graph.Name = network.Name;
        KerasImporter.Import(model, network, weights, path, options, dialect);
        ImportedModel.Finish(model);
        if (file is not null)
        {
            model.Own(file);
        }

        return model;
    }

    /// <summary>What a file holds.</summary>
    public static FileSummary Summarize(string format, string version, JsonElement? json, LayerWeights weights)
    {
        var operators = new SortedDictionary<string, int>(StringComparer.Ordinal);
        if (json is { } model)
        {
            Count(model, operators);
        }

        return new FileSummary(version.Length > 0 ? $"{format} {version}" : format, "Keras")
        {
            Operators = operators,
            Weights = [.. weights.All.Select(w => new SummarizedTensor(w.Name, w.Data.ElementType.Name(), Shape.Of(w.Data.Dimensions)))],
            Notes = json is null ? ["weights without a model"] : [],
        };
    }

    // Every object with a class name inside a list of layers.
    private static void Count(JsonElement json, SortedDictionary<string, int> operators)
    {
        if (new LayerConfig(json)["config"] is not { } config)
        {
            return;
        }

        JsonElement layers = config.ValueKind == JsonValueKind.Array ? config : new LayerConfig(config)["layers"] ?? default;
        if (layers.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement layer in layers.EnumerateArray())
        {
            string name = ConfigParser.ClassName(layer);
            operators[name] = operators.GetValueOrDefault(name) + 1;
            Count(layer, operators);
        }
    }
}

/// <summary>Rows of the documentation.</summary>
internal static class KerasOperators
{
    /// <summary>A row per class of layer.</summary>
    public static IReadOnlyList<OperatorMapping> All { get; } =
        [.. LayerList.All.SelectMany(l => l.ClassNames.Select(n => new OperatorMapping(n, l.Onnx, true, false))).OrderBy(o => o.Operator, StringComparer.Ordinal)];
}
