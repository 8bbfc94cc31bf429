using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;

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
                return tensor.Data.ToValue();
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

    /// <summary>The value as a file would hold it.</summary>
    public static OnnxValue ToOnnx(PlanValue value) => value switch
    {
        TensorValue t => new OnnxTensorValue(t.ToData()),
        SequenceValue s => new OnnxSequenceValue([.. s.Items.Select(ToOnnx)]),
        OptionalValue o => new OnnxOptionalValue(o.Item is null ? null : ToOnnx(o.Item)),
        _ => throw new NotSupportedException($"Values of kind {value.GetType().Name} can't be compared."),
    };
}
