using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Rounding to a grid, as training with quantization does.</summary>
internal sealed class FakeQuant : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["FAKE_QUANT"];

    public override string OnnxOf(string name) => "Clip, Round";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        double min = node.Options.Float(0);
        double max = node.Options.Float(1);
        int bits = node.Options.Int32(2);
        if (bits is < 2 or > 16 || !(max > min))
        {
            throw node.Damaged("has no range or no bits");
        }

        // The range is nudged so that zero is on the grid.
        double low = node.Options.Bool(3) ? 1 : 0;
        double high = (1 << bits) - 1;
        double scale = (max - min) / (high - low);
        double zero = Math.Clamp(Math.Round(low - (min / scale), MidpointRounding.AwayFromZero), low, high);
        double nudgedMin = (low - zero) * scale;
        Value clamped = node.Clip(node.In(), nudgedMin, (high - zero) * scale);
        Value steps = b.Add("Round", [b.Add("Div", [b.Add("Sub", [clamped, b.Number(nudgedMin)]), b.Number(scale)])]);
        node.Out(b.Add("Add", [b.Add("Mul", [steps, b.Number(scale)]), b.Number(nudgedMin)]));
    }
}
