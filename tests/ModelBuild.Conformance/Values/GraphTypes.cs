using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Values;

/// <summary>ONNX Runtime's types as the graph's.</summary>
internal static class GraphTypes
{
    public static GraphType Of(OrtType type) => type switch
    {
        OrtTensorType { IsSparse: true } t => new SparseTensorType((ElementType)t.ElementType, null),
        OrtTensorType t => new TensorType((ElementType)t.ElementType, null),
        OrtSequenceType s => new SequenceType(Of(s.Element)),
        OrtOptionalType o => new OptionalType(Of(o.Element)),
        OrtMapType m => new MapType((ElementType)m.Key, Of(m.Value)),
        _ => throw new NotSupportedException($"Values of type {type} can't be given."),
    };
}
