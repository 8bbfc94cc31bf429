using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Activation functions that are layers with settings.</summary>
internal sealed class AdvancedActivation : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Softmax"];

    public override string Onnx => "Relu, Clip, LeakyRelu, Elu, ThresholdedRelu, Softmax";

    public override bool KeepsMask => true;

    public override Value[] Read(LayerContext c)
    {
        LayerContext.Require(c.ClassName != "Softmax" || c.Inputs.Count == 1, "a softmax with a mask is not supported; leave the mask out");
        return [Apply(c, c.Float, c.ClassName, c.Config)];
    }

    /// <summary>Applies the function of a class.</summary>
    public static Value Apply(LayerContext c, Value x, string className, LayerConfig config) => className switch
    {
        "ReLU" => Rectify(c, x, config),
        "LeakyReLU" => c.B.Add("LeakyRelu", [x], ("alpha", (float)config.Number("negative_slope", config.Number("alpha", 0.3)))),
        "ELU" => c.B.Add("Elu", [x], ("alpha", (float)config.Number("alpha", 1))),
        "ThresholdedReLU" => c.B.Add("ThresholdedRelu", [x], ("alpha", (float)config.Number("theta", 1))),
        _ => Softmax(c, x, config),
    };

    private static Value Softmax(LayerContext c, Value x, LayerConfig config)
    {
        long[] axes = config.Ints("axis") ?? [-1];
        LayerContext.Require(axes.Length == 1, "softmax over several axes at once is not supported; flatten them first");
        return c.B.Add("Softmax", [x], ("axis", axes[0]));
    }

    // f(x) = max_value where x >= max_value, x where threshold <= x, negative_slope * (x - threshold) elsewhere.
    private static Value Rectify(LayerContext c, Value x, LayerConfig config)
    {
        double slope = config.Number("negative_slope", 0);
        double threshold = config.Number("threshold", 0);
        Value? max = config.Has("max_value") ? c.B.Number(config.Number("max_value", 0)) : null;
        if (threshold == 0)
        {
            Value y = slope != 0 ? c.B.Add("LeakyRelu", [x], ("alpha", (float)slope)) : max is null ? c.B.Add("Relu", [x]) : x;
            return max is null ? y : c.B.Add("Clip", [y, slope != 0 ? null : c.B.Number(0), max]);
        }

        Value below = slope == 0 ? c.B.Number(0) : c.B.Add("Mul", [c.B.Add("Sub", [x, c.B.Number(threshold)]), c.B.Number(slope)]);
        Value result = c.B.Add("Where", [c.B.Add("GreaterOrEqual", [x, c.B.Number(threshold)]), x, below]);
        return max is null ? result : c.B.Add("Min", [result, max]);
    }
}
