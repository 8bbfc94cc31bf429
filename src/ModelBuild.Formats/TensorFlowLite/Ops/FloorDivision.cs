using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Division that rounds down, and its remainder, which has the divisor's sign.</summary>
internal sealed class FloorDivision : TfLiteOp
{
    private static readonly Dictionary<string, string> s_onnx = new(StringComparer.Ordinal)
    {
        ["FLOOR_DIV"] = "Div, Floor, Mod",
        ["FLOOR_MOD"] = "Mod, Where",
    };

    public override IReadOnlyList<string> Names { get; } = [.. s_onnx.Keys];

    public override string OnnxOf(string name) => s_onnx[name];

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Value x = node.In(0);
        Value y = node.In(1);
        bool isFloat = b.ElementOf(x) is ElementType.Float32 or ElementType.Float64 or ElementType.Float16;
        if (node.Name == "FLOOR_DIV")
        {
            node.Out(isFloat ? b.Add("Floor", [b.Add("Div", [x, y])]) : b.Add("Div", [b.Add("Sub", [x, b.Add("Mod", [x, y])]), y]));
            return;
        }

        if (!isFloat)
        {
            node.Out(b.Add("Mod", [x, y]));
            return;
        }

        Value remainder = b.Add("Mod", [x, y], ("fmod", 1L));
        Value zero = b.NumberLike(0, x);
        Value differs = b.Add("Xor", [b.Add("Less", [remainder, zero]), b.Add("Less", [y, zero])]);
        Value wrong = b.Add("And", [differs, b.Add("Not", [b.Add("Equal", [remainder, zero])])]);
        node.Out(b.Add("Where", [wrong, b.Add("Add", [remainder, y]), remainder]));
    }
}
