namespace ModelBuild.Graphs;

/// <summary>Copies of models that can be changed while the source stays as it is.</summary>
public static class ModelCopy
{
    /// <summary>
    /// Copies graphs, nodes and values. Tensor contents, which never change, are shared: the source must not be disposed while the copy is in use. The copy owns no file.
    /// </summary>
    public static Model Copy(this Model model)
    {
        var values = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
        var copy = new Model
        {
            Graph = CopyGraph(model.Graph, values),
            IrVersion = model.IrVersion,
            ProducerName = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Domain = model.Domain,
            ModelVersion = model.ModelVersion,
            DocString = model.DocString,
            Unknown = model.Unknown,
        };
        CopyEntries(model.OpsetImports, copy.OpsetImports);
        CopyEntries(model.Metadata, copy.Metadata);
        copy.Functions.AddRange(model.Functions.Select(CopyFunction));
        return copy;
    }

    private static Function CopyFunction(Function function)
    {
        var copy = new Function(function.Domain, function.Name, function.Overload)
        {
            Body = CopyGraph(function.Body, new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance)),
            DocString = function.DocString,
        };
        copy.AttributeNames.AddRange(function.AttributeNames);
        CopyEntries(function.AttributeDefaults, copy.AttributeDefaults);
        CopyEntries(function.OpsetImports, copy.OpsetImports);
        CopyEntries(function.Metadata, copy.Metadata);
        return copy;
    }

    // Readers bound the depth of nesting, so recursion over it is bounded.
    private static Graph CopyGraph(Graph graph, Dictionary<Value, Value> values)
    {
        var copy = new Graph { Name = graph.Name, DocString = graph.DocString };
        copy.Inputs.AddRange(graph.Inputs.Select(v => CopyValue(v, values)));
        copy.Initializers.AddRange(graph.Initializers.Select(v => CopyValue(v, values)));
        foreach (Node node in graph.Nodes)
        {
            copy.Nodes.Add(CopyNode(node, values));
        }

        copy.Outputs.AddRange(graph.Outputs.Select(v => CopyValue(v, values)));
        foreach ((Value value, SparseTensor sparse) in graph.SparseInitializers)
        {
            copy.SparseInitializers.Add(CopyValue(value, values), sparse);
        }

        foreach ((string name, SortedDictionary<string, string> roles) in graph.QuantizationAnnotations)
        {
            copy.QuantizationAnnotations.Add(name, new SortedDictionary<string, string>(roles, StringComparer.Ordinal));
        }

        CopyEntries(graph.Metadata, copy.Metadata);
        return copy;
    }

    private static Node CopyNode(Node node, Dictionary<Value, Value> values)
    {
        Value? Of(Value? value) => value is null ? null : CopyValue(value, values);
        var copy = new Node(node.OpType, node.Inputs.Select(Of), node.Outputs.Select(Of), node.Domain)
        {
            Overload = node.Overload,
            Name = node.Name,
            DocString = node.DocString,
            Unknown = node.Unknown,
        };
        CopyEntries(node.Metadata, copy.Metadata);
        foreach ((string name, AttributeValue attribute) in node.Attributes)
        {
            copy.Attributes.Add(name, attribute switch
            {
                GraphAttribute g => new GraphAttribute(CopyGraph(g.Value, values)) { DocString = g.DocString },
                GraphsAttribute g => new GraphsAttribute([.. g.Values.Select(v => CopyGraph(v, values))]) { DocString = g.DocString },
                _ => attribute,
            });
        }

        return copy;
    }

    private static Value CopyValue(Value value, Dictionary<Value, Value> values)
    {
        if (!values.TryGetValue(value, out Value? copy))
        {
            copy = new Value(value.Name) { Type = value.Type, Initializer = value.Initializer, DocString = value.DocString };
            CopyEntries(value.Metadata, copy.Metadata);
            values.Add(value, copy);
        }

        return copy;
    }

    private static void CopyEntries<T>(SortedDictionary<string, T> from, SortedDictionary<string, T> to)
    {
        foreach ((string key, T value) in from)
        {
            to.Add(key, value);
        }
    }
}
