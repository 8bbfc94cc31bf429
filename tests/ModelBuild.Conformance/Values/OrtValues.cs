using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Values;

/// <summary>Values of files as values of ONNX Runtime.</summary>
internal static class OrtValues
{
    /// <summary>Makes a value. Dispose it.</summary>
    public static OrtValue Create(OnnxValue value, GraphType? type)
    {
        switch (value)
        {
            case OnnxTensorValue tensor:
                return Create(tensor.Data);
            case OnnxSequenceValue { Items: [] }:
                return OrtEmptyValues.Sequence((TensorElementType)ElementTypeOf(type));
            case OnnxSequenceValue sequence:
                OrtValue[] items = [.. sequence.Items.Select(i => Create(i, (type as SequenceType)?.Element))];
                try
                {
                    return OrtValue.FromItems(items);
                }
                finally
                {
                    Array.ForEach(items, i => i.Dispose());
                }

            case OnnxOptionalValue { Value: { } present }:
                return Create(present, (type as OptionalType)?.Element);
            case OnnxOptionalValue:
                return (type as OptionalType)?.Element is SequenceType
                    ? OrtEmptyValues.OptionalSequence((TensorElementType)ElementTypeOf(type))
                    : OrtEmptyValues.OptionalTensor((TensorElementType)ElementTypeOf(type));
            default:
                throw new NotSupportedException($"Values of kind {value.GetType().Name} can't be given.");
        }
    }

    /// <summary>Makes a tensor. Dispose it.</summary>
    public static OrtValue Create(TensorData data) => data.Strings is { } texts
        ? OrtValue.FromStrings(data.Dimensions, texts)
        : OrtValue.FromBytes((TensorElementType)data.ElementType, data.Dimensions, data.Bytes);

    private static ElementType ElementTypeOf(GraphType? type) => type switch
    {
        TensorType t => t.ElementType,
        SequenceType s => ElementTypeOf(s.Element),
        OptionalType o => ElementTypeOf(o.Element),
        _ => ElementType.Float32,
    };
}
