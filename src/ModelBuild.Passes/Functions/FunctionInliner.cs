using ModelBuild.Graphs;

namespace ModelBuild.Passes.Functions;

/// <summary>Replaces every call of a function that the model defines by the function's nodes.</summary>
internal sealed class FunctionInliner(Model model, List<PassEntry> entries)
{
    /// <summary>Functions that call each other twice in a long chain would grow without bound.</summary>
    private const long MaximumNodes = 5_000_000;

    private readonly Dictionary<(string Domain, string Name, string Overload), Function> _functions = [];
    private readonly Dictionary<Node, long> _versions = new(ReferenceEqualityComparer.Instance);

    /// <summary>Inlines all calls and removes the functions.</summary>
    /// <returns>Version of ONNX's operator set that the nodes of functions are written for.</returns>
    /// <exception cref="ModelException">A function calls itself (MB2003), or calls multiply beyond what memory holds (MB1010).</exception>
    public Dictionary<Node, long> Run()
    {
        if (model.Functions.Count == 0)
        {
            return _versions;
        }

        foreach (Function function in model.Functions)
        {
            if (!_functions.TryAdd((function.Domain, function.Name, function.Overload), function))
            {
                throw new ModelException("MB1009", $"Function '{function.Name}' of domain '{function.Domain}' is defined twice.");
            }
        }

        // Callees first, so that each body is already flat when it is copied.
        var sizes = new Dictionary<Function, long>(ReferenceEqualityComparer.Instance);
        foreach (Function function in CalleesFirst())
        {
            sizes[function] = ExpandedSize(function.Body, sizes, function.Name);
        }

        ExpandedSize(model.Graph, sizes, model.Graph.Name);
        foreach (Function function in sizes.Keys)
        {
            Inline(function.Body, new NameAllocator(function.Body));
        }

        Inline(model.Graph, new NameAllocator(model.Graph));
        model.Functions.Clear();
        return _versions;
    }

    private Function? Callee(Node node) => _functions.GetValueOrDefault((node.Domain, node.OpType, node.Overload));

    private List<Function> CalleesFirst()
    {
        var done = new HashSet<Function>(ReferenceEqualityComparer.Instance);
        var open = new HashSet<Function>(ReferenceEqualityComparer.Instance);
        var ordered = new List<Function>();
        var pending = new Stack<(Function Function, bool IsLeaving)>();
        foreach (Function root in model.Functions)
        {
            pending.Push((root, false));
            while (pending.TryPop(out (Function Function, bool IsLeaving) step))
            {
                if (step.IsLeaving)
                {
                    open.Remove(step.Function);
                    done.Add(step.Function);
                    ordered.Add(step.Function);
                }
                else if (!done.Contains(step.Function))
                {
                    if (!open.Add(step.Function))
                    {
                        throw new ModelException("MB2003", $"Function '{step.Function.Name}' of domain '{step.Function.Domain}' calls itself, directly or through others. ONNX does not allow it.");
                    }

                    pending.Push((step.Function, true));
                    foreach (Function callee in step.Function.Body.AllNodes().Select(Callee).OfType<Function>().Distinct().Where(c => !done.Contains(c)))
                    {
                        if (open.Contains(callee))
                        {
                            throw new ModelException("MB2003", $"Function '{callee.Name}' of domain '{callee.Domain}' calls itself, directly or through others. ONNX does not allow it.");
                        }

                        pending.Push((callee, false));
                    }
                }
            }
        }

        return ordered;
    }

    private long ExpandedSize(Graph graph, Dictionary<Function, long> sizes, string name)
    {
        long size = 0;
        foreach (Node node in graph.AllNodes())
        {
            size += Callee(node) is { } callee ? sizes[callee] : 1;
            if (size > MaximumNodes)
            {
                throw new ModelException("MB1010", $"Functions call each other so often that '{name}' would become more than {MaximumNodes} nodes.");
            }
        }

        return size;
    }

    private void Inline(Graph root, NameAllocator names)
    {
        var nodeNames = root.AllNodes().Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        foreach (Graph graph in root.AllGraphs().ToArray())
        {
            if (!graph.Nodes.Exists(n => Callee(n) is not null))
            {
                continue;
            }

            var nodes = new List<Node>(graph.Nodes.Count);
            foreach (Node node in graph.Nodes)
            {
                if (Callee(node) is { } function)
                {
                    Expand(node, function, names, nodeNames, nodes);
                    if (ReferenceEquals(root, model.Graph))
                    {
                        entries.Add(new PassEntry(node.DisplayName, true, $"Inlined function {function.Name} ({function.Body.Nodes.Count} nodes)."));
                    }
                }
                else
                {
                    nodes.Add(node);
                }
            }

            graph.Nodes.Clear();
            graph.Nodes.AddRange(nodes);
        }
    }

    private void Expand(Node call, Function function, NameAllocator names, HashSet<string> nodeNames, List<Node> nodes)
    {
        string prefix = (call.Name.Length > 0 ? call.Name : call.OpType) + "/";
        Value?[] results = [.. call.Outputs];
        for (int i = 0; i < results.Length; i++)
        {
            call.SetOutput(i, null);
        }

        long version = function.OpsetImports.TryGetValue("", out long own) ? own : model.OpsetImports.GetValueOrDefault("");
        var cloner = new GraphCloner(names, nodeNames, prefix, call, function.AttributeDefaults)
        {
            // A node that came from a nested function keeps that function's version.
            Copied = (original, copy) => _versions[copy] = _versions.TryGetValue(original, out long inner) ? inner : version,
            CopiedArgument = (original, copy) =>
            {
                if (_versions.TryGetValue(original, out long inner))
                {
                    _versions[copy] = inner;
                }
            },
        };
        Graph body = function.Body;
        for (int i = 0; i < body.Inputs.Count; i++)
        {
            cloner.Map(body.Inputs[i], call.Input(i));
        }

        var passedThrough = new List<(Value From, Value To)>();
        var mapped = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Math.Min(results.Length, body.Outputs.Count); i++)
        {
            if (results[i] is not { } result)
            {
                continue;
            }

            if (body.Outputs[i].Producer is not null && mapped.Add(body.Outputs[i]))
            {
                cloner.Map(body.Outputs[i], result);
            }
            else
            {
                passedThrough.Add((body.Outputs[i], result));
            }
        }

        nodes.AddRange(body.Nodes.Select(cloner.Clone));
        foreach ((Value from, Value to) in passedThrough)
        {
            nodes.Add(new Node("Identity", [cloner.Find(from)], [to]) { Name = cloner.NodeName(prefix + "Identity") });
        }

        foreach ((string domain, long imported) in function.OpsetImports)
        {
            // ONNX's own set is raised node by node; of any other the newer version is assumed to do what the older one did.
            if (domain.Length > 0 || !model.OpsetImports.ContainsKey(""))
            {
                model.OpsetImports[domain] = Math.Max(imported, model.OpsetImports.GetValueOrDefault(domain));
            }
        }
    }
}
