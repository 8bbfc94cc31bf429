using Google.Protobuf;
using Google.Protobuf.Collections;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Turns <c>GraphProto</c> and <c>FunctionProto</c> into <see cref="Graph"/>. Nesting is bounded by the parser.</summary>
/// <param name="tensors">Reads tensors.</param>
/// <param name="path">The model's path, for messages.</param>
/// <param name="initializersAreConstant">
/// Before IR version 4 an initializer had to stand among the inputs too, so those are not inputs. Since then one that does is a default that the caller may override.
/// </param>
internal sealed class OnnxGraphReader(OnnxTensorReader tensors, string path, bool initializersAreConstant)
{
    /// <summary>The graph with all that is nested in it.</summary>
    public Graph Read(GraphProto proto, GraphScope? outer)
    {
        var graph = new Graph { Name = proto.Name, DocString = proto.DocString };
        CopyEntries(proto.MetadataProps, graph.Metadata);
        var scope = new GraphScope(outer, path);
        foreach (ValueInfoProto info in proto.Input)
        {
            Value value = scope.Define(info.Name, "Input");
            Describe(value, info);
            graph.Inputs.Add(value);
        }

        ReadInitializers(proto, graph, scope);
        ReadNodes(proto.Node, graph, scope, proto.ValueInfo);
        foreach (ValueInfoProto info in proto.Output)
        {
            Value value = scope.Resolve(info.Name, () => $"The output list of graph '{proto.Name}'");
            if (scope.TryGetOwn(info.Name, out _))
            {
                Describe(value, info);
            }

            graph.Outputs.Add(value);
        }

        foreach (TensorAnnotation annotation in proto.QuantizationAnnotation)
        {
            var roles = new SortedDictionary<string, string>(StringComparer.Ordinal);
            CopyEntries(annotation.QuantParameterTensorNames, roles);
            graph.QuantizationAnnotations[annotation.TensorName] = roles;
        }

        return graph;
    }

    /// <summary>The function with its body.</summary>
    public Function Read(FunctionProto proto)
    {
        var function = new Function(OnnxNames.Domain(proto.Domain), proto.Name, proto.Overload) { DocString = proto.DocString };
        CopyEntries(proto.MetadataProps, function.Metadata);
        OnnxNames.CopyOpsets(proto.OpsetImport, function.OpsetImports);
        function.AttributeNames.AddRange(proto.Attribute);

        var scope = new GraphScope(null, path);
        Graph body = function.Body;
        body.Name = proto.Name;
        foreach (string name in proto.Input)
        {
            body.Inputs.Add(scope.Define(name, $"Function '{proto.Name}': input"));
        }

        foreach (AttributeProto attribute in proto.AttributeProto)
        {
            function.AttributeDefaults[attribute.Name] = ReadAttribute(attribute, scope, () => $"Function '{proto.Name}'");
        }

        ReadNodes(proto.Node, body, scope, proto.ValueInfo);
        foreach (string name in proto.Output)
        {
            body.Outputs.Add(scope.Resolve(name, () => $"The output list of function '{proto.Name}'"));
        }

        return function;
    }

    /// <summary>Copies keys and values; the first of a repeated key counts.</summary>
    public static void CopyEntries(RepeatedField<StringStringEntryProto> entries, SortedDictionary<string, string> destination)
    {
        foreach (StringStringEntryProto entry in entries)
        {
            destination.TryAdd(entry.Key, entry.Value);
        }
    }

    private static void Describe(Value value, ValueInfoProto info)
    {
        value.Type ??= OnnxTypeReader.Read(info.Type);
        if (value.DocString.Length == 0)
        {
            value.DocString = info.DocString;
        }

        CopyEntries(info.MetadataProps, value.Metadata);
    }

    private void ReadInitializers(GraphProto proto, Graph graph, GraphScope scope)
    {
        foreach (TensorProto tensor in proto.Initializer)
        {
            Add(tensor.Name, tensors.Read(tensor), tensor.MetadataProps);
        }

        foreach (SparseTensorProto tensor in proto.SparseInitializer)
        {
            string name = tensor.Values?.Name ?? "";
            SparseTensor sparse = tensors.ReadSparse(tensor);
            graph.SparseInitializers.Add(Add(name, tensors.Densify(sparse, name), null), sparse);
        }

        if (initializersAreConstant)
        {
            graph.Inputs.RemoveAll(i => i.Initializer is not null);
        }

        Value Add(string name, TensorData data, RepeatedField<StringStringEntryProto>? metadata)
        {
            if (name.Length == 0)
            {
                throw new ModelException("MB1009", $"An initializer of graph '{proto.Name}' has no name.", path);
            }

            if (!scope.TryGetOwn(name, out Value? value) || value.Initializer is not null)
            {
                value = scope.Define(name, "Initializer");
            }

            value.Initializer = data;
            value.Type ??= new TensorType(data.ElementType, Shape.Of(data.Dimensions));
            if (metadata is not null)
            {
                CopyEntries(metadata, value.Metadata);
            }

            graph.Initializers.Add(value);
            return value;
        }
    }

    private void ReadNodes(RepeatedField<NodeProto> nodes, Graph graph, GraphScope scope, RepeatedField<ValueInfoProto> valueInfo)
    {
        // All outputs first: some exporters do not sort their nodes, so a name may be used before the node that computes it.
        var outputs = new Value?[nodes.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            int index = i;
            outputs[i] = [.. nodes[i].Output.Select(name => name.Length == 0 ? null : scope.DefineOutput(name, index, "Value"))];
        }

        foreach (ValueInfoProto info in valueInfo)
        {
            if (scope.TryGetOwn(info.Name, out Value? value))
            {
                Describe(value, info);
            }
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            scope.CurrentNode = i;
            graph.Nodes.Add(ReadNode(nodes[i], outputs[i], scope));
        }

        scope.CurrentNode = nodes.Count;
        if (scope.IsUnsorted)
        {
            NodeOrder.Sort(graph, path);
        }
    }

    private Node ReadNode(NodeProto proto, Value?[] outputs, GraphScope scope)
    {
        string User() => $"Node '{(proto.Name.Length > 0 ? proto.Name : proto.Output.FirstOrDefault() ?? "?")}' ({proto.OpType})";

        var inputs = new Value?[proto.Input.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = proto.Input[i].Length == 0 ? null : scope.Resolve(proto.Input[i], User);
        }

        var node = new Node(proto.OpType, inputs, outputs, OnnxNames.Domain(proto.Domain)) { Name = proto.Name, DocString = proto.DocString, Overload = proto.Overload };
        foreach (AttributeProto attribute in proto.Attribute)
        {
            if (!node.Attributes.TryAdd(attribute.Name, ReadAttribute(attribute, scope, User)))
            {
                throw new ModelException("MB1009", $"{User()} has attribute '{attribute.Name}' twice.", path);
            }
        }

        CopyEntries(proto.MetadataProps, node.Metadata);
        if (proto.DeviceConfigurations.Count > 0)
        {
            node.Unknown = OnnxNames.DeviceConfigurations(proto.DeviceConfigurations);
        }

        return node;
    }

    private AttributeValue ReadAttribute(AttributeProto proto, GraphScope scope, Func<string> user)
    {
        int type = proto.Type != 0 ? proto.Type : GuessType(proto);
        AttributeValue value = proto.RefAttrName.Length > 0 ? new ReferenceAttribute(proto.RefAttrName, proto.Type) : type switch
        {
            1 => new FloatAttribute(proto.F),
            2 => new IntAttribute(proto.I),
            3 => new StringAttribute(proto.S.ToByteArray()),
            4 => new TensorAttribute(tensors.Read(proto.T ?? throw Missing())),
            5 => new GraphAttribute(Read(proto.G ?? throw Missing(), scope)),
            6 => new FloatsAttribute([.. proto.Floats]),
            7 => new IntsAttribute([.. proto.Ints]),
            8 => new StringsAttribute([.. proto.Strings.Select(s => s.Memory)]),
            9 => new TensorsAttribute([.. proto.Tensors.Select(tensors.Read)]),
            10 => new GraphsAttribute([.. proto.Graphs.Select(g => Read(g, scope))]),
            11 => new SparseTensorAttribute(tensors.ReadSparse(proto.SparseTensor ?? throw Missing())),
            12 => new SparseTensorsAttribute([.. proto.SparseTensors.Select(tensors.ReadSparse)]),
            13 => new TypeAttribute(OnnxTypeReader.Read(proto.Tp) ?? throw Missing()),
            14 => new TypesAttribute([.. proto.TypeProtos.Select(t => OnnxTypeReader.Read(t) ?? throw Missing())]),
            _ => throw new ModelException("MB1005", $"{user()}: attribute '{proto.Name}' has type {type}, which this version does not know.", path),
        };
        value.DocString = proto.DocString;
        return value;

        ModelException Missing() => new("MB1009", $"{user()}: attribute '{proto.Name}' has no content.", path);
    }

    /// <summary>Before IR version 2 the type of an attribute was not stated.</summary>
    private static int GuessType(AttributeProto proto) =>
        proto.HasF ? 1
        : proto.HasI ? 2
        : proto.HasS ? 3
        : proto.T is not null ? 4
        : proto.G is not null ? 5
        : proto.Floats.Count > 0 ? 6
        : proto.Strings.Count > 0 ? 8
        : proto.Tensors.Count > 0 ? 9
        : proto.Graphs.Count > 0 ? 10
        : proto.SparseTensor is not null ? 11
        : proto.SparseTensors.Count > 0 ? 12
        : proto.Tp is not null ? 13
        : proto.TypeProtos.Count > 0 ? 14
        : 7;
}
