using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Running sums.</summary>
internal sealed class CumulativeSum : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("CumSum", "CumSum"), ("CumsumExt", "CumSum")];

    public override MindValue Read(PrimitiveCall call) =>
        call.Emit("CumSum", [call.Tensor(0), call.Builder.Integer(call.Int("axis", 1, call.Int("dim", -1, 0)))], ("exclusive", call.Bool("exclusive") ? 1L : 0L), ("reverse", call.Bool("reverse") ? 1L : 0L));
}
