namespace ModelBuild.Kernels;

/// <summary>A dictionary from integers or texts to numbers, as the operators of <c>ai.onnx.ml</c> use it.</summary>
public sealed class MapValue : PlanValue
{
    /// <summary>Keys, one dimension, 64-bit integers or texts.</summary>
    public TensorValue Keys { get; } = new();

    /// <summary>Values in the order of the keys, one dimension.</summary>
    public TensorValue Values { get; } = new();

    /// <inheritdoc/>
    public override void CopyFrom(PlanValue source)
    {
        if (source is not MapValue map)
        {
            throw new KernelException($"A map is expected, not {source.GetType().Name}.");
        }

        Keys.CopyFrom(map.Keys);
        Values.CopyFrom(map.Values);
    }

    /// <inheritdoc/>
    public override PlanValue CreateEmpty() => new MapValue();

    /// <inheritdoc/>
    public override void Release()
    {
        Keys.Release();
        Values.Release();
    }
}
