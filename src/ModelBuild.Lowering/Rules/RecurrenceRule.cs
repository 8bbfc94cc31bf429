using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>LSTM and GRU layers of float32 with constant weights and the default functions: weights packed, one call per layer.</summary>
internal sealed class RecurrenceRule : ILoweringRule
{
    private static readonly string[] s_lstmFunctions = ["Sigmoid", "Tanh", "Tanh"];
    private static readonly string[] s_gruFunctions = ["Sigmoid", "Tanh"];

    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "LSTM"), ("", "GRU")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        PlanBuilder builder = context.Builder;
        bool isLstm = node.OpType == "LSTM";
        if (node.Input(0) is not { } x || builder.TensorTypeOf(x) is not (ElementType.Float32, var shape) || shape is not null and not { Rank: 3 })
        {
            return "the type is not float32, or the shapes contradict each other.";
        }

        // Numbers of steps and sequences that depend on the data are read when the step runs.
        bool isOpen = shape is null || !node.Outputs.All(o => o is null || builder.TensorTypeOf(o).Shape is not null);

        if (!HasDefaultFunctions(node, isLstm) || node.GetFloat("clip") != 0 || node.GetInt("input_forget") != 0 || node.Input(7) is not null)
        {
            return "its functions, clip, peepholes or gates are not the usual ones.";
        }

        int gates = isLstm ? RecurrencePacking.LstmGates : RecurrencePacking.GruGates;
        if (Content(builder, node.Input(1)) is not { ElementType: ElementType.Float32, Rank: 3 } w || Content(builder, node.Input(2)) is not { ElementType: ElementType.Float32, Rank: 3 } r
            || (node.Input(3) is not null && Content(builder, node.Input(3)) is not { ElementType: ElementType.Float32 }))
        {
            return "its weights are not constant.";
        }

        TensorData? b = Content(builder, node.Input(3));
        string direction = node.GetString("direction", "forward");
        (long directions, long hidden, long input) = (w.Dimensions[0], r.Dimensions[2], w.Dimensions[2]);
        bool fits = directions == (direction == "bidirectional" ? 2 : 1) && hidden is > 0 and < int.MaxValue / 64 && input < int.MaxValue && w.Dimensions[1] == gates * hidden
            && r.Dimensions[0] == directions && r.Dimensions[1] == gates * hidden && (b is null || b.ElementCount == 2 * gates * hidden * directions)
            && (shape is null || shape[2] == input || isOpen) && (node.Input(4) is not { } lengths || builder.TensorTypeOf(lengths).ElementType == ElementType.Int32)
            && RecurrencePacking.WeightsLength(gates, (int)hidden, (int)Math.Max(input, hidden), (int)directions) <= int.MaxValue / sizeof(float);
        if (!fits)
        {
            return "its shapes contradict each other, or are too large.";
        }

        context.Flush(node.Inputs);
        bool linear = node.GetInt("linear_before_reset") != 0;
        bool batchFirst = node.GetInt("layout") != 0;
        var arguments = new List<(string, object?)>
        {
            ("x", builder.Of(x)),
            ("weights", Pack(builder, w, "W", span => RecurrencePacking.Weights(w.As<float>(), gates, (int)hidden, (int)input, (int)directions, span), gates, hidden, input)),
            ("recurrent", Pack(builder, r, "R", span => PackRecurrent(r, gates, hidden, directions, isLstm || linear, span), gates, hidden, hidden)),
            ("bias", PackBias(builder, b, isLstm, hidden, directions, linear)),
            ("lengths", Draft(builder, node.Input(4))),
            ("initialH", Draft(builder, node.Input(5))),
            ("y", Output(builder, node, 0)),
            ("lastH", Output(builder, node, 1)),
            ("input", input),
            ("hidden", hidden),
            ("directions", directions),
            ("reverse", direction == "reverse"),
            ("batchFirst", batchFirst),
        };
        if (!isOpen)
        {
            arguments.Add(("steps", shape![batchFirst ? 1 : 0]));
            arguments.Add(("batch", shape[batchFirst ? 0 : 1]));
        }

        if (isLstm)
        {
            arguments.Add(("initialC", Draft(builder, node.Input(6))));
            arguments.Add(("lastC", Output(builder, node, 2)));
        }
        else
        {
            arguments.Add(("linearBeforeReset", linear));
        }

        builder.Call(group.Layer, (isOpen ? "OpenRecurrence." : "Recurrence.") + (isLstm ? "Lstm" : "Gru"), [.. arguments]);
        return null;
    }

    private static bool HasDefaultFunctions(Node node, bool isLstm)
    {
        if (!node.Attributes.TryGetValue("activations", out AttributeValue? attribute))
        {
            return true;
        }

        string[] defaults = isLstm ? s_lstmFunctions : s_gruFunctions;
        return attribute is StringsAttribute { Texts: { } names } && names.Select((name, i) => string.Equals(name, defaults[i % defaults.Length], StringComparison.OrdinalIgnoreCase)).All(same => same);
    }

    private static TensorData? Content(PlanBuilder builder, Value? value) =>
        value is null ? null : value.Initializer is { } data && !builder.IsDefined(value) ? data : builder.IsDefined(value) ? builder.Of(value).Content : null;

    private static PlanDraft? Draft(PlanBuilder builder, Value? value) => value is null ? null : builder.Of(value);

    private static PlanDraft? Output(PlanBuilder builder, Node node, int index) => node.Output(index) is { } output ? builder.Define(output) : null;

    private delegate void Packer(Span<float> packed);

    private static PlanDraft Pack(PlanBuilder builder, TensorData data, string name, Packer pack, int gates, long hidden, long depth)
    {
        float[] packed = new float[RecurrencePacking.WeightsLength(gates, (int)hidden, (int)depth, (int)data.Dimensions[0])];
        pack(packed);
        return builder.Constant(TensorData.Create<float>(ElementType.Float32, [packed.Length], packed), name);
    }

    private static void PackRecurrent(TensorData r, int gates, long hidden, long directions, bool together, Span<float> packed)
    {
        if (together)
        {
            RecurrencePacking.Weights(r.As<float>(), gates, (int)hidden, (int)hidden, (int)directions, packed);
        }
        else
        {
            RecurrencePacking.GruRecurrent(r.As<float>(), (int)hidden, (int)directions, packed);
        }
    }

    private static PlanDraft? PackBias(PlanBuilder builder, TensorData? b, bool isLstm, long hidden, long directions, bool linear)
    {
        if (b is null)
        {
            return null;
        }

        int gates = isLstm ? RecurrencePacking.LstmGates : RecurrencePacking.GruGates;
        float[] packed = new float[RecurrencePacking.GateLength(gates, (int)hidden) * directions * (isLstm ? 1 : 2)];
        if (isLstm)
        {
            RecurrencePacking.LstmBias(b.As<float>(), (int)hidden, (int)directions, packed);
        }
        else
        {
            RecurrencePacking.GruBias(b.As<float>(), (int)hidden, (int)directions, linear, packed);
        }

        return builder.Constant(TensorData.Create<float>(ElementType.Float32, [packed.Length], packed), "B");
    }
}
