using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Turns <c>TypeProto</c> into <see cref="GraphType"/>.</summary>
internal static class OnnxTypeReader
{
    /// <summary>The type, or null when none is stated. Nesting is bounded by the parser.</summary>
    public static GraphType? Read(TypeProto? proto)
    {
        GraphType? type = proto?.ValueCase switch
        {
            TypeProto.ValueOneofCase.TensorType => new TensorType((ElementType)proto.TensorType.ElemType, ReadShape(proto.TensorType.Shape)),
            TypeProto.ValueOneofCase.SparseTensorType => new SparseTensorType((ElementType)proto.SparseTensorType.ElemType, ReadShape(proto.SparseTensorType.Shape)),
            TypeProto.ValueOneofCase.SequenceType => new SequenceType(Read(proto.SequenceType.ElemType)),
            TypeProto.ValueOneofCase.OptionalType => new OptionalType(Read(proto.OptionalType.ElemType)),
            TypeProto.ValueOneofCase.MapType => new MapType((ElementType)proto.MapType.KeyType, Read(proto.MapType.ValueType)),
            TypeProto.ValueOneofCase.OpaqueType => new OpaqueType(proto.OpaqueType.Domain, proto.OpaqueType.Name),
            _ => null,
        };
        return type is not null && proto!.Denotation.Length > 0 ? type with { Denotation = proto.Denotation } : type;
    }

    private static Shape? ReadShape(TensorShapeProto? proto)
    {
        if (proto is null)
        {
            return null;
        }

        var dimensions = new Dimension[proto.Dim.Count];
        for (int i = 0; i < dimensions.Length; i++)
        {
            TensorShapeProto.Types.Dimension d = proto.Dim[i];
            dimensions[i] = d.ValueCase switch
            {
                // Some exporters write -1 for a size that is not known.
                TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when d.DimValue >= 0 => Dimension.Fixed(d.DimValue),
                TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when d.DimParam.Length > 0 => Dimension.Named(d.DimParam),
                _ => Dimension.Unknown,
            };
        }

        return new Shape(dimensions);
    }
}
