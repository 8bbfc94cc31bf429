using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Pooling. Averages don't count padding.</summary>
internal sealed class Pooling : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("MaxPool", "MaxPool"), ("MaxPool3D", "MaxPool"), ("MaxPoolWithArgmax", "MaxPool"), ("AvgPool", "AveragePool"), ("AvgPool3D", "AveragePool")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        Value x = call.Tensor(0);
        Windows.Attributes windows = Windows.Read(call, call.Primitive.EndsWith("3D", StringComparison.Ordinal) ? 3 : 2, "strides", 1, 2, 3);
        (string, AttributeValue)[] ceiling = call.Bool("ceil_mode") ? [("ceil_mode", 1L)] : [];
        switch (call.Primitive)
        {
            case "AvgPool" or "AvgPool3D":
                return call.Emit("AveragePool", [x], [.. windows.All, .. ceiling, ("count_include_pad", call.Primitive == "AvgPool3D" && call.Bool("count_include_pad", -1, true) ? 1L : 0L)]);
            case "MaxPoolWithArgmax":
                // Indices are within a channel in MindSpore and within the whole tensor in ONNX: only the values are read.
                return new MindTuple([call.Emit("MaxPool", [x], [.. windows.All, .. ceiling]), MindUnknown.Instance]);
            default:
                return call.Emit("MaxPool", [x], [.. windows.All, .. ceiling]);
        }
    }
}
