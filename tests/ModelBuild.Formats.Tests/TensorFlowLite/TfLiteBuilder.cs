namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>Small .tflite files of one operator.</summary>
internal sealed class TfLiteBuilder
{
    private readonly List<FlatNode> _tensors = [];
    private readonly List<FlatNode> _buffers = [new()];
    private readonly List<int> _inputs = [];
    private readonly List<int> _constants = [];
    private int _output = -1;

    public TfLiteBuilder Input(params int[] shape)
    {
        _inputs.Add(Tensor(shape, null));
        return this;
    }

    /// <summary>An input of which a size is free.</summary>
    public TfLiteBuilder Input(int[] shape, int[] signature)
    {
        _inputs.Add(Tensor(shape, null));
        _tensors[^1].Set(7, signature);
        return this;
    }

    public TfLiteBuilder Constant(float[] values, params int[] shape)
    {
        _constants.Add(Tensor(shape, [.. values.SelectMany(BitConverter.GetBytes)]));
        return this;
    }

    public TfLiteBuilder Constant(int[] values)
    {
        _constants.Add(Tensor([values.Length], [.. values.SelectMany(BitConverter.GetBytes)]));
        _tensors[^1].Set(1, (sbyte)2);
        return this;
    }

    /// <summary>An 8-bit constant with scales along an axis.</summary>
    public TfLiteBuilder Constant(sbyte[] values, float[] scales, int axis, params int[] shape)
    {
        _constants.Add(Tensor(shape, [.. values.Select(v => (byte)v)]));
        _tensors[^1].Set(1, (sbyte)9).Set(4, new FlatNode().Set(2, scales).Set(6, axis));
        return this;
    }

    public TfLiteBuilder Output(params int[] shape)
    {
        _output = Tensor(shape, null);
        return this;
    }

    /// <summary>The file; inputs of the operator are the inputs and constants in the order in which they were added.</summary>
    public byte[] Build(int code, byte optionsKind, FlatNode? options)
    {
        int[] inputs = [.. _inputs.Concat(_constants).Order()];
        FlatNode op = new FlatNode().Set(1, inputs).Set(2, new[] { _output });
        if (options is not null)
        {
            op.Set(3, optionsKind).Set(4, options);
        }

        FlatNode graph = new FlatNode().Set(0, _tensors.ToArray()).Set(1, _inputs.ToArray()).Set(2, new[] { _output }).Set(3, new[] { op });
        return new FlatNode()
            .Set(0, 3)
            .Set(1, new[] { code == 0 ? new FlatNode() : new FlatNode().Set(0, (sbyte)Math.Min(code, 127)).Set(3, code) })
            .Set(2, new[] { graph })
            .Set(4, _buffers.ToArray())
            .ToFile("TFL3");
    }

    private int Tensor(int[] shape, byte[]? content)
    {
        FlatNode tensor = new FlatNode().Set(0, shape).Set(3, $"t{_tensors.Count}");
        if (content is not null)
        {
            tensor.Set(2, _buffers.Count);
            _buffers.Add(new FlatNode().Set(0, content));
        }

        _tensors.Add(tensor);
        return _tensors.Count - 1;
    }
}
