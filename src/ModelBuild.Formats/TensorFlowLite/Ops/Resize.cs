using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Resizing of height and width.</summary>
internal sealed class Resize : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"];

    public override string OnnxOf(string name) => "Resize";

    public override void Read(NodeReader node)
    {
        bool isNearest = node.Name == "RESIZE_NEAREST_NEIGHBOR";
        int first = isNearest ? 0 : 2;
        bool alignsCorners = node.Options.Bool(first);
        bool isHalfPixel = node.Options.Bool(first + 1);

        // TensorFlow takes the pixel that covers the center; in ONNX's half_pixel the center lies half a pixel lower, so that half up is rounding down there.
        string rounding = alignsCorners || isHalfPixel ? "round_prefer_ceil" : "floor";
        Value y = node.B.Add(
            "Resize",
            [node.ToChannelsFirst(node.In(0)), null, null, node.Int64List(1)],
            ("axes", new long[] { 2, 3 }),
            ("mode", isNearest ? "nearest" : "linear"),
            ("nearest_mode", rounding),
            ("coordinate_transformation_mode", alignsCorners ? "align_corners" : isHalfPixel ? "half_pixel" : "asymmetric"));
        node.Out(node.ToChannelsLast(y));
    }
}
