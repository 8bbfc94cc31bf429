using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;
using static ModelBuild.Formats.MindSpore.Proto.AttributeProto.Types;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>Turns attributes into values, of both generations of MindIR: typed by <c>type</c>, or built by the small grammar in <c>ref_attr_name</c>.</summary>
internal sealed class AttributeReader(TensorReader tensors, string path)
{
    /// <summary>The value of an attribute.</summary>
    /// <exception cref="ModelException">Its parts contradict each other.</exception>
    public MindValue Read(AttributeProto proto) => proto.HasRefAttrName && proto.RefAttrName.Length > 0 ? ReadOld(proto) : ReadTyped(proto);

    private MindValue ReadTyped(AttributeProto proto) => proto.Type switch
    {
        AttributeType.Tuple or AttributeType.List => new MindTuple([.. proto.Values.Select(Read)]),
        AttributeType.Tensors or AttributeType.Tensor => OfTensors(proto),
        AttributeType.Umonad or AttributeType.Iomonad or AttributeType.None or AttributeType.TypeNull => MindNone.Instance,
        _ => (MindValue?)Scalar(proto, 0) ?? MindNone.Instance,
    };

    private MindValue OfTensors(AttributeProto proto)
    {
        MindValue[] items = [.. proto.Tensors.Select(OfTensor), .. proto.T is { } t ? [OfTensor(t)] : Array.Empty<MindValue>()];
        return items.Length == 1 ? items[0] : new MindTuple(items);
    }

    // A tensor without content is a type.
    private MindValue OfTensor(TensorProto tensor) => tensor.HasRawData || tensor.HasSliceLength || tensor.FloatData.Count + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.DoubleData.Count > 0
        ? new MindData(tensors.Read(tensor))
        : new MindType(MindTypes.OfData(tensor.DataType));

    /// <summary>The element at an index of whichever field has it; the single fields stand for index 0.</summary>
    private static MindScalar? Scalar(AttributeProto proto, int index)
    {
        bool isBool = proto.Type == AttributeType.Bool;
        if (index == 0 && (proto.HasI || proto.HasF || proto.HasD || proto.HasS))
        {
            return proto.HasI ? new MindScalar(isBool ? proto.I != 0 : proto.I)
                : proto.HasF ? new MindScalar((double)proto.F)
                : proto.HasD ? new MindScalar(proto.D)
                : new MindScalar(proto.S.ToStringUtf8());
        }

        return index < proto.Ints.Count ? new MindScalar(isBool ? proto.Ints[index] != 0 : proto.Ints[index])
            : index < proto.Floats.Count ? new MindScalar((double)proto.Floats[index])
            : index < proto.Doubles.Count ? new MindScalar(proto.Doubles[index])
            : index < proto.Strings.Count ? new MindScalar(proto.Strings[index].ToStringUtf8())
            : null;
    }

    private MindValue ReadOld(AttributeProto proto)
    {
        string text = proto.RefAttrName;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string form = colon < 0 ? text : text[..colon];
        if (form is "none" or "Monad" or "UMonad" or "IOMonad" || text.Contains("Monad", StringComparison.Ordinal))
        {
            return MindNone.Instance;
        }

        if (form is "tensor" or "type")
        {
            return OfTensors(proto);
        }

        int position = colon + 1;
        return Parse(proto, text, ref position, 0);
    }

    private MindValue Parse(AttributeProto proto, string text, ref int position, int depth)
    {
        if (depth > 32)
        {
            throw new ModelException("MB1010", $"Attribute '{proto.Name}' is nested too deeply: more than 32 lists within each other.", path);
        }

        foreach (string open in (ReadOnlySpan<string>)["Tuple[", "List[", "["])
        {
            if (string.CompareOrdinal(text, position, open, 0, open.Length) == 0)
            {
                position += open.Length;
                var items = new List<MindValue>();
                while (position < text.Length && text[position] != ']')
                {
                    if (text[position] == ',')
                    {
                        position++;
                        continue;
                    }

                    items.Add(Parse(proto, text, ref position, depth + 1));
                }

                position++;
                return new MindTuple(items);
            }
        }

        int end = position;
        while (end < text.Length && text[end] is not (',' or ']'))
        {
            end++;
        }

        string name = text[position..end];
        position = Math.Max(end, position + 1);
        if (!name.StartsWith("value", StringComparison.Ordinal) || !int.TryParse(name.AsSpan(5), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number))
        {
            return MindNone.Instance;
        }

        int index = Math.Max(0, number - 1);
        return Scalar(proto, index) ?? (index < proto.Tensors.Count ? OfTensor(proto.Tensors[index])
            : throw FileProblem.Damaged(path, $"attribute '{proto.Name}' names element {number}, which is not there"));
    }
}
