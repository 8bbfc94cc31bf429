using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Formats.Importing;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>One operator while it is translated. Values are the real numbers that quantized tensors stand for, unless a member says stored.</summary>
internal sealed class NodeReader(SubgraphReader reader, TfLiteOperator op)
{
    public GraphBuilder B => reader.Builder;

    public SubgraphReader Reader => reader;

    public string Name => op.Name;

    public FlatTable Options => op.Options;

    public FlatTable Options2 => op.Options2;

    public byte[] CustomOptions => op.CustomOptions;

    public int InputCount => op.Inputs.Length;

    public int OutputCount => op.Outputs.Length;

    /// <summary>Whether an input is there.</summary>
    public bool Has(int index) => index < op.Inputs.Length && op.Inputs[index] >= 0;

    /// <summary>Index of an input's tensor.</summary>
    public int InputIndex(int index) => Has(index) ? op.Inputs[index] : throw Damaged($"lacks input {index}");

    /// <summary>Index of an output's tensor.</summary>
    public int OutputIndex(int index) => index < op.Outputs.Length && op.Outputs[index] >= 0 ? op.Outputs[index] : throw Damaged($"lacks output {index}");

    public TfLiteTensor InputTensor(int index) => reader.Subgraph.Tensors[InputIndex(index)];

    public TfLiteTensor OutputTensor(int index = 0) => reader.Subgraph.Tensors[OutputIndex(index)];

    /// <summary>An input.</summary>
    public Value In(int index = 0) => reader.Real(InputIndex(index));

    /// <summary>An input, or null when it is left out.</summary>
    public Value? OptionalIn(int index) => Has(index) ? In(index) : null;

    /// <summary>An input as it is stored.</summary>
    public Value Stored(int index) => reader.Stored(InputIndex(index));

    /// <summary>All inputs.</summary>
    public Value[] All() => [.. Enumerable.Range(0, InputCount).Select(In)];

    /// <summary>Sets an output.</summary>
    public void Out(Value value, int index = 0)
    {
        if (index < op.Outputs.Length && op.Outputs[index] >= 0)
        {
            reader.SetReal(op.Outputs[index], value);
        }
    }

    /// <summary>Sets an output's stored form.</summary>
    public void OutStored(Value value, int index = 0) => reader.SetStored(OutputIndex(index), value);

    /// <summary>Applies the activation that the option table names, and sets the first output.</summary>
    public void OutActivated(Value value, int slot) => Out(Activate(value, Options.SByte(slot)));

    /// <summary>Applies a fused activation by the schema's number.</summary>
    public Value Activate(Value value, int activation) => activation switch
    {
        0 => value,
        1 => B.Add("Relu", [value]),
        2 => Clip(value, -1, 1),
        3 => Clip(value, 0, 6),
        4 => B.Add("Tanh", [value]),
        _ => throw Unsupported($"its fused activation {activation} has no counterpart"),
    };

    public Value Clip(Value value, double least, double most) => B.Add("Clip", [value, B.NumberLike(least, value), B.NumberLike(most, value)]);

    /// <summary>An integer input as 64-bit integers, in one dimension.</summary>
    public Value Int64List(int index)
    {
        Value value = Stored(index);
        if (B.ConstantOf(value) is { } data)
        {
            return B.Integers(data.ToInt64().As<long>());
        }

        value = B.Cast(value, ElementType.Int64);
        return B.RankOf(value) == 1 ? value : B.Reshape(value, -1);
    }

    /// <summary>An integer input as 64-bit integers.</summary>
    public Value Int64(int index) => B.Cast(Stored(index), ElementType.Int64);

    /// <summary>Contents of an integer input when they are known, else null.</summary>
    public long[]? Known(int index)
    {
        if (!Has(index))
        {
            return null;
        }

        Value value = Stored(index);
        return B.ConstantOf(value) is { } data ? data.ToInt64().As<long>().ToArray() : B.IntegersOf(value);
    }

    /// <summary>Contents of an integer input that must be known.</summary>
    public long[] Constants(int index, string what) => Known(index) ?? throw Unsupported($"{what} must be a constant");

    /// <summary>Rank of an input: as inferred, else as the file has it.</summary>
    public int Rank(int index) => B.RankOf(In(index)) ?? InputTensor(index).Sizes.Length;

    /// <summary>Rank of a value.</summary>
    public int Rank(Value value) => B.RankOf(value) ?? throw Unsupported("the number of dimensions must be known");

    /// <summary>An axis counted from the front.</summary>
    public long Axis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive >= 0 && positive < rank ? positive : throw Damaged($"names axis {axis} of {rank}");
    }

    public Value ToChannelsFirst(Value value) => Rank(value) == 4 ? B.Transpose(value, 0, 3, 1, 2) : throw Unsupported("its input must have 4 dimensions");

    public Value ToChannelsLast(Value value) => B.Transpose(value, 0, 2, 3, 1);

    /// <summary>Weights with their axes in another order; quantized and half-precision constants stay that narrow.</summary>
    public Value Weights(int index, params int[] permutation)
    {
        TfLiteTensor tensor = InputTensor(index);
        Value stored = Stored(index);
        if (tensor.IsQuantized && tensor.Blocks is null && stored.Initializer is not null)
        {
            return Quantization.Dequantize(reader, B.Transpose(stored, permutation), tensor, Array.IndexOf(permutation, tensor.QuantizedDimension));
        }

        return stored.Producer is { OpType: "Cast", Domain: "" } cast && cast.Input(0) is { Initializer: not null } narrow
            ? B.Cast(B.Transpose(narrow, permutation), ElementType.Float32)
            : B.Transpose(In(index), permutation);
    }

    /// <summary>A bias: 32-bit or 64-bit integers with scales of their own, or floats. Null when left out.</summary>
    public Value? Bias(int index)
    {
        if (!Has(index))
        {
            return null;
        }

        TfLiteTensor tensor = InputTensor(index);
        Value stored = Stored(index);
        if (tensor.Type is not (TfLiteType.Int32 or TfLiteType.Int64) || tensor.Scales.Length == 0)
        {
            return In(index);
        }

        if (tensor.Type == TfLiteType.Int32)
        {
            return Quantization.Dequantize(reader, stored, tensor, tensor.QuantizedDimension);
        }

        long[] sums = (B.ConstantOf(stored) ?? throw Unsupported("its bias must be a constant")).As<long>().ToArray();
        float[] scales = tensor.Scales;
        if (scales.Length != 1 && scales.Length != sums.Length)
        {
            throw Damaged($"has {sums.Length} biases and {scales.Length} scales");
        }

        return B.Constant(TensorData.Create<float>(ElementType.Float32, [sums.Length], [.. sums.Select((s, i) => (float)(s * (double)scales[scales.Length == 1 ? 0 : i]))]));
    }

    public static UnsupportedOperatorException Unsupported(string reason) => new(reason);

    public ModelException Damaged(string what) => FileProblem.Damaged(reader.State.File.Path, $"operator {op.Name} at byte {op.Position} {what}");
}
