using System.Text;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Conformance.Values;

/// <summary>Values of files as values of a plan, and back.</summary>
internal static class PlanValues
{
    /// <summary>Makes a value.</summary>
    public static PlanValue Create(OnnxValue value)
    {
        switch (value)
        {
            case OnnxTensorValue tensor:
                return Create(tensor.Data);
            case OnnxSequenceValue sequence:
                var list = new SequenceValue();
                list.Items.AddRange(sequence.Items.Select(Create));
                return list;
            case OnnxOptionalValue optional:
                var holder = new OptionalValue();
                holder.Set(optional.Value is { } item ? Create(item) : null);
                return holder;
            default:
                throw new NotSupportedException($"Values of kind {value.GetType().Name} can't be given.");
        }
    }

    /// <summary>Makes a tensor.</summary>
    public static TensorValue Create(TensorData data)
    {
        var tensor = new TensorValue((TensorElementType)data.ElementType, data.Dimensions);
        if (data.Strings is { } texts)
        {
            for (int i = 0; i < texts.Count; i++)
            {
                tensor.Strings[i] = Encoding.UTF8.GetString(texts[i].Span);
            }
        }
        else
        {
            data.Bytes.CopyTo(tensor.Bytes);
        }

        return tensor;
    }

    /// <summary>The value as a file would hold it.</summary>
    public static OnnxValue ToOnnx(PlanValue value) => value switch
    {
        TensorValue t => new OnnxTensorValue(t.ElementType == TensorElementType.String
            ? new StringTensorData(t.Shape, [.. t.Strings.ToArray().Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))])
            : new MemoryTensorData((ElementType)t.ElementType, t.Shape, t.Bytes.ToArray())),
        SequenceValue s => new OnnxSequenceValue([.. s.Items.Select(ToOnnx)]),
        OptionalValue o => new OnnxOptionalValue(o.Item is null ? null : ToOnnx(o.Item)),
        _ => throw new NotSupportedException($"Values of kind {value.GetType().Name} can't be compared."),
    };
}
