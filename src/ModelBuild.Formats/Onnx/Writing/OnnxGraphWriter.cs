using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Encodes graphs and functions. One writer serves one name scope: the model's graph, or one function.</summary>
internal sealed class OnnxGraphWriter(OnnxValueNames names, ExternalDataLayout? external)
{
    /// <summary>Encodes <c>GraphProto</c>.</summary>
    public MessageWriter Write(Graph graph)
    {
        var message = new MessageWriter();
        foreach (Node node in graph.Nodes)
        {
            message.Message(1, Write(node));
        }

        // ONNX asks for a name, and ONNX Runtime for one that is not empty.
        message.String(2, graph.Name.Length > 0 ? graph.Name : "graph");
        var inputs = new HashSet<Value>(graph.Inputs, ReferenceEqualityComparer.Instance);
        foreach (Value value in graph.Initializers)
        {
            if (!graph.SparseInitializers.ContainsKey(value))
            {
                TensorData data = value.Initializer ?? throw new ModelException("MB1009", $"Initializer '{value.Name}' has no content.");
                message.Message(5, OnnxTensorWriter.Write(data, names[value], inputs.Contains(value) ? null : value.Metadata, external));
            }
        }

        message.StringUnlessEmpty(10, graph.DocString);
        foreach (Value value in graph.Inputs)
        {
            message.Message(11, Write(value));
        }

        foreach (Value value in graph.Outputs)
        {
            message.Message(12, Write(value));
        }

        foreach (Value value in graph.Initializers)
        {
            // A tensor states its own type, and its description is that of the content.
            if (value.DocString.Length > 0 && !inputs.Contains(value))
            {
                message.Message(13, Write(value));
            }
        }

        WriteInnerTypes(message, 13, graph);
        foreach ((string name, SortedDictionary<string, string> roles) in graph.QuantizationAnnotations)
        {
            var annotation = new MessageWriter();
            annotation.String(1, name);
            OnnxTensorWriter.Entries(annotation, 2, roles);
            message.Message(14, annotation);
        }

        foreach (Value value in graph.Initializers)
        {
            if (graph.SparseInitializers.TryGetValue(value, out SparseTensor? sparse))
            {
                message.Message(15, OnnxTensorWriter.Write(sparse, names[value]));
            }
        }

        OnnxTensorWriter.Entries(message, 16, graph.Metadata);
        return message;
    }

    /// <summary>Encodes <c>FunctionProto</c>.</summary>
    public MessageWriter Write(Function function)
    {
        var message = new MessageWriter();
        message.String(1, function.Name);
        foreach (Value value in function.Body.Inputs)
        {
            message.String(4, names[value]);
        }

        foreach (Value value in function.Body.Outputs)
        {
            message.String(5, names[value]);
        }

        foreach (string attribute in function.AttributeNames)
        {
            message.String(6, attribute);
        }

        foreach (Node node in function.Body.Nodes)
        {
            message.Message(7, Write(node));
        }

        message.StringUnlessEmpty(8, function.DocString);
        WriteOpsets(message, 9, function.OpsetImports);
        message.String(10, function.Domain);
        foreach ((string name, AttributeValue value) in function.AttributeDefaults)
        {
            message.Message(11, Write(name, value));
        }

        foreach (Value input in function.Body.Inputs)
        {
            if (HasDescription(input))
            {
                message.Message(12, Write(input));
            }
        }

        WriteInnerTypes(message, 12, function.Body);
        message.StringUnlessEmpty(13, function.Overload);
        OnnxTensorWriter.Entries(message, 14, function.Metadata);
        return message;
    }

    /// <summary>Encodes operator-set versions, in order of the domains.</summary>
    public static void WriteOpsets(MessageWriter message, int field, SortedDictionary<string, long> imports)
    {
        foreach ((string domain, long version) in imports)
        {
            var import = new MessageWriter();
            import.String(1, domain);
            import.Int(2, version);
            message.Message(field, import);
        }
    }

    private static bool HasDescription(Value value) => value.Type is not null || value.DocString.Length > 0 || value.Metadata.Count > 0;

    private void WriteInnerTypes(MessageWriter message, int field, Graph graph)
    {
        // A function's outputs are names without a type.
        HashSet<Value> typed = field == 12 ? [] : new(graph.Outputs, ReferenceEqualityComparer.Instance);
        foreach (Value? value in graph.Nodes.SelectMany(n => n.Outputs))
        {
            if (value is not null && HasDescription(value) && !typed.Contains(value))
            {
                message.Message(field, Write(value));
            }
        }
    }

    private MessageWriter Write(Value value)
    {
        var message = new MessageWriter();
        message.String(1, names[value]);
        if (value.Type is not null)
        {
            message.Message(2, OnnxTypeWriter.Write(value.Type));
        }

        message.StringUnlessEmpty(3, value.DocString);
        OnnxTensorWriter.Entries(message, 4, value.Metadata);
        return message;
    }

    private MessageWriter Write(Node node)
    {
        var message = new MessageWriter();
        foreach (Value? input in node.Inputs)
        {
            message.String(1, names[input]);
        }

        foreach (Value? output in node.Outputs)
        {
            message.String(2, names[output]);
        }

        message.StringUnlessEmpty(3, node.Name);
        message.String(4, node.OpType);
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            message.Message(5, Write(name, value));
        }

        message.StringUnlessEmpty(6, node.DocString);
        message.StringUnlessEmpty(7, node.Domain);
        message.StringUnlessEmpty(8, node.Overload);
        OnnxTensorWriter.Entries(message, 9, node.Metadata);
        message.Raw(node.Unknown);
        return message;
    }

    private MessageWriter Write(string name, AttributeValue value)
    {
        var message = new MessageWriter();
        message.String(1, name);
        int type = WriteContent(message, value);
        message.StringUnlessEmpty(13, value.DocString);
        message.Int(20, type);
        if (value is ReferenceAttribute reference)
        {
            message.String(21, reference.Reference);
        }

        return message;
    }

    /// <summary>Encodes the value and returns ONNX's number of its type.</summary>
    private int WriteContent(MessageWriter message, AttributeValue value)
    {
        switch (value)
        {
            case FloatAttribute a:
                message.Float(2, a.Value);
                return 1;
            case IntAttribute a:
                message.Int(3, a.Value);
                return 2;
            case StringAttribute a:
                message.Bytes(4, a.Bytes.Span);
                return 3;
            case TensorAttribute a:
                message.Message(5, OnnxTensorWriter.Write(a.Value, ""));
                return 4;
            case GraphAttribute a:
                message.Message(6, Write(a.Value));
                return 5;
            case SparseTensorAttribute a:
                message.Message(22, OnnxTensorWriter.Write(a.Value, ""));
                return 11;
            case TypeAttribute a:
                message.Message(14, OnnxTypeWriter.Write(a.Value));
                return 13;
            case ReferenceAttribute a:
                return a.Type;
            default:
                return WriteList(message, value);
        }
    }

    private int WriteList(MessageWriter message, AttributeValue value)
    {
        switch (value)
        {
            case FloatsAttribute a:
                foreach (float item in a.Values)
                {
                    message.Float(7, item);
                }

                return 6;
            case IntsAttribute a:
                foreach (long item in a.Values)
                {
                    message.Int(8, item);
                }

                return 7;
            case StringsAttribute a:
                foreach (ReadOnlyMemory<byte> item in a.Values)
                {
                    message.Bytes(9, item.Span);
                }

                return 8;
            case TensorsAttribute a:
                foreach (TensorData item in a.Values)
                {
                    message.Message(10, OnnxTensorWriter.Write(item, ""));
                }

                return 9;
            case GraphsAttribute a:
                foreach (Graph item in a.Values)
                {
                    message.Message(11, Write(item));
                }

                return 10;
            case SparseTensorsAttribute a:
                foreach (SparseTensor item in a.Values)
                {
                    message.Message(23, OnnxTensorWriter.Write(item, ""));
                }

                return 12;
            case TypesAttribute a:
                foreach (GraphType item in a.Values)
                {
                    message.Message(15, OnnxTypeWriter.Write(item));
                }

                return 14;
            default:
                throw new ArgumentException($"{value.GetType().Name} has no counterpart in ONNX.", nameof(value));
        }
    }
}
