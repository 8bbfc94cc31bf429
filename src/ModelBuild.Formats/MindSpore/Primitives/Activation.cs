using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Activations. GeLU is the form with tanh; HSigmoid is relu6(x + 3) / 6.</summary>
internal sealed class Activation : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
    [
        ("ReLU", "Relu"), ("ReLU6", "Clip"), ("Sigmoid", "Sigmoid"), ("Tanh", "Tanh"), ("Softplus", "Softplus"), ("SoftplusExt", "Softplus"), ("Softsign", "Softsign"), ("Elu", "Elu"), ("EluExt", "Elu"), ("SeLU", "Selu"), ("Mish", "Mish"),
        ("GeLU", "Gelu"), ("Gelu", "Gelu"), ("SiLU", "Sigmoid, Mul"), ("Swish", "Sigmoid, Mul"), ("HSwish", "HardSwish"), ("HSigmoid", "HardSigmoid"), ("PReLU", "PRelu"), ("LeakyReLU", "LeakyRelu"), ("LeakyReLUExt", "LeakyRelu"),
    ];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        switch (call.Primitive)
        {
            case "ReLU":
                return call.Emit("Relu", [x]);
            case "ReLU6":
                return call.Emit("Clip", [x, b.NumberLike(0, x), b.NumberLike(6, x)]);
            case "SoftplusExt":
                return call.Float("beta", 1, 1) == 1 ? call.Emit("Softplus", [x]) : throw new UnsupportedOperatorException("beta is not 1");
            case "Elu" or "EluExt":
                return call.Emit("Elu", [x], ("alpha", call.Float("alpha", 1, 1)));
            case "SeLU":
                return call.Emit("Selu", [x]);
            case "GeLU" or "Gelu":
                return call.Emit("Gelu", [x], ("approximate", "tanh"));
            case "SiLU" or "Swish":
                return call.Emit("Mul", [x, b.Add("Sigmoid", [x])]);
            case "HSwish":
                return call.Emit("HardSwish", [x]);
            case "HSigmoid":
                return call.Emit("HardSigmoid", [x], ("alpha", 1f / 6), ("beta", 0.5f));
            case "LeakyReLU" or "LeakyReLUExt":
                return call.Emit("LeakyRelu", [x], ("alpha", call.Float("negative_slope", 1, call.Float("alpha", 1, 0.01f))));
            case "PReLU":
                // One slope, or one per channel, which is axis 1.
                Value slope = call.Tensor(1);
                int rank = call.Rank(x);
                return call.Emit("PRelu", [x, b.RankOf(slope) == 1 && rank > 2 ? b.Reshape(slope, [-1, .. Enumerable.Repeat(1L, rank - 2)]) : slope]);
            default:
                return call.Emit(call.Primitive, [x]);
        }
    }
}
