using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Layers that do nothing outside of training.</summary>
internal sealed class Identities : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } =
    [
        "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization", "Identity",
        "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness", "RandomHeight", "RandomWidth", "RandomHue",
        "RandomSaturation", "RandomColorJitter", "RandomShear", "RandomPerspective", "RandomSharpness", "RandomGrayscale", "RandomErasing", "RandomElasticTransform",
        "RandomGaussianBlur", "RandomInvert", "RandomPosterization", "RandomColorDegeneration",
    ];

    public override string Onnx => "Identity";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c) => [c.X];
}
