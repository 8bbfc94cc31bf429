using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Elements around a tensor.</summary>
internal sealed class Pad : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Pad", "Pad"), ("PadV3", "Pad"), ("ConstantPadND", "Pad"), ("MirrorPad", "Pad")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        long[] given = call.Ints("paddings", 1) ?? call.Ints("padding") ?? throw new UnsupportedOperatorException("its pads are missing");
        var pads = new long[2 * rank];
        bool fromLast = call.Primitive is "ConstantPadND" or "PadV3";
        for (int i = 0; i < given.Length / 2; i++)
        {
            // Pairs go from the first axis on, or, as in PyTorch, from the last axis back.
            int axis = fromLast ? rank - 1 - i : i;
            pads[axis] = given[2 * i];
            pads[axis + rank] = given[(2 * i) + 1];
        }

        string mode = call.Primitive is "PadV3" or "MirrorPad" ? call.Text("mode", -1, "constant") : "constant";
        string onnx = mode switch
        {
            "constant" => "constant",
            "reflect" => "reflect",
            "edge" or "replicate" => "edge",
            "circular" => "wrap",
            _ => throw new UnsupportedOperatorException($"its mode is '{mode}'; constant, reflect, edge and circular are supported"),
        };
        float value = call.Primitive == "ConstantPadND" ? call.Float("value", 2, 0) : call.Primitive == "PadV3" && onnx == "constant" ? call.Float("constant_values", 2, 0) : 0;
        return call.Emit("Pad", [x, b.Integers(pads), value != 0 ? b.NumberLike(value, x) : null], ("mode", onnx));
    }
}
