using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.MindSpore.Primitives;
using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>
/// Reads MindIR: walks the nodes of the main graph, follows calls into the other graphs and translates primitives as they come. Tuples,
/// constants and closures are known while walking; what is left in the model are tensors.
/// </summary>
internal sealed class MindIrReader
{
    private const int MaximumCalls = 200;
    private const int MaximumNodes = 1_000_000;

    private readonly string _path;
    private readonly ModelProto _proto;
    private readonly Model _model;
    private readonly TensorReader _tensors;
    private readonly AttributeReader _attributes;
    private readonly UnsupportedOperators _unsupported = new();
    private readonly Dictionary<string, GraphProto> _graphs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PrimitiveProto> _primitives = new(StringComparer.Ordinal);
    private int _visited;

    private MindIrReader(ModelProto proto, Model model, ByteSource source, ModelReadOptions options)
    {
        _path = source.Path;
        _proto = proto;
        _model = model;
        _tensors = new TensorReader(source, options, model.Own);
        _attributes = new AttributeReader(_tensors, source.Path);
    }

    public static Model Read(string path, ModelReadOptions options)
    {
        Model model = ImportedModel.Create("MindSpore");
        try
        {
            ByteSource source = EncryptedFile.Open(path, options, model.Own);
            ModelProto proto = MindIrSkeleton.ReadModel(source);
            if (proto.Graph is null)
            {
                throw FileProblem.Damaged(path, "it has no graph");
            }

            model.ProducerName = proto.ProducerName;
            model.ProducerVersion = proto.ModelVersion;
            new MindIrReader(proto, model, source, options).Build();
            return ImportedModel.Finish(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private void Build()
    {
        foreach (PrimitiveProto primitive in _proto.Primitives)
        {
            _primitives[primitive.Name] = primitive;
        }

        foreach (GraphProto function in _proto.Functions)
        {
            _graphs[function.Name] = function;
        }

        var builder = new GraphBuilder(_model);
        var scope = new Scope(null);
        GraphProto main = _proto.Graph;
        _model.Graph.Name = main.Name;
        foreach (ValueInfoProto input in main.Input)
        {
            scope[input.Name] = input.Denotation is "UMonadType" or "IOMonadType" ? MindNone.Instance
                : input.Tensor.Count > 0 ? new MindTensor(builder.Input(PlainName(input.Name), TypeOf(input.Tensor[0].DataType, input.Name), ShapeOf(input.Tensor[0])))
                : throw new ModelException("MB1015", $"Input '{PlainName(input.Name)}' is no tensor; only tensors can be inputs of a model.", _path);
        }

        AddParameters(_proto.Graph, builder, scope);
        foreach (GraphProto function in _proto.Functions)
        {
            AddParameters(function, builder, scope);
        }

        RunNodes(main, builder, scope, 0);
        _unsupported.ThrowIfRead(_path);
        var outputs = new List<(Value Value, string Name)>();
        foreach (ValueInfoProto output in main.Output)
        {
            Flatten(Find(output.Name, scope, main.Name), PlainName(output.Name), builder, outputs);
        }

        if (outputs.Count == 0)
        {
            throw FileProblem.Damaged(_path, "its graph has no output");
        }

        foreach ((Value value, string name) in outputs)
        {
            builder.Output(value, name);
        }
    }

    private void AddParameters(GraphProto graph, GraphBuilder builder, Scope scope)
    {
        foreach (TensorProto parameter in graph.Parameter)
        {
            if (!scope.Contains(parameter.Name))
            {
                scope[parameter.Name] = new MindTensor(builder.Constant(_tensors.Read(parameter), parameter.RefKey.Length > 0 ? parameter.RefKey : PlainName(parameter.Name)));
            }
        }
    }

    private static void Flatten(MindValue value, string name, GraphBuilder builder, List<(Value, string)> outputs)
    {
        if (value is MindTuple tuple)
        {
            for (int i = 0; i < tuple.Items.Count && outputs.Count < 4096; i++)
            {
                Flatten(tuple.Items[i], tuple.Items.Count == 1 ? name : $"{name}:{i}", builder, outputs);
            }
        }
        else if (value is MindTensor { Value: var v })
        {
            outputs.Add((v, v.Producer is not null && !outputs.Exists(o => o.Item1 == v) ? v.Name : name));
        }
        else if (value is not MindNone)
        {
            outputs.Add((new PrimitiveCall("Return", builder, [value], new Dictionary<string, MindValue>()).Tensor(0), name));
        }
    }

    /// <summary>The results of a graph for given arguments.</summary>
    private MindValue Call(MindClosure closure, IReadOnlyList<MindValue> arguments, GraphBuilder builder, Scope outer, int depth)
    {
        if (depth > MaximumCalls)
        {
            throw new ModelException("MB1010", $"Graph '{closure.Graph.Name}' calls itself, or graphs call each other more than {MaximumCalls} deep.", _path);
        }

        GraphProto graph = closure.Graph;
        var scope = new Scope(outer);
        MindValue[] all = [.. closure.Bound, .. arguments];
        if (all.Length < graph.Input.Count)
        {
            throw FileProblem.Damaged(_path, $"graph '{graph.Name}' takes {graph.Input.Count} arguments and is called with {all.Length}");
        }

        for (int i = 0; i < graph.Input.Count; i++)
        {
            scope[graph.Input[i].Name] = all[i];
        }

        RunNodes(graph, builder, scope, depth);
        MindValue[] results = [.. graph.Output.Select(o => Find(o.Name, scope, graph.Name))];
        return results.Length == 1 ? results[0] : new MindTuple(results);
    }

    private void RunNodes(GraphProto graph, GraphBuilder builder, Scope scope, int depth)
    {
        foreach (NodeProto node in graph.Node)
        {
            if (++_visited > MaximumNodes)
            {
                throw new ModelException("MB1010", $"With all calls carried out the model has more than {MaximumNodes} nodes.", _path);
            }

            if (node.Output.Count == 0)
            {
                throw FileProblem.Damaged(_path, $"node '{node.Name}' has no output");
            }

            string name = PlainName(node.Output[0]);
            builder.Scope = node.Domain.Length > 0 ? node.Domain : name;
            int before = builder.Graph.Nodes.Count;
            MindValue result = Run(node, graph, builder, scope, depth);
            Rename(result, name, builder, before);
            scope[node.Output[0]] = result;
        }
    }

    private static void Rename(MindValue result, string name, GraphBuilder builder, int before)
    {
        if (builder.Graph.Nodes.Count == before)
        {
            return;
        }

        if (result is MindTensor { Value: { Producer: { } producer } value } && builder.Graph.Nodes.IndexOf(producer, before) >= 0)
        {
            value.Name = builder.Names.Next(name);
        }
    }

    private MindValue Run(NodeProto node, GraphProto graph, GraphBuilder builder, Scope scope, int depth)
    {
        if (node.OpType == "Constant")
        {
            return node.Attribute.Count == 0 ? MindNone.Instance
                : _attributes.Read(node.Attribute[0]) is MindData data ? new MindTensor(builder.Constant(data.Data, PlainName(node.Output[0])))
                : _attributes.Read(node.Attribute[0]);
        }

        MindValue[] inputs = [.. node.Input.Select(i => Find(i, scope, graph.Name))];
        (string operation, IEnumerable<AttributeProto> attributes) = Operation(node);
        if (operation.Length == 0)
        {
            // A call of a graph or of what a node gave.
            string target = node.OpType["REF::".Length..];
            MindValue callee = scope.TryFind(target) ?? (_graphs.TryGetValue(target, out GraphProto? g) ? new MindClosure(g, []) : MindUnknown.Instance);
            return CallValue(callee, inputs, node, builder, scope, depth);
        }

        if (MindStructure.TryRun(operation, inputs, out MindValue? structural))
        {
            return structural;
        }

        if (inputs.Any(i => i is MindUnknown))
        {
            return MindUnknown.Instance;
        }

        try
        {
            if (!MindPrimitives.ByName.TryGetValue(operation, out MindPrimitive? primitive))
            {
                throw new UnsupportedOperatorException("");
            }

            var values = new Dictionary<string, MindValue>(StringComparer.Ordinal);
            foreach (AttributeProto attribute in attributes)
            {
                if (attribute.Name.Length > 0 && attribute.Name != "shape")
                {
                    values[attribute.Name] = _attributes.Read(attribute);
                }
            }

            return primitive.Read(new PrimitiveCall(operation, builder, Arguments(inputs), values));
        }
        catch (UnsupportedOperatorException e)
        {
            _unsupported.Add(operation, builder.Scope, e.Message);
            return MindUnknown.Instance;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw FileProblem.Damaged(_path, $"node '{builder.Scope}' ({operation}) has inputs or attributes that don't fit together");
        }
    }

    // Values that order side effects come last and are no arguments.
    private static MindValue[] Arguments(MindValue[] inputs)
    {
        int count = inputs.Length;
        while (count > 0 && inputs[count - 1] is MindNone)
        {
            count--;
        }

        return inputs[..count];
    }

    private MindValue CallValue(MindValue callee, MindValue[] arguments, NodeProto node, GraphBuilder builder, Scope scope, int depth)
    {
        switch (callee)
        {
            case MindClosure closure:
                return Call(closure, arguments, builder, scope, depth + 1);
            case MindChoice { Selector: MindScalar { Value: bool or long } known } choice:
                long index = known.Value is bool b ? (b ? 0 : 1) : (long)known.Value;
                return index >= 0 && index < choice.Branches.Count ? CallValue(choice.Branches[(int)index], arguments, node, builder, scope, depth + 1) : throw FileProblem.Damaged(_path, $"node '{node.Name}' chooses a graph that is not there");
            case MindChoice { IsIndex: false } choice:
                return If(choice, arguments, node, builder, scope, depth);
            case MindUnknown when _unsupported.IsEmpty:
                _unsupported.Add(node.OpType, node.Name, "it names neither a primitive nor a graph of the file");
                return callee;
            case MindUnknown:
                return callee;
            default:
                _unsupported.Add("call", node.Name, "what is called is chosen when the model runs by an index; choose by a condition");
                return MindUnknown.Instance;
        }
    }

    /// <summary>A choice between two graphs as ONNX's If, its branches' results as outputs.</summary>
    private MindValue If(MindChoice choice, MindValue[] arguments, NodeProto node, GraphBuilder builder, Scope scope, int depth)
    {
        if (depth > 48)
        {
            throw new ModelException("MB1010", $"Node '{node.Name}' is in a loop or in choices nested too deeply; loops whose length is decided when the model runs can't be read.", _path);
        }

        var branches = new List<(Graph Graph, MindValue Result)>();
        foreach (MindValue branch in choice.Branches)
        {
            GraphBuilder nested = builder.Nested(PlainName(node.Output[0]));
            MindValue result = CallValue(branch, arguments, node, nested, scope, depth + 4);
            var outputs = new List<(Value Value, string Name)>();
            Flatten(result, PlainName(node.Output[0]), nested, outputs);
            foreach ((Value value, string name) in outputs)
            {
                nested.Output(value, nested.Names.Next(name));
            }

            branches.Add((nested.Graph, result));
        }

        if (branches.Exists(b => b.Result is MindUnknown))
        {
            return MindUnknown.Instance;
        }

        int count = branches[0].Graph.Outputs.Count;
        if (branches.Count != 2 || count == 0 || branches[1].Graph.Outputs.Count != count)
        {
            throw FileProblem.Damaged(_path, $"the graphs between which node '{node.Name}' chooses give different numbers of results");
        }

        Value condition = builder.Cast(new PrimitiveCall("Switch", builder, [choice.Selector], new Dictionary<string, MindValue>()).Tensor(0), ElementType.Bool);
        Value[] results = builder.AddMany("If", [condition], count, ("then_branch", branches[0].Graph), ("else_branch", branches[1].Graph));
        int next = 0;
        return Unflatten(branches[0].Result, results, ref next);
    }

    private static MindValue Unflatten(MindValue like, Value[] values, ref int next)
    {
        if (like is MindTuple tuple)
        {
            var items = new MindValue[tuple.Items.Count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = Unflatten(tuple.Items[i], values, ref next);
            }

            return new MindTuple(items);
        }

        return like is MindNone ? like : new MindTensor(values[next++]);
    }

    /// <summary>The primitive that a node applies and its attributes; an empty name when it calls something.</summary>
    private (string Name, IEnumerable<AttributeProto> Attributes) Operation(NodeProto node)
    {
        string type = node.OpType;
        if (type.StartsWith("REF::", StringComparison.Ordinal))
        {
            return _primitives.TryGetValue(type["REF::".Length..], out PrimitiveProto? primitive)
                ? (primitive.OpType, primitive.Attribute.Concat(node.NodeAttr))
                : ("", []);
        }

        return (type.StartsWith("S-Prim-", StringComparison.Ordinal) ? type["S-Prim-".Length..] : type, node.Attribute);
    }

    private MindValue Find(string name, Scope scope, string graph) =>
        scope.TryFind(name)
        ?? (_graphs.TryGetValue(name, out GraphProto? function) ? new MindClosure(function, []) : throw FileProblem.Damaged(_path, $"graph '{graph}' uses '{name}' before it is there"));

    private ElementType TypeOf(int number, string name) => MindTypes.OfData(number) is var type && type != ElementType.Undefined ? type
        : throw new ModelException("MB1005", $"Input '{PlainName(name)}' has element type {number}, which is not known.", _path);

    private static Shape ShapeOf(TensorProto tensor) => new([.. tensor.Dims.Select(d => d < 0 ? Dimension.Unknown : d)]);

    /// <summary>A name without the graph's in front.</summary>
    internal static string PlainName(string name) => name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon + 1 < name.Length ? name[(colon + 1)..] : name;

    /// <summary>Names of a graph and of those that call it.</summary>
    private sealed class Scope(Scope? outer)
    {
        private readonly Dictionary<string, MindValue> _values = new(StringComparer.Ordinal);

        public MindValue this[string name]
        {
            set => _values[name] = value;
        }

        public bool Contains(string name) => _values.ContainsKey(name);

        public MindValue? TryFind(string name)
        {
            for (Scope? scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope._values.TryGetValue(name, out MindValue? value))
                {
                    return value;
                }
            }

            return null;
        }

        private Scope? Outer { get; } = outer;
    }
}
