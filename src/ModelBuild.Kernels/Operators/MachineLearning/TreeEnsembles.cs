namespace ModelBuild.Kernels;

/// <summary>The tree ensembles of <c>ai.onnx.ml</c>. Sums are taken in float64, in the trees' order.</summary>
public static unsafe class TreeEnsembles
{
    /// <summary>Regression by trees, up to version 4 of the operator set.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Values, float32 [N, targets].</param>
    /// <param name="aggregateFunction">"SUM", "AVERAGE", "MIN" or "MAX".</param>
    /// <param name="baseValues">Added to the result of each target, or of all.</param>
    /// <param name="baseValuesAsTensor">The same.</param>
    /// <param name="nTargets">Number of targets.</param>
    /// <param name="nodesFalsenodeids">Child where the comparison fails.</param>
    /// <param name="nodesFeatureids">Feature of each node.</param>
    /// <param name="nodesHitrates">Not used.</param>
    /// <param name="nodesHitratesAsTensor">Not used.</param>
    /// <param name="nodesMissingValueTracksTrue">Whether NaN counts as a comparison that holds.</param>
    /// <param name="nodesModes">Comparison of each node.</param>
    /// <param name="nodesNodeids">Number of each node in its tree.</param>
    /// <param name="nodesTreeids">Tree of each node.</param>
    /// <param name="nodesTruenodeids">Child where the comparison holds.</param>
    /// <param name="nodesValues">Threshold of each node.</param>
    /// <param name="nodesValuesAsTensor">The same.</param>
    /// <param name="postTransform">What is done to the results; a single one takes "PROBIT" only.</param>
    /// <param name="targetIds">Target of each weight.</param>
    /// <param name="targetNodeids">Leaf of each weight.</param>
    /// <param name="targetTreeids">Tree of each weight.</param>
    /// <param name="targetWeights">The weights.</param>
    /// <param name="targetWeightsAsTensor">The same.</param>
    /// <exception cref="KernelException">The lists contradict each other, a node or feature does not exist, or a tree has a circle.</exception>
    public static void TreeEnsembleRegressor(
        TensorValue x, [Output] TensorValue y, string aggregateFunction = "SUM", ReadOnlySpan<float> baseValues = default, [TensorAttribute] TensorValue? baseValuesAsTensor = null,
        long nTargets = 1, ReadOnlySpan<long> nodesFalsenodeids = default, ReadOnlySpan<long> nodesFeatureids = default, ReadOnlySpan<float> nodesHitrates = default,
        [TensorAttribute] TensorValue? nodesHitratesAsTensor = null, ReadOnlySpan<long> nodesMissingValueTracksTrue = default, ReadOnlySpan<string> nodesModes = default,
        ReadOnlySpan<long> nodesNodeids = default, ReadOnlySpan<long> nodesTreeids = default, ReadOnlySpan<long> nodesTruenodeids = default, ReadOnlySpan<float> nodesValues = default,
        [TensorAttribute] TensorValue? nodesValuesAsTensor = null, string postTransform = "NONE", ReadOnlySpan<long> targetIds = default, ReadOnlySpan<long> targetNodeids = default,
        ReadOnlySpan<long> targetTreeids = default, ReadOnlySpan<float> targetWeights = default, [TensorAttribute] TensorValue? targetWeightsAsTensor = null)
    {
        _ = nodesHitrates;
        _ = nodesHitratesAsTensor;
        FeatureMatrix matrix = FeatureMatrix.Of(x, "TreeEnsembleRegressor");
        var table = new TreeTable
        {
            TreeIds = nodesTreeids, NodeIds = nodesNodeids, Features = nodesFeatureids, Modes = nodesModes, Values = nodesValues, ValuesTensor = nodesValuesAsTensor,
            TrueIds = nodesTruenodeids, FalseIds = nodesFalsenodeids, MissingIsTrue = nodesMissingValueTracksTrue, WeightTreeIds = targetTreeids, WeightNodeIds = targetNodeids,
            WeightTargets = targetIds, Weights = targetWeights, WeightsTensor = targetWeightsAsTensor,
        };
        TreeAggregate aggregate = ParseAggregate(aggregateFunction);
        y.Resize(TensorElementType.Float32, matrix.Rows, CheckTargets(nTargets));
        using TreeForestMemory forest = table.Flatten(matrix.Columns, nTargets);
        using NativeBuffer<double> bases = Bases(baseValues, baseValuesAsTensor);
        if (bases.Length > 1 && bases.Length != nTargets)
        {
            throw new KernelException($"A tree ensemble of {nTargets} targets has {bases.Length} base values.");
        }

        Regress(forest.Forest, x, matrix, y, aggregate, PostTransforms.Parse(postTransform), bases.Span, nTargets);
    }

    /// <summary>Trees of version 5 of the operator set: nodes by their place, one weight per leaf.</summary>
    /// <param name="x">Features, [N, C].</param>
    /// <param name="y">Values of the input's type, [N, targets].</param>
    /// <param name="leafTargetids">Target of each leaf.</param>
    /// <param name="leafWeights">Weight of each leaf.</param>
    /// <param name="nodesFalseleafs">Whether the child where the comparison fails is a leaf.</param>
    /// <param name="nodesFalsenodeids">Place of the child where the comparison fails.</param>
    /// <param name="nodesFeatureids">Feature of each node.</param>
    /// <param name="nodesModes">Comparison of each node: 0 to 5 for less or equal, less, greater or equal, greater, equal, not equal; 6 for membership of a set.</param>
    /// <param name="nodesSplits">Threshold of each node.</param>
    /// <param name="nodesTrueleafs">Whether the child where the comparison holds is a leaf.</param>
    /// <param name="nodesTruenodeids">Place of the child where the comparison holds.</param>
    /// <param name="treeRoots">Place of each tree's first node.</param>
    /// <param name="aggregateFunction">0 average, 1 sum, 2 minimum, 3 maximum.</param>
    /// <param name="membershipValues">The sets in the order of their nodes, each ended by NaN.</param>
    /// <param name="nTargets">Number of targets.</param>
    /// <param name="nodesHitrates">Not used.</param>
    /// <param name="nodesMissingValueTracksTrue">Whether NaN counts as a comparison that holds.</param>
    /// <param name="postTransform">0 none, 1 softmax, 2 logistic, 3 softmax of what is not zero, 4 probit.</param>
    /// <exception cref="KernelException">The lists contradict each other, a node or feature does not exist, or a tree has a circle.</exception>
    public static void TreeEnsemble(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<long> leafTargetids, [TensorAttribute] TensorValue leafWeights, ReadOnlySpan<long> nodesFalseleafs,
        ReadOnlySpan<long> nodesFalsenodeids, ReadOnlySpan<long> nodesFeatureids, [TensorAttribute] TensorValue nodesModes, [TensorAttribute] TensorValue nodesSplits,
        ReadOnlySpan<long> nodesTrueleafs, ReadOnlySpan<long> nodesTruenodeids, ReadOnlySpan<long> treeRoots, long aggregateFunction = 1,
        [TensorAttribute] TensorValue? membershipValues = null, long nTargets = 1, [TensorAttribute] TensorValue? nodesHitrates = null,
        ReadOnlySpan<long> nodesMissingValueTracksTrue = default, long postTransform = 0)
    {
        _ = nodesHitrates;
        FeatureMatrix matrix = FeatureMatrix.Of(x, "TreeEnsemble");
        if (aggregateFunction is < 0 or > 3 || postTransform is < 0 or > 4)
        {
            throw new KernelException($"TreeEnsemble has no aggregate_function {aggregateFunction} or post_transform {postTransform}.");
        }

        var list = new TreeList
        {
            LeafTargets = leafTargetids, LeafWeights = leafWeights, FalseLeaves = nodesFalseleafs, FalseIds = nodesFalsenodeids, Features = nodesFeatureids, Modes = nodesModes,
            Splits = nodesSplits, TrueLeaves = nodesTrueleafs, TrueIds = nodesTruenodeids, Roots = treeRoots, Members = membershipValues, MissingIsTrue = nodesMissingValueTracksTrue,
        };
        y.Resize(x.ElementType, matrix.Rows, CheckTargets(nTargets));
        using TreeForestMemory forest = list.Flatten(matrix.Columns, nTargets);
        Regress(forest.Forest, x, matrix, y, (TreeAggregate)aggregateFunction, (PostTransform)postTransform, [], nTargets);
    }

    /// <summary>Reads ONNX's name.</summary>
    /// <exception cref="KernelException">There is no such function.</exception>
    internal static TreeAggregate ParseAggregate(string name) => name switch
    {
        "SUM" => TreeAggregate.Sum,
        "AVERAGE" => TreeAggregate.Average,
        "MIN" => TreeAggregate.Min,
        "MAX" => TreeAggregate.Max,
        _ => throw new KernelException($"A tree ensemble has no aggregate_function '{name}'."),
    };

    private static long CheckTargets(long targets) => targets is >= 1 and <= int.MaxValue ? targets : throw new KernelException($"A tree ensemble can't have {targets} targets.");

    /// <summary>Base values as float64.</summary>
    internal static NativeBuffer<double> Bases(ReadOnlySpan<float> values, TensorValue? tensor)
    {
        var bases = new NativeBuffer<double>(tensor?.Length ?? values.Length);
        if (tensor is not null)
        {
            RealNumbers.Load(tensor.ElementType, tensor.Data, tensor.Length, bases.Pointer);
            return bases;
        }

        for (int i = 0; i < values.Length; i++)
        {
            bases.Pointer[i] = values[i];
        }

        return bases;
    }

    internal static void Regress(
        TreeForest forest, TensorValue x, FeatureMatrix matrix, TensorValue y, TreeAggregate aggregate, PostTransform transform, ReadOnlySpan<double> bases, long targets)
    {
        using var features = new RealInput<double>(x);
        using var scores = new NativeBuffer<double>(targets);
        using var scored = new NativeBuffer<bool>(targets);
        long size = TensorValue.ByteSize(y.ElementType, 1);
        for (long n = 0; n < matrix.Rows; n++)
        {
            forest.Evaluate(features.Pointer + (n * matrix.Columns), aggregate, scores.Span, scored.Span);
            for (int t = 0; t < bases.Length; t++)
            {
                // As in ONNX Runtime a target that no leaf has stays 0; alone it is scored even so.
                scores.Pointer[t] += scored.Pointer[t] || targets == 1 ? bases[t] : 0;
            }

            PostTransforms.Apply(transform, scores.Pointer, targets, SecondClass.Absent);
            RealNumbers.Store(y.ElementType, scores.Pointer, targets, y.Data + (n * targets * size));
        }
    }
}
