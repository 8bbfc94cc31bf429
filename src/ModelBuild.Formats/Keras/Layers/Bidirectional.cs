using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>A recurrent layer from both ends.</summary>
internal sealed class Bidirectional : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["Bidirectional"];

    public override string Onnx => "RNN, LSTM, GRU";

    public override Value[] Read(LayerContext c)
    {
        LayerInstance forward = Direction(c, "forward_layer", "layer", "forward");
        LayerInstance backward = Direction(c, "backward_layer", "backward_layer", "backward");
        RecurrentCell forwardCell = RecurrentCell.Of(c, forward);
        RecurrentCell backwardCell = RecurrentCell.Of(c, backward);
        LayerConfig config = forward.Description.Config;
        LayerContext.Require(!config.Flag("go_backwards", false), "its forward layer goes backwards; exchange the two");
        bool sequences = config.Flag("return_sequences", false);
        Value[] states = [.. c.Inputs.Skip(1).Concat(c.Tensors("initial_state")).Select(i => c.ToFloat(i.Value))];
        LayerContext.Require(states.Length % 2 == 0, "its initial states are not two halves");
        Value? mask = Recurrent.Mask(c);

        // Keras makes masked outputs zero here, TensorFlow.js doesn't.
        bool zero = !c.Dialect.IsTensorFlowJs;
        (Value first, Value[] firstStates) = Recurrent.Run(c, forwardCell, mask, states[..(states.Length / 2)], false, sequences, true, zero);
        (Value second, Value[] secondStates) = Recurrent.Run(c, backwardCell, mask, states[(states.Length / 2)..], true, sequences, true, zero);
        c.OutputMask = sequences ? mask : null;
        Value[] outputs = (c.Config.Json.TryGetProperty("merge_mode", out var m) && m.ValueKind == System.Text.Json.JsonValueKind.Null ? "none" : c.Config.Text("merge_mode", "concat")) switch
        {
            "concat" => [c.B.Add("Concat", [first, second], ("axis", -1L))],
            "sum" => [c.B.Add("Add", [first, second])],
            "mul" => [c.B.Add("Mul", [first, second])],
            "ave" => [c.B.Add("Mul", [c.B.Add("Add", [first, second]), c.B.Number(0.5)])],
            "none" => [first, second],
            var other => throw new UnsupportedOperatorException($"merge mode '{other}' is none of concat, sum, mul, ave and null"),
        };
        return config.Flag("return_state", false) ? [.. outputs, .. firstStates, .. secondStates] : outputs;
    }

    private static LayerInstance Direction(LayerContext c, string attribute, string setting, string name)
    {
        if (!c.Instance.Inner.TryGetValue(attribute, out LayerInstance? layer))
        {
            System.Text.Json.JsonElement json = c.Config.Inner(setting) ?? c.Config.Inner("layer") ?? throw new UnsupportedOperatorException("its setting 'layer' is missing");
            layer = new LayerInstance(c.Importer.Describe(json), c.Instance.Weights.Part(attribute, name));
            c.Instance.Inner.Add(attribute, layer);
        }

        return layer;
    }
}
