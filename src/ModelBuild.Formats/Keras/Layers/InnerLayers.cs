using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Layers that are a setting of another one.</summary>
internal static class InnerLayers
{
    /// <summary>The inner layer of a setting.</summary>
    /// <param name="c">The outer layer.</param>
    /// <param name="setting">The setting, which is also the attribute of Keras' class.</param>
    /// <param name="names">Starts of names under which flat files keep its weights; none when they stand among the outer layer's.</param>
    /// <param name="fallback">The setting to copy when it is missing.</param>
    public static LayerInstance Get(LayerContext c, string setting, string[]? names = null, string? fallback = null)
    {
        if (!c.Instance.Inner.TryGetValue(setting, out LayerInstance? inner))
        {
            System.Text.Json.JsonElement json = c.Config.Inner(setting) ?? (fallback is null ? null : c.Config.Inner(fallback)) ?? throw new UnsupportedOperatorException($"its setting '{setting}' is missing");
            inner = new LayerInstance(c.Importer.Describe(json), c.Instance.Weights.Part(setting, names ?? []));
            c.Instance.Inner.Add(setting, inner);
        }

        return inner;
    }
}
