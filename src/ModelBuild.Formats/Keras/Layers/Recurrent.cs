using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>Recurrent layers: simple, LSTM and GRU.</summary>
internal sealed class Recurrent : KerasLayer
{
    public override IReadOnlyList<string> ClassNames { get; } = ["SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "RNN"];

    public override string Onnx => "RNN, LSTM, GRU";

    public override Value[] Read(LayerContext c)
    {
        RecurrentCell cell = RecurrentCell.Of(c, c.Instance);
        Value[] states = [.. c.Inputs.Skip(1).Concat(c.Tensors("initial_state")).Select(i => c.ToFloat(i.Value))];
        bool sequences = c.Config.Flag("return_sequences", false);
        bool backwards = c.Config.Flag("go_backwards", false);
        Value? mask = Mask(c);
        (Value output, Value[] last) = Run(c, cell, mask, states, backwards, sequences, restoreOrder: false, c.Config.Flag("zero_output_for_mask", false));
        c.OutputMask = sequences ? mask : null;
        return c.Config.Flag("return_state", false) ? [output, .. last] : [output];
    }

    /// <summary>The mask of the input, or of a named argument.</summary>
    public static Value? Mask(LayerContext c) => c.Tensors("mask") is [var named, ..] ? c.B.Cast(named.Value, ElementType.Bool) : c.Inputs[0].Mask;

    /// <summary>Runs a cell over the first input.</summary>
    /// <param name="c">The layer.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="mask">Steps that count, or null.</param>
    /// <param name="states">States to start with; none for zeros.</param>
    /// <param name="backwards">Whether the last step comes first.</param>
    /// <param name="sequences">Whether every step's output is wanted, and not only the last one's.</param>
    /// <param name="restoreOrder">Whether outputs of a backward run stand in the input's order, and not in that of the run.</param>
    /// <param name="zeroMasked">Whether the output of a step that doesn't count is zero, and not that of the step before.</param>
    public static (Value Output, Value[] States) Run(LayerContext c, RecurrentCell cell, Value? mask, Value[] states, bool backwards, bool sequences, bool restoreOrder, bool zeroMasked)
    {
        LayerContext.Require(c.Rank == 3, $"its input has {c.Rank} dimensions, not batch, time and features");
        LayerContext.Require(states.Length == 0 || states.Length == cell.StateCount, $"it has {states.Length} initial states, not {cell.StateCount}");
        if (mask is null)
        {
            (Value? all, Value[] last) = cell.Run(c, c.Float, null, states, backwards, sequences);
            return (sequences ? backwards && !restoreOrder ? Reverse(c, all!) : all! : last[0], last);
        }

        // The steps that count go to the front, so that a length says what a mask said; the outputs go back to where their steps were.
        Value x = backwards ? Reverse(c, c.Float) : c.Float;
        mask = backwards ? Reverse(c, mask) : mask;
        Value counted = c.B.Cast(mask, ElementType.Int64);
        Value steps = c.B.Add("Shape", [mask], ("start", 1L));
        Value place = c.B.Add("Range", [c.B.Integer(0), c.B.Squeeze(steps, 0), c.B.Integer(1)]);
        Value key = c.B.Add("Add", [place, c.B.Add("Mul", [c.B.Add("Sub", [c.B.Integer(1), counted]), steps])]);
        Value order = c.B.AddMany("TopK", [key, steps], 2, ("axis", 1L), ("largest", 0L), ("sorted", 1L))[1];
        Value front = c.B.Add("GatherND", [x, c.B.Unsqueeze(order, 2)], ("batch_dims", 1L));
        Value lengths = c.B.Cast(c.B.Add("ReduceSum", [counted, c.B.Integers(1)], ("keepdims", 0L)), ElementType.Int32);
        (Value? outputs, Value[] final) = cell.Run(c, front, lengths, states, false, sequences);
        if (!sequences)
        {
            return (final[0], final);
        }

        // Step t shows the output of the last step that counted up to it; before the first one, zero.
        Value padded = c.B.Add("Pad", [outputs, c.B.Integers(1, 0), null, c.B.Integers(1)], ("mode", "constant"));
        Value number = c.B.Add("CumSum", [counted, c.B.Integer(1)]);
        Value result = c.B.Add("GatherND", [padded, c.B.Unsqueeze(number, 2)], ("batch_dims", 1L));
        result = zeroMasked ? c.B.Add("Mul", [result, c.B.Unsqueeze(c.B.Cast(mask, ElementType.Float32), 2)]) : result;
        return (backwards && restoreOrder ? Reverse(c, result) : result, final);
    }

    /// <summary>The time steps from last to first.</summary>
    public static Value Reverse(LayerContext c, Value x) => c.B.Add("Slice", [x, c.B.Integers(-1), c.B.Integers(long.MinValue), c.B.Integers(1), c.B.Integers(-1)]);
}
