using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Encodes <see cref="GraphType"/> as <c>TypeProto</c>.</summary>
internal static class OnnxTypeWriter
{
    public static MessageWriter Write(GraphType type)
    {
        var message = new MessageWriter();
        switch (type)
        {
            case TensorType t:
                message.Message(1, Tensor(t.ElementType, t.Shape));
                break;
            case SequenceType s:
                message.Message(4, Element(s.Element));
                break;
            case MapType m:
                var map = new MessageWriter();
                map.Int(1, (int)m.Key);
                if (m.Value is not null)
                {
                    map.Message(2, Write(m.Value));
                }

                message.Message(5, map);
                break;
            case OpaqueType o:
                var opaque = new MessageWriter();
                opaque.StringUnlessEmpty(1, o.Domain);
                opaque.StringUnlessEmpty(2, o.Name);
                message.Message(7, opaque);
                break;
            case SparseTensorType t:
                message.Message(8, Tensor(t.ElementType, t.Shape));
                break;
            case OptionalType o:
                message.Message(9, Element(o.Element));
                break;
            default:
                throw new ArgumentException($"{type.GetType().Name} has no counterpart in ONNX.", nameof(type));
        }

        message.StringUnlessEmpty(6, type.Denotation);
        return message;
    }

    private static MessageWriter Element(GraphType? element)
    {
        var message = new MessageWriter();
        if (element is not null)
        {
            message.Message(1, Write(element));
        }

        return message;
    }

    private static MessageWriter Tensor(ElementType elementType, Shape? shape)
    {
        var message = new MessageWriter();
        message.IntUnlessZero(1, (int)elementType);
        if (shape is not null)
        {
            var dimensions = new MessageWriter();
            foreach (Dimension d in shape)
            {
                var dimension = new MessageWriter();
                if (d.IsFixed)
                {
                    dimension.Int(1, d.Value);
                }
                else if (d.Symbol is { } symbol)
                {
                    dimension.String(2, symbol);
                }

                dimensions.Message(1, dimension);
            }

            message.Message(2, dimensions);
        }

        return message;
    }
}
