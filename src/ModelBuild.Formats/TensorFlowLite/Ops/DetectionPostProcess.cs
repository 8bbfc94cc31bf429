using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>
/// Boxes of a single-shot detector: encodings [1, n, 4] (center y, center x, height, width relative to anchors), scores [1, n, classes with
/// or without background], anchors [n, 4]. Results: boxes [1, k, 4], classes [1, k], scores [1, k], their number [1].
/// </summary>
internal sealed class DetectionPostProcess : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["CUSTOM:TFLite_Detection_PostProcess"];

    public override string OnnxOf(string name) => "NonMaxSuppression, Gather, TopK, Pad";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        Dictionary<string, double> options = FlexMap.Read(node.CustomOptions) ?? throw node.Damaged("has options that are no FlexBuffer map");
        double Option(string name, double? defaultValue = null) => options.TryGetValue(name, out double v) ? v : defaultValue ?? throw node.Damaged($"lacks the option {name}");
        long most = (long)Option("max_detections");
        long classes = (long)Option("num_classes");
        bool isRegular = Option("use_regular_nms", 0) != 0;
        if (most is < 1 or > 1 << 20)
        {
            throw node.Damaged($"asks for {most} detections");
        }

        if (!isRegular && Option("max_classes_per_detection", 1) != 1)
        {
            throw NodeReader.Unsupported("it gives several classes to one box; one class each can be read");
        }

        Value boxes = Decode(node, Option("y_scale"), Option("x_scale"), Option("h_scale"), Option("w_scale"));

        // The first class is the background when there is one more than the options say.
        Value scores = b.Add("Slice", [node.In(1), b.Integers(-classes), b.Integers(int.MaxValue), b.Integers(2)]);
        Value best = b.Transpose(isRegular ? scores : b.Add("ReduceMax", [scores, b.Integers(2)], ("keepdims", 1L)), 0, 2, 1);
        long perClass = isRegular ? (long)Option("detections_per_class", 100) : most;
        Value selected = b.Add(
            "NonMaxSuppression",
            [boxes, best, b.Integers(perClass), b.Reshape(b.Number(Option("nms_iou_threshold")), 1), b.Reshape(b.Number(Option("nms_score_threshold")), 1)]);
        Value box = b.Add("Gather", [selected, b.Integer(2)], ("axis", 1L));
        Value score = b.Add("GatherND", [best, selected]);

        // The best of all classes, in order of their scores.
        Value count = b.Add("Min", [b.Add("Shape", [box]), b.Integers(most)]);
        Value[] top = b.AddMany("TopK", [score, count], 2, ("axis", 0L));
        Value chosen = b.Add("Gather", [box, top[1]]);
        Value classOf = isRegular
            ? b.Add("Gather", [b.Add("Gather", [selected, b.Integer(1)], ("axis", 1L)), top[1]])
            : b.Add("Gather", [b.Squeeze(b.Add("ArgMax", [scores], ("axis", 2L), ("keepdims", 0L)), 0), chosen]);
        Value missing = b.Add("Sub", [b.Integers(most), count]);
        Value Row(Value values) => b.Reshape(b.Add("Pad", [values, b.Add("Concat", [b.Integers(0), missing], ("axis", 0L))]), 1, most);
        Value corners = b.Add("Pad", [b.Add("Gather", [b.Squeeze(boxes, 0), chosen]), b.Add("Concat", [b.Integers(0, 0), missing, b.Integers(0)], ("axis", 0L))]);
        node.Out(b.Reshape(corners, 1, most, 4), 0);
        node.Out(Row(b.Cast(classOf, ElementType.Float32)), 1);
        node.Out(Row(top[0]), 2);
        node.Out(b.Cast(count, ElementType.Float32), 3);
    }

    // Corners [1, n, 4] as top, left, bottom, right.
    private static Value Decode(NodeReader node, double y, double x, double height, double width)
    {
        GraphBuilder b = node.B;
        Value encodings = node.In(0);
        Value anchors = node.In(2);
        Value Part(Value value, long from, long axis) => b.Add("Slice", [value, b.Integers(from), b.Integers(from + 2), b.Integers(axis)]);
        Value pair = b.Constant(TensorData.Create<float>(ElementType.Float32, [2], [(float)y, (float)x]));
        Value sizes = b.Constant(TensorData.Create<float>(ElementType.Float32, [2], [(float)height, (float)width]));
        Value anchorSize = Part(anchors, 2, 1);
        Value center = b.Add("Add", [b.Add("Mul", [b.Add("Div", [Part(encodings, 0, 2), pair]), anchorSize]), Part(anchors, 0, 1)]);
        Value half = b.Add("Mul", [b.Add("Mul", [b.Add("Exp", [b.Add("Div", [Part(encodings, 2, 2), sizes])]), anchorSize]), b.Number(0.5)]);
        return b.Add("Concat", [b.Add("Sub", [center, half]), b.Add("Add", [center, half])], ("axis", 2L));
    }
}
