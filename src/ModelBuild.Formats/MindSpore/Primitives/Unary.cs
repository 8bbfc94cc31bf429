using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Functions of single elements that ONNX has under a name of its own.</summary>
internal sealed class Unary : MindPrimitive
{
    private static readonly Dictionary<string, string> s_operators = new()
    {
        ["Neg"] = "Neg", ["Abs"] = "Abs", ["Exp"] = "Exp", ["Log"] = "Log", ["Sqrt"] = "Sqrt", ["Floor"] = "Floor", ["Ceil"] = "Ceil", ["Round"] = "Round",
        ["Sin"] = "Sin", ["Cos"] = "Cos", ["Tan"] = "Tan", ["ASin"] = "Asin", ["Asin"] = "Asin", ["ACos"] = "Acos", ["Atan"] = "Atan", ["AtanExt"] = "Atan", ["Sinh"] = "Sinh", ["Cosh"] = "Cosh",
        ["Asinh"] = "Asinh", ["Acosh"] = "Acosh", ["Atanh"] = "Atanh", ["Sign"] = "Sign", ["Erf"] = "Erf", ["Reciprocal"] = "Reciprocal", ["Inv"] = "Reciprocal", ["LogicalNot"] = "Not", ["IsNan"] = "IsNaN", ["IsInf"] = "IsInf",
    };

    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [.. s_operators.Select(p => (p.Key, p.Value)), ("Square", "Mul"), ("Rsqrt", "Sqrt, Reciprocal"), ("Log1p", "Add, Log"), ("Expm1", "Exp, Sub")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        return call.Primitive switch
        {
            "Square" => call.Emit("Mul", [x, x]),
            "Rsqrt" => call.Emit("Reciprocal", [b.Add("Sqrt", [x])]),
            "Log1p" => call.Emit("Log", [b.Add("Add", [x, b.NumberLike(1, x)])]),
            "Expm1" => call.Emit("Sub", [b.Add("Exp", [x]), b.NumberLike(1, x)]),
            _ => call.Emit(s_operators[call.Primitive], [x]),
        };
    }
}
