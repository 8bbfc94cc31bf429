using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Activation functions by name, or by a layer's description. Formulas: Keras, <c>keras.activations</c>.</summary>
internal static class ActivationFunctions
{
    /// <summary>Applies a function.</summary>
    /// <param name="c">The layer that asks.</param>
    /// <param name="x">Its argument.</param>
    /// <param name="setting">Name or description; null for none.</param>
    public static Value Apply(LayerContext c, Value x, System.Text.Json.JsonElement? setting)
    {
        if (setting is not { } json)
        {
            return x;
        }

        if (json.ValueKind == System.Text.Json.JsonValueKind.String)
        {
            return Apply(c, x, json.GetString()!);
        }

        // A function: its name is the class name, or the configuration.
        var described = new LayerConfig(json);
        string className = described.Text("class_name", "");
        if (described["config"] is { ValueKind: System.Text.Json.JsonValueKind.String } name)
        {
            return Apply(c, x, name.GetString()!);
        }

        if (LayerList.Find(className) is AdvancedActivation)
        {
            return AdvancedActivation.Apply(c, x, className, new LayerConfig(described["config"] ?? default));
        }

        return Apply(c, x, className);
    }

    /// <summary>Applies a function by its name.</summary>
    /// <exception cref="UnsupportedOperatorException">There is none of that name.</exception>
    public static Value Apply(LayerContext c, Value x, string name)
    {
        x = name is "linear" ? x : c.ToFloat(x);
        Value Number(double value) => c.B.Number(value);
        switch (name)
        {
            case "linear": return x;
            case "relu": return c.B.Add("Relu", [x]);
            case "relu6": return c.B.Add("Clip", [x, Number(0), Number(6)]);
            case "elu": return c.B.Add("Elu", [x], ("alpha", 1f));
            case "selu": return c.B.Add("Selu", [x]);
            case "celu": return c.B.Add("Celu", [x]);
            case "softplus": return c.B.Add("Softplus", [x]);
            case "softsign": return c.B.Add("Softsign", [x]);
            case "sigmoid": return c.B.Add("Sigmoid", [x]);
            case "tanh": return c.B.Add("Tanh", [x]);
            case "exponential": return c.B.Add("Exp", [x]);
            case "softmax": return c.B.Add("Softmax", [x], ("axis", -1L));
            case "log_softmax" or "logSoftmax": return c.B.Add("LogSoftmax", [x], ("axis", -1L));
            case "swish" or "silu": return c.B.Add("Mul", [x, c.B.Add("Sigmoid", [x])]);
            case "gelu": return c.B.Add("Gelu", [x]);
            case "gelu_new": return c.B.Add("Gelu", [x], ("approximate", "tanh"));
            case "mish": return c.B.Add("Mish", [x]);
            case "leaky_relu": return c.B.Add("LeakyRelu", [x], ("alpha", 0.2f));
            case "log_sigmoid": return c.B.Add("Neg", [c.B.Add("Softplus", [c.B.Add("Neg", [x])])]);
            case "hard_tanh": return c.B.Add("Clip", [x, Number(-1), Number(1)]);
            case "hard_swish" or "hard_silu": return c.B.Add("HardSwish", [x]);
            case "soft_shrink": return c.B.Add("Shrink", [x], ("lambd", 0.5f), ("bias", 0.5f));
            case "hard_shrink": return c.B.Add("Shrink", [x], ("lambd", 0.5f), ("bias", 0f));
            case "tanh_shrink": return c.B.Add("Sub", [x, c.B.Add("Tanh", [x])]);
            case "squareplus": return c.B.Add("Mul", [c.B.Add("Add", [x, c.B.Add("Sqrt", [c.B.Add("Add", [c.B.Add("Mul", [x, x]), Number(4)])])]), Number(0.5)]);
            case "threshold": throw new UnsupportedOperatorException("activation 'threshold' has settings that the file does not carry");
            case "hard_sigmoid": return c.B.Add("HardSigmoid", [x], ("alpha", HardSigmoidSlope(c.Dialect)), ("beta", 0.5f));
            default: throw new UnsupportedOperatorException($"there is no counterpart of activation '{name}'; use one of Keras' own, such as relu");
        }
    }

    /// <summary>Slope of the hard sigmoid, which is one of the few functions that Keras 3 changed.</summary>
    public static float HardSigmoidSlope(KerasDialect dialect) => dialect.Major >= 3 ? 1f / 6 : 0.2f;
}
