using ModelBuild.Formats;
using ModelBuild.Formats.Joining;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Assets;

/// <summary>Opens what an item names: in its format, with its signature and key, and with other weights where it says so.</summary>
internal static class SourceModel
{
    /// <summary>Reads the source.</summary>
    /// <exception cref="ModelException">It can't be read, or the weights don't fit.</exception>
    public static Model Open(AssetArguments asset, AssetSettings settings)
    {
        Model model = Format(asset, settings).Read(asset.Source, new ModelReadOptions { Signature = settings.Signature, EncryptionKey = settings.EncryptionKey, InputShapes = settings.InputShapes });
        try
        {
            if (settings.Weights is { } weights)
            {
                Join(model, weights, settings.WeightsMap, new ModelReadOptions { EncryptionKey = settings.EncryptionKey });
            }

            FixedShapes.Apply(model, settings.InputShapes, (code, message) => asset.Error(code, $"InputShapes: {message}"));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The source's format.</summary>
    public static IModelFormat Format(AssetArguments asset, AssetSettings settings) => settings.Format is { } name ? ModelFormats.Find(name) : ModelFormats.Sniff(asset.Source);

    /// <summary>Whether the source, as it is, is what ONNX Runtime opens.</summary>
    public static bool IsPlainOnnx(AssetArguments asset, AssetSettings settings) => settings.Weights is null && Format(asset, settings) is OnnxFormat;

    /// <summary>Puts the tensors of a file in the place of the model's weights; the model keeps the file open.</summary>
    /// <returns>What was paired by more than its name.</returns>
    /// <exception cref="ModelException">The file holds no weights (MB1005), or they don't fit (MB1017).</exception>
    public static IReadOnlyList<string> Join(Model model, string weights, string? map, ModelReadOptions options)
    {
        IWeightsFormat format = ModelFormats.SniffWeights(weights)
            ?? throw new ModelException("MB1005", $"Weights are expected in one of these formats: {string.Join(", ", ModelFormats.Weights.Select(f => f.Name))}.", weights);
        TensorFile file = format.Read(weights, options);
        model.Own(file);
        return WeightsJoin.Apply(model, file, map is null ? new Dictionary<string, string>() : WeightsJoin.ReadMap(map), weights);
    }
}
