using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Operations of TensorFlow, and of Keras 3, that a model calls directly.</summary>
internal sealed class OperatorLambda : KerasLayer
{
    private static readonly Dictionary<string, string> s_unary = new(StringComparer.Ordinal)
    {
        ["nn.relu"] = "Relu", ["nn.sigmoid"] = "Sigmoid", ["math.sigmoid"] = "Sigmoid", ["nn.tanh"] = "Tanh", ["math.tanh"] = "Tanh", ["math.exp"] = "Exp", ["math.log"] = "Log",
        ["math.sqrt"] = "Sqrt", ["math.abs"] = "Abs", ["math.negative"] = "Neg", ["math.sin"] = "Sin", ["math.cos"] = "Cos", ["math.floor"] = "Floor", ["math.ceil"] = "Ceil",
        ["identity"] = "Identity", ["stop_gradient"] = "Identity", ["__operators__.neg"] = "Neg", ["math.reciprocal"] = "Reciprocal", ["nn.softplus"] = "Softplus",
        ["Relu"] = "Relu", ["Sigmoid"] = "Sigmoid", ["Tanh"] = "Tanh", ["Exp"] = "Exp", ["Log"] = "Log", ["Sqrt"] = "Sqrt", ["Absolute"] = "Abs", ["Negative"] = "Neg",
        ["nn.softsign"] = "Softsign",
    };

    private static readonly Dictionary<string, string> s_binary = new(StringComparer.Ordinal)
    {
        ["__operators__.add"] = "Add", ["math.add"] = "Add", ["math.subtract"] = "Sub", ["__operators__.subtract"] = "Sub", ["math.multiply"] = "Mul", ["__operators__.mul"] = "Mul",
        ["math.divide"] = "Div", ["math.truediv"] = "Div", ["__operators__.truediv"] = "Div", ["math.maximum"] = "Max", ["math.minimum"] = "Min", ["math.pow"] = "Pow", ["matmul"] = "MatMul",
        ["linalg.matmul"] = "MatMul",
        ["Add"] = "Add", ["Subtract"] = "Sub", ["Multiply"] = "Mul", ["Divide"] = "Div", ["TrueDivide"] = "Div", ["Maximum"] = "Max", ["Minimum"] = "Min", ["Power"] = "Pow", ["Matmul"] = "MatMul",
    };

    private static readonly Dictionary<string, string> s_reduction = new(StringComparer.Ordinal)
    {
        ["math.reduce_mean"] = "ReduceMean", ["math.reduce_sum"] = "ReduceSum", ["math.reduce_max"] = "ReduceMax", ["math.reduce_min"] = "ReduceMin",
        ["Mean"] = "ReduceMean", ["Sum"] = "ReduceSum", ["Max"] = "ReduceMax", ["Min"] = "ReduceMin",
    };

    public override IReadOnlyList<string> ClassNames { get; } =
        ["TFOpLambda", .. s_unary.Keys.Concat(s_binary.Keys).Concat(s_reduction.Keys).Where(k => char.IsAsciiLetterUpper(k[0])).Select(k => "ops." + k)];

    public override string Onnx => "Add, Mul, Relu, ReduceMean, ...";

    public override Value[] Read(LayerContext c)
    {
        string function = c.ClassName.StartsWith("ops.", StringComparison.Ordinal) ? c.ClassName[4..] : c.Config.Text("function", "");
        if (s_unary.TryGetValue(function, out string? unary))
        {
            return [c.B.Add(unary, [c.X])];
        }

        if (s_binary.TryGetValue(function, out string? binary))
        {
            Value left = c.X;
            return [c.B.Add(binary, [left, Second(c, left)])];
        }

        if (s_reduction.TryGetValue(function, out string? reduction))
        {
            long[]? axes = Ints(c, "axis") ?? c.Config.Ints("axis");
            bool keeps = c.IsTrue("keepdims") || c.Config.Flag("keepdims", false);
            return [c.B.Add(reduction, [c.X, axes is null ? null : c.B.Integers(axes)], ("keepdims", keeps ? 1L : 0L))];
        }

        switch (function)
        {
            case "cast":
                return [c.B.Cast(c.X, TypeOf(c, "dtype"))];
            case "one_hot":
                LayerContext.Require(c.Call.Named.Keys.All(k => k is "depth" or "dtype" or "name" or "axis"), "its on and off values are not supported");
                Value indices = c.B.Cast(c.X, ElementType.Int64);
                Value values = c.B.Cast(c.B.Constant(TensorData.Create<float>(ElementType.Float32, [2], [0f, 1f])), c.Call.Named.ContainsKey("dtype") ? TypeOf(c, "dtype") : ElementType.Float32);
                return [c.B.Add("OneHot", [indices, c.B.Integer(Ints(c, "depth")?[0] ?? throw new UnsupportedOperatorException("its depth is no number")), values], ("axis", Ints(c, "axis")?[0] ?? -1L))];
            case "reshape":
                return [c.B.Reshape(c.X, Ints(c, "shape") ?? throw new UnsupportedOperatorException("its shape is computed"))];
            case "transpose":
                return [c.B.Transpose(c.X, [.. (Ints(c, "perm") ?? [.. Enumerable.Range(0, c.Rank).Reverse().Select(i => (long)i)]).Select(a => LayerContext.Axis(a, c.Rank))])];
            case "expand_dims":
                return [c.B.Unsqueeze(c.X, Ints(c, "axis") ?? [-1])];
            case "squeeze" or "compat.v1.squeeze":
                return [c.B.Add("Squeeze", [c.X, Ints(c, "axis") is { Length: > 0 } axes ? c.B.Integers(axes) : null])];
            case "concat":
                return [c.B.Add("Concat", c.Inputs.Select(i => i.Value), ("axis", Ints(c, "axis")?[0] ?? 0L))];
            case "nn.softmax":
                return [c.B.Add("Softmax", [c.X], ("axis", Ints(c, "axis")?[0] ?? -1L))];
            case "nn.relu6":
                return [ActivationFunctions.Apply(c, c.X, "relu6")];
            case "nn.silu" or "nn.swish" or "nn.gelu" or "nn.elu" or "nn.selu":
                return [ActivationFunctions.Apply(c, c.X, function[3..])];
            case "clip_by_value":
                return [c.B.Add("Clip", [c.X, c.B.NumberLike(Number(c, "clip_value_min"), c.X), c.B.NumberLike(Number(c, "clip_value_max"), c.X)])];
            default:
                throw new UnsupportedOperatorException($"operation '{function}' inside a Keras model is not supported; use a layer of Keras");
        }
    }

    private static Value Second(LayerContext c, Value left)
    {
        if (c.Inputs.Count > 1)
        {
            return c.Inputs[1].Value;
        }

        foreach (string name in (string[])["y", "x2", "other"])
        {
            if (c.Call.Named.TryGetValue(name, out Argument? argument))
            {
                return argument.Tensors.Count > 0 ? c.Resolve(argument.Tensors[0]).Value : Constant(c, argument, left);
            }
        }

        return c.Call.Arguments.FirstOrDefault(a => a.Tensors.Count == 0 && a.Constant.ValueKind == System.Text.Json.JsonValueKind.Number) is { } positional
            ? Constant(c, positional, left)
            : throw new UnsupportedOperatorException("its second operand is neither a tensor nor a number");
    }

    private static Value Constant(LayerContext c, Argument argument, Value like)
    {
        double[] numbers = argument.Constant.ValueKind == System.Text.Json.JsonValueKind.Number ? [argument.Constant.GetDouble()]
            : argument.Constant.ValueKind == System.Text.Json.JsonValueKind.Array && argument.Constant.EnumerateArray().All(e => e.ValueKind == System.Text.Json.JsonValueKind.Number)
                ? [.. argument.Constant.EnumerateArray().Select(e => e.GetDouble())]
            : throw new UnsupportedOperatorException("its second operand is neither a tensor nor a number");
        return argument.Constant.ValueKind == System.Text.Json.JsonValueKind.Number
            ? c.B.NumberLike(numbers[0], like)
            : c.B.Constant(TensorData.Create<float>(ElementType.Float32, [numbers.Length], [.. numbers.Select(n => (float)n)]));
    }

    private static long[]? Ints(LayerContext c, string name) =>
        c.Call.Named.TryGetValue(name, out Argument? a) && a.Tensors.Count == 0 ? Parse(a.Constant) : null;

    private static long[]? Parse(System.Text.Json.JsonElement json) => json.ValueKind switch
    {
        System.Text.Json.JsonValueKind.Number => json.TryGetInt64(out long value) ? [value] : null,
        System.Text.Json.JsonValueKind.Array when json.EnumerateArray().All(e => e.ValueKind == System.Text.Json.JsonValueKind.Number && e.TryGetInt64(out _)) => [.. json.EnumerateArray().Select(e => e.GetInt64())],
        _ => null,
    };

    private static double Number(LayerContext c, string name) =>
        c.Call.Named.TryGetValue(name, out Argument? a) && a.Constant.ValueKind == System.Text.Json.JsonValueKind.Number ? a.Constant.GetDouble() : throw new UnsupportedOperatorException($"its argument '{name}' is no number");

    private static ElementType TypeOf(LayerContext c, string name) =>
        c.Call.Named.TryGetValue(name, out Argument? a) && a.Constant.ValueKind == System.Text.Json.JsonValueKind.String ? a.Constant.GetString() switch
        {
            "float32" or "float16" or "bfloat16" or "float64" => ElementType.Float32,
            "int32" => ElementType.Int32,
            "int64" => ElementType.Int64,
            "bool" => ElementType.Bool,
            "uint8" => ElementType.UInt8,
            "int8" => ElementType.Int8,
            var other => throw new UnsupportedOperatorException($"type '{other}' is not supported"),
        }
        : throw new UnsupportedOperatorException($"its argument '{name}' is no type");
}
