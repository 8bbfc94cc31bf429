using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>Replaces weights by integers and scales.</summary>
internal static class Int8Rewriter
{
    /// <summary>Changes a model in place.</summary>
    /// <param name="model">The model, or a copy of it.</param>
    /// <param name="layers">What to do by weight name; weights that are not in it stay.</param>
    public static void Apply(Model model, IReadOnlyDictionary<string, (Int8Tensor Tensor, Int8Level Level)> layers)
    {
        var names = new NameAllocator(model.Graph);
        var editors = new Dictionary<Graph, GraphEditor>(ReferenceEqualityComparer.Instance);
        GraphEditor EditorOf(Graph graph) => editors.TryGetValue(graph, out GraphEditor? editor) ? editor : editors[graph] = new GraphEditor(graph, names);

        var rewrites = new Dictionary<Node, (IInt8Rule Rule, StoredWeight Weight)>(ReferenceEqualityComparer.Instance);
        var added = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (WeightGroup group in WeightGroup.Find(model.Graph, ElementType.Float32))
        {
            if (!layers.TryGetValue(group.Weight.Name, out (Int8Tensor Tensor, Int8Level Level) layer) || layer.Level == Int8Level.Float)
            {
                continue;
            }

            GraphEditor editor = EditorOf(group.Graph);
            var stored = new StoredWeight(
                editor.AddInitializer($"{group.Weight.Name}_int8", layer.Tensor),
                editor.AddInitializer($"{group.Weight.Name}_scale", layer.Tensor.Scales));
            added.Add(stored.Integers);
            added.Add(stored.Scales);
            bool expanded = false;
            foreach (WeightUse use in group.Uses)
            {
                if (Int8Layer.RuleOf(use, layer.Tensor, layer.Level) is { } rule && rewrites.TryAdd(use.Node, (rule, stored)))
                {
                    EditorOf(use.Graph);
                }
                else
                {
                    expanded = true;
                }
            }

            group.Graph.Initializers.Remove(group.Weight);
            group.Weight.Initializer = null;
            if (expanded)
            {
                Expand(group.Weight, stored, editor);
            }
        }

        foreach (Graph graph in model.Graph.AllGraphs().Where(editors.ContainsKey).ToList())
        {
            foreach (Node node in graph.Nodes.Where(rewrites.ContainsKey))
            {
                (IInt8Rule rule, StoredWeight weight) = rewrites[node];
                editors[graph].Replace(node, () => rule.Rewrite(node, weight, editors[graph]));
            }
        }

        foreach (GraphEditor editor in editors.Values)
        {
            editor.Apply();
        }

        DropUnused(model.Graph, added);
    }

    /// <summary>
    /// Computes the float weight from integers and scales. <c>DequantizeLinear</c> says the same, but ONNX Runtime keeps it for the call (docs/compression.md has the measurement),
    /// while it folds a cast and a product when it loads the model.
    /// </summary>
    public static void Expand(Value weight, StoredWeight stored, GraphEditor editor)
    {
        Node cast = editor.Add("Cast", [stored.Integers], $"{weight.Name}_float");
        cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
        editor.AddFor(weight, "Mul", [cast.Output(0), stored.Scales]);
    }

    /// <summary>Rules may replace the integers by a transposed copy; the ones that nothing reads go.</summary>
    private static void DropUnused(Graph root, HashSet<Value> added)
    {
        HashSet<Value> used = new(root.AllNodes().SelectMany(n => n.Inputs).OfType<Value>(), ReferenceEqualityComparer.Instance);
        foreach (Graph graph in root.AllGraphs())
        {
            graph.Initializers.RemoveAll(v => added.Contains(v) && !used.Contains(v));
        }
    }
}
