using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Passes.Layout.Rules;

namespace ModelBuild.Passes.Layout;

/// <summary>
/// Removes the transposes between two layouts: moves each one behind operators that work in any order of axes until it meets its
/// opposite, joins neighbours, and applies them to constants. Names, types and layouts of inputs and outputs do not change.
/// </summary>
public sealed class TransposeElimination : IPass
{
    // Each round ends with fewer transposes or none moved; more rounds than this gain nothing in practice.
    private const int MaxRounds = 8;

    private static readonly IReadOnlyList<ITransposeRule> s_rules =
    [
        new ElementwiseRule(),
        new BroadcastRule(),
        new AxisRule(),
        new ConcatRule(),
        new GatherRule(),
        new CumSumRule(),
        new ReduceRule(),
        new ArgRule(),
        new SliceRule(),
        new PadRule(),
        new TileRule(),
        new ResizeRule(),
        new QuantizationRule(),
        new SqueezeRule(),
        new UnsqueezeRule(),
        new ReshapeRule(),
    ];

    private static readonly Dictionary<string, ITransposeRule> s_byOperator =
        s_rules.SelectMany(r => r.OpTypes.Select(o => (Operator: o, Rule: r))).ToDictionary(p => p.Operator, p => p.Rule, StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "TransposeElimination";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        if (!model.Graph.AllNodes().Any(n => n.OpType == "Transpose" && n.Domain.Length == 0))
        {
            return new PassResult(Name, entries);
        }

        ShapeInference.Run(model);
        var names = new NameAllocator(model.Graph);
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            for (int round = 0; round < MaxRounds && new Round(graph, names, entries).Run(); round++)
            {
            }
        }

        return new PassResult(Name, entries);
    }

    /// <summary>One walk over a graph.</summary>
    private sealed class Round(Graph graph, NameAllocator names, List<PassEntry> entries)
    {
        private readonly Dictionary<Value, List<Node>> _uses = new(ReferenceEqualityComparer.Instance);
        private readonly HashSet<Value> _outputs = new(graph.Outputs, ReferenceEqualityComparer.Instance);
        private readonly Dictionary<(Value, string), Value> _transposed = [];
        private readonly List<Node> _nodes = new(graph.Nodes.Count);
        private bool _changed;

        public bool Run()
        {
            NoteUses();
            foreach (Node node in graph.Nodes)
            {
                if (node.Domain.Length == 0 && node.OpType == "Transpose")
                {
                    Transpose(node);
                }
                else if (node.Domain.Length > 0 || !s_byOperator.TryGetValue(node.OpType, out ITransposeRule? rule) || !TryPush(node, rule))
                {
                    _nodes.Add(node);
                }
            }

            graph.Nodes.Clear();
            graph.Nodes.AddRange(_nodes);
            if (_changed)
            {
                RemoveUnused();
            }

            return _changed;
        }

        private void NoteUses()
        {
            foreach (Node node in graph.AllNodes())
            {
                foreach (Value? input in node.Inputs)
                {
                    if (input is not null)
                    {
                        Use(input, node);
                    }
                }
            }

            foreach (Value output in graph.AllGraphs().Skip(1).SelectMany(g => g.Outputs))
            {
                _outputs.Add(output);
            }
        }

        private void Use(Value value, Node node)
        {
            if (!_uses.TryGetValue(value, out List<Node>? users))
            {
                _uses.Add(value, users = []);
            }

            users.Add(node);
        }

        /// <summary>Joins a Transpose with one before it, with an equal one, or with a constant.</summary>
        private void Transpose(Node node)
        {
            Value output = node.Outputs[0]!;
            if (Permutation.Of(node) is not { } perm || node.Input(0) is not { } input)
            {
                _nodes.Add(node);
                return;
            }

            if (PermOf(input) is { } before)
            {
                perm = Permutation.Compose(before, perm);
                input = input.Producer!.Inputs[0]!;
                node.Inputs[0] = input;
                node.Attributes["perm"] = new IntsAttribute([.. perm.Select(p => (long)p)]);
                _changed = true;
                entries.Add(new PassEntry(node.DisplayName, true, "Joined with the Transpose before it."));
            }

            if (!_outputs.Contains(output))
            {
                string key = Key(perm);
                if (Permutation.IsIdentity(perm))
                {
                    Replace(output, input);
                    return;
                }

                if (_transposed.TryGetValue((input, key), out Value? same))
                {
                    Replace(output, same);
                    return;
                }

                if (IsConstant(input) && input.Initializer!.ElementType.BitSize() >= 8 && input.Initializer.Rank == perm.Length)
                {
                    Replace(output, graph.AddInitializer(names.Next(input.Name), input.Initializer.Transpose(perm)));
                    return;
                }

                _transposed.Add((input, key), output);
            }
            else if (Permutation.IsIdentity(perm))
            {
                node.OpType = "Identity";
                node.Attributes.Remove("perm");
            }

            _nodes.Add(node);
        }

        private void Replace(Value old, Value by)
        {
            _changed = true;
            foreach (Node user in _uses.GetValueOrDefault(old) ?? [])
            {
                for (int i = 0; i < user.Inputs.Count; i++)
                {
                    if (ReferenceEquals(user.Inputs[i], old))
                    {
                        user.Inputs[i] = by;
                        Use(by, user);
                    }
                }
            }
        }

        /// <summary>Order of the Transpose that makes a value, or null.</summary>
        private static int[]? PermOf(Value? value) => value?.Producer is { OpType: "Transpose", Domain: "" } producer && producer.Input(0) is not null ? Permutation.Of(producer) : null;

        private static string Key(int[] perm) => string.Join(',', perm);

        private bool IsConstant(Value value) => value.Initializer is not null && !graph.Inputs.Contains(value);

        /// <summary>Moves the Transposes before a node behind it.</summary>
        private bool TryPush(Node node, ITransposeRule rule)
        {
            Value?[] inputs = rule.IsVariadic ? [.. node.Inputs] : [node.Input(0)];
            if (inputs.Select(PermOf).FirstOrDefault(p => p is not null) is not { } perm)
            {
                return false;
            }

            int moved = 0;
            int added = 0;
            foreach (Value? input in inputs)
            {
                if (PermOf(input) is { } other && other.SequenceEqual(perm))
                {
                    moved++;
                }
                else if (input is null || IsOne(input))
                {
                    continue;
                }
                else if (IsConstant(input) && input.Initializer!.ElementType.BitSize() >= 8 && input.Initializer.Rank <= perm.Length)
                {
                    continue;
                }
                else if (input.Tensor?.Shape?.Rank == perm.Length)
                {
                    // One that is there already costs nothing.
                    added += _transposed.ContainsKey((input, Key(Permutation.Invert(perm)))) ? 0 : 1;
                }
                else
                {
                    return false;
                }
            }

            var move = new TransposeMove(graph, node, perm, names);
            if (rule.Plan(move) is not { } plan || !Pays(node, move, moved, added))
            {
                return false;
            }

            entries.Add(new PassEntry(node.DisplayName, true, "Took the Transpose before it behind it."));
            _changed = true;
            int[] inverse = Permutation.Invert(perm);
            plan();
            for (int i = 0; i < inputs.Length; i++)
            {
                if (inputs[i] is { } input)
                {
                    node.Inputs[i] = Before(input, perm, inverse);
                    Use(node.Inputs[i]!, node);
                }
            }

            _nodes.Add(node);
            if (!move.IsAbsorbed && !Permutation.IsIdentity(move.OutputPerm))
            {
                AddBehind(node, move.OutputPerm);
            }

            return true;
        }

        /// <summary>Whether no more transposes are left afterwards than before, as far as the next nodes tell.</summary>
        private bool Pays(Node node, TransposeMove move, int moved, int added)
        {
            int behind = 0;
            int cancelled = 0;
            int[] opposite = Permutation.Invert(move.OutputPerm);
            foreach (Value output in node.Outputs.OfType<Value>())
            {
                List<Node> users = _uses.GetValueOrDefault(output) ?? [];
                int meets = users.Count(u => u is { OpType: "Transpose", Domain: "" } && Permutation.Of(u) is { } p && p.SequenceEqual(opposite));
                cancelled += meets;
                behind += !move.IsAbsorbed && !Permutation.IsIdentity(move.OutputPerm) && (meets < users.Count || _outputs.Contains(output)) ? 1 : 0;
            }

            // A single Transpose before one input moves on in any case: its opposite may stand further down.
            return added == 0 || added + behind <= moved + cancelled;
        }

        /// <summary>An input in the order from before the Transpose.</summary>
        private Value Before(Value input, int[] perm, int[] inverse)
        {
            if (PermOf(input) is { } own && own.SequenceEqual(perm))
            {
                return input.Producer!.Inputs[0]!;
            }

            if (IsOne(input))
            {
                return input;
            }

            if (IsConstant(input))
            {
                TensorData data = input.Initializer!;
                long[] dimensions = [.. Enumerable.Repeat(1L, perm.Length - data.Rank), .. data.Dimensions];
                return graph.AddInitializer(names.Next(input.Name), data.Reshape(dimensions).Transpose(inverse));
            }

            if (_transposed.TryGetValue((input, Key(inverse)), out Value? known))
            {
                return known;
            }

            var value = new Value(names.Next(input.Name));
            if (input.Tensor is { Shape: { } shape } type)
            {
                value.Type = type with { Shape = Permutation.Apply(inverse, shape) };
            }

            Insert(new Node("Transpose", [input], [value]), inverse);
            _transposed.Add((input, Key(inverse)), value);
            return value;
        }

        /// <summary>Gives a node's outputs back their order behind it.</summary>
        private void AddBehind(Node node, int[] perm)
        {
            int[] inverse = Permutation.Invert(perm);
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i] is { } old)
                {
                    var fresh = new Value(names.Next(old.Name));
                    if (old.Tensor is { Shape: { } shape } type && shape.Rank == perm.Length)
                    {
                        fresh.Type = type with { Shape = Permutation.Apply(inverse, shape) };
                    }

                    node.SetOutput(i, fresh);
                    Insert(new Node("Transpose", [fresh], [old]), perm);
                }
            }
        }

        private void Insert(Node transpose, int[] perm)
        {
            transpose.Attributes["perm"] = new IntsAttribute([.. perm.Select(p => (long)p)]);
            Use(transpose.Inputs[0]!, transpose);
            _nodes.Add(transpose);
        }

        private static bool IsOne(Value value) => value.Tensor?.Shape is { } shape && shape.All(d => d.IsFixed && d.Value == 1) && shape.Rank <= 1;

        /// <summary>Removes transposes that nothing uses any more, so that the next round does not count them.</summary>
        private void RemoveUnused()
        {
            var used = new HashSet<Value>(ReferenceEqualityComparer.Instance);
            foreach (Node node in graph.AllNodes())
            {
                used.UnionWith(node.Inputs.OfType<Value>());
            }

            used.UnionWith(graph.AllGraphs().SelectMany(g => g.Outputs));
            for (int i = graph.Nodes.Count - 1; i >= 0; i--)
            {
                Node node = graph.Nodes[i];
                if (node is { OpType: "Transpose", Domain: "" } && !used.Contains(node.Outputs[0]!))
                {
                    graph.Nodes.RemoveAt(i);
                }
            }
        }
    }
}
