using System.Runtime.InteropServices;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Tree ensembles with their nodes in flat arrays among the weights, so that a call does not build them first.</summary>
internal sealed class FlattenedTrees : IExpansion
{
    private const string OwnDomain = "modelbuild";

    /// <inheritdoc/>
    public string Domain => "ai.onnx.ml";

    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        try
        {
            switch (context.Node.OpType)
            {
                case "TreeEnsemble":
                    AddEnsemble(context);
                    break;
                case "TreeEnsembleRegressor":
                    AddRegressor(context);
                    break;
                default:
                    AddClassifier(context);
                    break;
            }

            return null;
        }
        catch (KernelException e)
        {
            // The call itself will say so, too.
            return e.Message;
        }
    }

    private static void AddEnsemble(ExpansionContext context)
    {
        Node node = context.Node;
        if (node.GetTensor("leaf_weights") is not { } weights || node.GetTensor("nodes_modes") is not { } modes || node.GetTensor("nodes_splits") is not { } splits)
        {
            throw new KernelException("TreeEnsemble lacks its weights, modes or splits.");
        }

        var list = new TreeList
        {
            LeafTargets = Longs(node, "leaf_targetids"), LeafWeights = weights.ToValue(), FalseLeaves = Longs(node, "nodes_falseleafs"), FalseIds = Longs(node, "nodes_falsenodeids"),
            Features = Longs(node, "nodes_featureids"), Modes = modes.ToValue(), Splits = splits.ToValue(), TrueLeaves = Longs(node, "nodes_trueleafs"), TrueIds = Longs(node, "nodes_truenodeids"),
            Roots = Longs(node, "tree_roots"), Members = node.GetTensor("membership_values") is { } members ? members.ToValue() : null, MissingIsTrue = Longs(node, "nodes_missing_value_tracks_true"),
        };
        long targets = node.GetInt("n_targets", 1);
        using TreeForestMemory forest = list.Flatten(int.MaxValue, targets);
        Value members64 = Numbers(context, forest.Members.Span);
        AddRegressor(context, forest, forest.Members.Length > 0 ? members64 : null, null, node.GetInt("aggregate_function", 1), node.GetInt("post_transform"), targets, 0);
    }

    private static void AddRegressor(ExpansionContext context)
    {
        Node node = context.Node;
        long targets = node.GetInt("n_targets", 1);
        using TreeForestMemory forest = Table(node, "target").Flatten(int.MaxValue, targets);
        using NativeBuffer<double> bases = TreeEnsembles.Bases(Floats(node, "base_values"), node.GetTensor("base_values_as_tensor") is { } tensor ? tensor.ToValue() : null);
        if (bases.Length > 1 && bases.Length != targets)
        {
            throw new KernelException($"A tree ensemble of {targets} targets has {bases.Length} base values.");
        }

        AddRegressor(
            context, forest, null, bases.Length > 0 ? Numbers(context, bases.Span) : null, (long)TreeEnsembles.ParseAggregate(node.GetString("aggregate_function", "SUM")),
            (long)PostTransforms.Parse(node.GetString("post_transform", "NONE")), targets, (long)ElementType.Float32);
    }

    private static void AddRegressor(ExpansionContext context, in TreeForestMemory forest, Value? members, Value? bases, long aggregate, long transform, long targets, long elementType)
    {
        if (targets is < 1 or > int.MaxValue || aggregate is < 0 or > 3 || transform is < 0 or > 4)
        {
            throw new KernelException($"A tree ensemble can't have {targets} targets, the aggregate_function {aggregate} or the post_transform {transform}.");
        }

        (Value nodes, Value weights, Value roots) = Arrays(context, forest);
        Value y = context.Add(
            "TreeForestRegressor", [context.Node.Input(0), nodes, weights, roots, members, bases], ("aggregate", new IntAttribute(aggregate)), ("post_transform", new IntAttribute(transform)),
            ("targets", new IntAttribute(targets)), ("features", new IntAttribute(Features(forest))), ("element_type", new IntAttribute(elementType)));
        context.Nodes[^1].Domain = OwnDomain;
        context.Give(0, y);
    }

    private static void AddClassifier(ExpansionContext context)
    {
        Node node = context.Node;
        long[] classIds = Longs(node, "class_ids");
        bool texts = node.Attributes.GetValueOrDefault("classlabels_strings") is StringsAttribute { Values.Count: > 0 };
        int classes = texts ? ((StringsAttribute)node.Attributes["classlabels_strings"]).Values.Count : Longs(node, "classlabels_int64s").Length;
        using TreeForestMemory forest = Table(node, "class").Flatten(int.MaxValue, classes);
        using NativeBuffer<double> bases = TreeEnsembles.Bases(Floats(node, "base_values"), node.GetTensor("base_values_as_tensor") is { } tensor ? tensor.ToValue() : null);
        if (bases.Length > classes || classes == 0)
        {
            throw new KernelException($"TreeEnsembleClassifier of {classes} classes has {bases.Length} base values.");
        }

        TreeClassifiers.Kind kind = TreeClassifiers.Describe(forest.Forest.Weights, classIds, classes);
        (Value nodes, Value weights, Value roots) = Arrays(context, forest);
        string labels = texts ? "classlabels_strings" : "classlabels_int64s";
        Value[] results = context.AddMany(
            "TreeForestClassifier", [node.Input(0), nodes, weights, roots, bases.Length > 0 ? Numbers(context, bases.Span) : null], 2, ("is_binary", new IntAttribute(kind.IsBinary ? 1 : 0)),
            ("is_positive", new IntAttribute(kind.IsPositive ? 1 : 0)), ("post_transform", new IntAttribute((long)PostTransforms.Parse(node.GetString("post_transform", "NONE")))),
            ("features", new IntAttribute(Features(forest))), (labels, node.Attributes[labels]));
        context.Nodes[^1].Domain = OwnDomain;
        context.Give(0, results[0]);
        context.Give(1, results[1]);
    }

    private static TreeTable Table(Node node, string prefix) => new()
    {
        TreeIds = Longs(node, "nodes_treeids"), NodeIds = Longs(node, "nodes_nodeids"), Features = Longs(node, "nodes_featureids"),
        Modes = Texts(node, "nodes_modes"), Values = Floats(node, "nodes_values"),
        ValuesTensor = node.GetTensor("nodes_values_as_tensor") is { } values ? values.ToValue() : null, TrueIds = Longs(node, "nodes_truenodeids"), FalseIds = Longs(node, "nodes_falsenodeids"),
        MissingIsTrue = Longs(node, "nodes_missing_value_tracks_true"), WeightTreeIds = Longs(node, $"{prefix}_treeids"), WeightNodeIds = Longs(node, $"{prefix}_nodeids"),
        WeightTargets = Longs(node, $"{prefix}_ids"), Weights = Floats(node, $"{prefix}_weights"),
        WeightsTensor = node.GetTensor($"{prefix}_weights_as_tensor") is { } weights ? weights.ToValue() : null,
    };

    private static (Value Nodes, Value Weights, Value Roots) Arrays(ExpansionContext context, in TreeForestMemory forest)
    {
        ReadOnlySpan<byte> nodes = MemoryMarshal.AsBytes(forest.Nodes.Span);
        ReadOnlySpan<byte> weights = MemoryMarshal.AsBytes(forest.Weights.Span);
        return (
            context.Constant(TensorData.Create(ElementType.UInt8, [nodes.Length], nodes)), context.Constant(TensorData.Create(ElementType.UInt8, [weights.Length], weights)),
            context.Constant(TensorData.Create<int>(ElementType.Int32, [forest.Roots.Length], forest.Roots.Span)));
    }

    private static long Features(in TreeForestMemory forest)
    {
        long most = 0;
        foreach (TreeNode node in forest.Nodes.Span)
        {
            most = node.Mode == TreeMode.Leaf ? most : Math.Max(most, node.Feature + 1L);
        }

        return most;
    }

    private static Value Numbers(ExpansionContext context, ReadOnlySpan<double> values) => context.Constant(TensorData.Create(ElementType.Float64, [values.Length], values));

    private static long[] Longs(Node node, string name) => [.. node.GetInts(name) ?? []];

    private static string[] Texts(Node node, string name) => node.Attributes.GetValueOrDefault(name) is StringsAttribute texts ? [.. texts.Texts] : [];

    private static float[] Floats(Node node, string name) => [.. node.GetFloats(name) ?? []];
}
