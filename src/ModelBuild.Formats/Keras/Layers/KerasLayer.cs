using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>A class of layer, or a few that share one idea.</summary>
internal abstract class KerasLayer
{
    /// <summary>Keras' classes, older names among them.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>ONNX operators that it becomes.</summary>
    public abstract string Onnx { get; }

    /// <summary>Whether the mask of the inputs is that of the outputs.</summary>
    public virtual bool KeepsMask => false;

    /// <summary>Adds the layer's nodes.</summary>
    /// <returns>Outputs.</returns>
    /// <exception cref="Importing.UnsupportedOperatorException">It is used in a way that has no counterpart.</exception>
    /// <exception cref="ModelException">A weight is missing or does not fit.</exception>
    public abstract Value[] Read(LayerContext c);
}
