using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.MachineLearning;

[TestClass]
public sealed class TreeTests
{
    private const string Domain = "ai.onnx.ml";

    private static readonly string[] s_modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];

    /// <summary>Random trees as the lists of the operators have them.</summary>
    private sealed class Trees
    {
        public List<long> TreeIds { get; } = [];

        public List<long> NodeIds { get; } = [];

        public List<long> Features { get; } = [];

        public List<string> Modes { get; } = [];

        public List<float> Values { get; } = [];

        public List<long> True { get; } = [];

        public List<long> False { get; } = [];

        public List<long> Missing { get; } = [];

        public List<long> WeightTrees { get; } = [];

        public List<long> WeightNodes { get; } = [];

        public List<long> WeightTargets { get; } = [];

        public List<float> Weights { get; } = [];

        public static Trees Make(int seed, int trees, int depth, int targets, bool positive, int onlyTarget = -1)
        {
            var random = new Random(seed);
            var result = new Trees();
            string mode = s_modes[random.Next(s_modes.Length)];
            for (int t = 0; t < trees; t++)
            {
                int inner = (1 << depth) - 1;
                for (int i = 0; i < (2 * inner) + 1; i++)
                {
                    bool leaf = i >= inner;
                    result.TreeIds.Add(t);
                    result.NodeIds.Add(i);
                    result.Features.Add(leaf ? 0 : random.Next(3));
                    result.Modes.Add(leaf ? "LEAF" : mode);
                    result.Values.Add(leaf ? 0 : random.Next(5) * 0.5f);
                    result.True.Add(leaf ? 0 : (2 * i) + 1);
                    result.False.Add(leaf ? 0 : (2 * i) + 2);
                    result.Missing.Add(leaf ? 0 : random.Next(2));

                    // All targets or the only one: ONNX Runtime's answer where some leaves lack one depends on which it reached first.
                    for (int target = 0; leaf && target < targets; target++)
                    {
                        if (onlyTarget == target || onlyTarget < 0)
                        {
                            result.WeightTrees.Add(t);
                            result.WeightNodes.Add(i);
                            result.WeightTargets.Add(target);
                            result.Weights.Add((random.NextSingle() - (positive ? 0 : 0.5f)) * 0.4f);
                        }
                    }
                }
            }

            return result;
        }

        public SingleNode Describe(SingleNode node, string prefix) => node
            .With("nodes_treeids", TreeIds.ToArray()).With("nodes_nodeids", NodeIds.ToArray()).With("nodes_featureids", Features.ToArray()).With("nodes_modes", Modes.ToArray())
            .With("nodes_values", Values.ToArray()).With("nodes_truenodeids", True.ToArray()).With("nodes_falsenodeids", False.ToArray()).With("nodes_missing_value_tracks_true", Missing.ToArray())
            .With($"{prefix}_treeids", WeightTrees.ToArray()).With($"{prefix}_nodeids", WeightNodes.ToArray()).With($"{prefix}_ids", WeightTargets.ToArray()).With($"{prefix}_weights", Weights.ToArray());

        public void Regress(TensorValue x, TensorValue y, string aggregate, float[] bases, long targets, string transform) => TreeEnsembles.TreeEnsembleRegressor(
            x, y, aggregate, bases, nTargets: targets, nodesFalsenodeids: False.ToArray(), nodesFeatureids: Features.ToArray(), nodesMissingValueTracksTrue: Missing.ToArray(), nodesModes: Modes.ToArray(),
            nodesNodeids: NodeIds.ToArray(), nodesTreeids: TreeIds.ToArray(), nodesTruenodeids: True.ToArray(), nodesValues: Values.ToArray(), postTransform: transform, targetIds: WeightTargets.ToArray(),
            targetNodeids: WeightNodes.ToArray(), targetTreeids: WeightTrees.ToArray(), targetWeights: Weights.ToArray());

        public void Classify(TensorValue x, TensorValue y, TensorValue z, float[] bases, long[] integers, string[] texts, string transform) => TreeClassifiers.TreeEnsembleClassifier(
            x, y, z, bases, classIds: WeightTargets.ToArray(), classNodeids: WeightNodes.ToArray(), classTreeids: WeightTrees.ToArray(), classWeights: Weights.ToArray(), classlabelsInt64s: integers,
            classlabelsStrings: texts, nodesFalsenodeids: False.ToArray(), nodesFeatureids: Features.ToArray(), nodesMissingValueTracksTrue: Missing.ToArray(), nodesModes: Modes.ToArray(),
            nodesNodeids: NodeIds.ToArray(), nodesTreeids: TreeIds.ToArray(), nodesTruenodeids: True.ToArray(), nodesValues: Values.ToArray(), postTransform: transform);
    }

    [TestMethod]
    public void Regressors_agree_with_the_oracle() =>
        Gen.Select(Pick.From("SUM", "AVERAGE", "MIN", "MAX"), Gen.Int[1, 3], Pick.From("NONE", "LOGISTIC", "SOFTMAX"), Gen.Bool, Gen.Int[1, 4], Gen.Int[0, 1000]).Each((aggregate, targets, transform, hasBases, count, seed) =>
        {
            Trees trees = Trees.Make(seed, count, 3, targets, false);
            float[] bases = hasBases ? [.. Enumerable.Range(1, targets).Select(i => i * 0.1f)] : [];
            SingleNode node = trees.Describe(new SingleNode("TreeEnsembleRegressor", domain: Domain), "target").With("aggregate_function", aggregate).With("n_targets", (long)targets).With("post_transform", transform);
            node = hasBases ? node.With("base_values", bases) : node;
            OracleTest.Compare(node, [Examples(seed)], 1, (_, x, y) => trees.Regress(x[0]!, y[0], aggregate, bases, targets, transform), tolerance: 1e-5);
        });

    [TestMethod]
    public void Classifiers_of_several_classes_agree_with_the_oracle() =>
        Gen.Select(Gen.Int[3, 5], Pick.From("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"), Gen.Bool, Gen.Bool, Gen.Int[1, 4], Gen.Int[0, 1000]).Each((classes, transform, hasBases, texts, count, seed) =>
        {
            Trees trees = Trees.Make(seed, count, 3, classes, false);
            Compare(trees, classes, transform, hasBases ? [.. Enumerable.Range(1, classes).Select(i => i * 0.1f)] : [], texts, seed);
        });

    [TestMethod]
    public void Classifiers_of_two_classes_agree_with_the_oracle() =>
        Gen.Select(Pick.From("NONE", "LOGISTIC", "SOFTMAX"), Gen.Int[0, 2], Pick.From(0, 1, -1), Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Each((transform, bases, onlyTarget, positive, texts, seed) =>
        {
            Trees trees = Trees.Make(seed, 3, 3, 2, positive, onlyTarget);
            Compare(trees, 2, transform, [.. Enumerable.Range(1, bases).Select(_ => 0.1f)], texts, seed);
        });

    private static void Compare(Trees trees, int classes, string transform, float[] bases, bool texts, int seed)
    {
        long[] integers = texts ? [] : [.. Enumerable.Range(0, classes).Select(i => (long)i)];
        string[] names = texts ? [.. Enumerable.Range(0, classes).Select(i => $"c{i}")] : [];
        SingleNode node = trees.Describe(new SingleNode("TreeEnsembleClassifier", domain: Domain), "class").With("post_transform", transform);
        node = texts ? node.With("classlabels_strings", names) : node.With("classlabels_int64s", integers);
        node = bases.Length > 0 ? node.With("base_values", bases) : node;
        OracleTest.Compare(node, [Examples(seed)], 2, (_, x, y) => trees.Classify(x[0]!, y[0], y[1], bases, integers, names, transform), tolerance: 1e-5);
    }

    [TestMethod]
    public void Circles_and_nodes_that_do_not_exist_are_refused()
    {
        Refused(t => t.True[1] = 0);
        Refused(t => t.False[2] = 99);
        Refused(t => t.False[2] = -1);
        Refused(t => t.Features[0] = 3);
        Refused(t => t.Features[0] = -1);
        Refused(t => t.WeightTargets[0] = 1);
        Refused(t => t.WeightNodes[0] = 99);
        Refused(t => t.NodeIds[1] = 0);
        Refused(t => t.Modes[0] = "BRANCH");
        Refused(t => t.Values.RemoveAt(0));
    }

    [TestMethod]
    public void A_tree_ensemble_by_places_walks_sets_and_refuses_circles()
    {
        TensorValue x = Tensors.Floats([4, 1], 1, 2, 3, float.NaN);
        TensorValue weights = Tensors.Floats([2], 10, 20);
        TensorValue modes = Tensors.Of<byte>(TensorElementType.UInt8, [1], 6);
        TensorValue splits = Tensors.Floats([1], 0);
        TensorValue members = Tensors.Floats([3], 1, 3, float.NaN);
        var y = new TensorValue();
        TreeEnsembles.TreeEnsemble(x, y, [0, 0], weights, [1], [1], [0], modes, splits, [1], [0], [0], membershipValues: members);
        CollectionAssert.AreEqual((float[])[10, 20, 10, 20], y.Span<float>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => TreeEnsembles.TreeEnsemble(x, y, [0, 0], weights, [1], [1], [0], modes, splits, [1], [0], [0]));
        TensorValue less = Tensors.Of<byte>(TensorElementType.UInt8, [1], 1);
        Assert.ThrowsExactly<KernelException>(() => TreeEnsembles.TreeEnsemble(x, y, [0, 0], weights, [0], [0], [0], less, splits, [0], [0], [0]));
        Assert.ThrowsExactly<KernelException>(() => TreeEnsembles.TreeEnsemble(x, y, [0, 0], weights, [1], [2], [0], less, splits, [1], [0], [0]));
        Assert.ThrowsExactly<KernelException>(() => TreeEnsembles.TreeEnsemble(x, y, [0, 0], weights, [1], [1], [0], less, splits, [1], [0], [5]));
        Assert.ThrowsExactly<KernelException>(() => TreeEnsembles.TreeEnsemble(x, y, [0, 1], weights, [1], [1], [0], less, splits, [1], [0], [0]));
    }

    private static void Refused(Action<Trees> damage, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(damage))] string because = "")
    {
        Trees trees = Trees.Make(1, 1, 2, 1, false);
        damage(trees);
        Assert.ThrowsExactly<KernelException>(() => trees.Regress(Examples(1), new TensorValue(), "SUM", [], 1, "NONE"), because);
    }

    private static TensorValue Examples(int seed)
    {
        TensorValue x = RandomTensors.Longs(seed, 5, 20, 3);
        var result = new TensorValue(TensorElementType.Float32, 20, 3);
        for (int i = 0; i < 60; i++)
        {
            result.Span<float>()[i] = x.Span<long>()[i] == 4 ? float.NaN : x.Span<long>()[i] * 0.5f;
        }

        return result;
    }
}
