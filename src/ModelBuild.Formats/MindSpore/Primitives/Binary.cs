using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Arithmetic of two tensors with broadcasting.</summary>
internal sealed class Binary : MindPrimitive
{
    private static readonly Dictionary<string, string> s_operators = new()
    {
        ["Add"] = "Add", ["TensorAdd"] = "Add", ["Sub"] = "Sub", ["Mul"] = "Mul", ["Muls"] = "Mul", ["Div"] = "Div", ["RealDiv"] = "Div", ["DivNoNan"] = "", ["Pow"] = "Pow", ["Maximum"] = "Max", ["Minimum"] = "Min",
        ["LogicalAnd"] = "And", ["LogicalOr"] = "Or", ["LogicalXor"] = "Xor", ["BitwiseAnd"] = "BitwiseAnd", ["BitwiseOr"] = "BitwiseOr", ["BitwiseXor"] = "BitwiseXor",
    };

    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
    [
        .. s_operators.Where(p => p.Value.Length > 0).Select(p => (p.Key, p.Value)), ("Mod", "Mod"), ("FloorMod", "Mod | Div, Floor, Mul, Sub"), ("FloorDiv", "Div, Floor"), ("SquaredDifference", "Sub, Mul"), ("AddExt", "Mul, Add"), ("SubExt", "Mul, Sub"),
    ];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        (Value x, Value y) = Operands(call);
        switch (call.Primitive)
        {
            case "SquaredDifference":
                Value difference = b.Add("Sub", [x, y]);
                return call.Emit("Mul", [difference, difference]);
            case "AddExt" or "SubExt":
                float alpha = call.Float("alpha", 2, 1);
                return call.Emit(call.Primitive[..3], [x, alpha == 1 ? y : b.Add("Mul", [y, b.NumberLike(alpha, y)])]);
            case "FloorDiv":
                // Integers divide towards zero in ONNX; MindSpore rounds down, which the remainder of the divisor's sign gives.
                return b.ElementOf(x).IsFloat() ? call.Emit("Floor", [b.Add("Div", [x, y])]) : call.Emit("Div", [b.Add("Sub", [x, b.Add("Mod", [x, y])]), y]);
            case "FloorMod" when b.ElementOf(x).IsFloat():
                return call.Emit("Sub", [x, b.Add("Mul", [b.Add("Floor", [b.Add("Div", [x, y])]), y])]);
            case "FloorMod":
                return call.Emit("Mod", [x, y]);
            case "Mod":
                return call.Emit("Mod", [x, y], ("fmod", 1L));
            default:
                return call.Emit(s_operators[call.Primitive], [x, y]);
        }
    }

    /// <summary>Both operands; a number takes the type of the tensor.</summary>
    internal static (Value X, Value Y) Operands(PrimitiveCall call)
    {
        Value? x = call.Inputs is [MindScalar, ..] ? null : call.Tensor(0);
        Value y = x is not null && call.Inputs.Count > 1 ? call.ToTensor(call.Inputs[1], x) : call.Tensor(1);
        return (x ?? call.ToTensor(call.Inputs[0], y), y);
    }
}
