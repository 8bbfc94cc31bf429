namespace ModelBuild.Kernels;

/// <summary>Tree ensembles that were brought into flat arrays when the model was lowered: the operators that stand for those of <c>ai.onnx.ml</c>.</summary>
public static unsafe class TreeForests
{
    /// <summary>Regression.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="nodes">The nodes, as bytes.</param>
    /// <param name="weights">The leaves' weights, as bytes.</param>
    /// <param name="roots">Each tree's first node, int32.</param>
    /// <param name="members">Sets that nodes ask for, float64.</param>
    /// <param name="bases">Base values, float64.</param>
    /// <param name="y">Values, [N, targets].</param>
    /// <param name="aggregate">0 average, 1 sum, 2 minimum, 3 maximum.</param>
    /// <param name="postTransform">0 none, 1 softmax, 2 logistic, 3 softmax of what is not zero, 4 probit.</param>
    /// <param name="targets">Number of targets.</param>
    /// <param name="features">How many features the trees ask for.</param>
    /// <param name="elementType">Type of the values by ONNX's number; 0 for the features'.</param>
    /// <exception cref="KernelException">An example has too few features.</exception>
    public static void TreeForestRegressor(
        TensorValue x, TensorValue nodes, TensorValue weights, TensorValue roots, TensorValue? members, TensorValue? bases, [Output] TensorValue y, long aggregate, long postTransform, long targets,
        long features, long elementType)
    {
        FeatureMatrix matrix = Check(x, features);
        y.Resize(elementType == 0 ? x.ElementType : (TensorElementType)elementType, matrix.Rows, targets);
        TreeEnsembles.Regress(View(nodes, weights, roots, members), x, matrix, y, (TreeAggregate)aggregate, (PostTransform)postTransform, bases is null ? [] : bases.Span<double>(), targets);
    }

    /// <summary>Classification.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="nodes">The nodes, as bytes.</param>
    /// <param name="weights">The leaves' weights, as bytes.</param>
    /// <param name="roots">Each tree's first node, int32.</param>
    /// <param name="bases">Base values, float64.</param>
    /// <param name="y">Labels, [N].</param>
    /// <param name="z">Scores, float32 [N, classes].</param>
    /// <param name="isBinary">Whether two classes share one score.</param>
    /// <param name="isPositive">Whether no weight is negative.</param>
    /// <param name="postTransform">0 none, 1 softmax, 2 logistic, 3 softmax of what is not zero, 4 probit.</param>
    /// <param name="features">How many features the trees ask for.</param>
    /// <param name="classlabelsInt64s">Labels that are integers.</param>
    /// <param name="classlabelsStrings">Labels that are texts.</param>
    /// <exception cref="KernelException">An example has too few features.</exception>
    public static void TreeForestClassifier(
        TensorValue x, TensorValue nodes, TensorValue weights, TensorValue roots, TensorValue? bases, [Output] TensorValue y, [Output] TensorValue z, long isBinary, long isPositive, long postTransform,
        long features, ReadOnlySpan<long> classlabelsInt64s = default, ReadOnlySpan<string> classlabelsStrings = default)
    {
        FeatureMatrix matrix = Check(x, features);
        var labels = new ClassLabels(classlabelsInt64s, classlabelsStrings);
        labels.Prepare(y, matrix.Rows);
        z.Resize(TensorElementType.Float32, matrix.Rows, labels.Count);
        var kind = new TreeClassifiers.Kind(isBinary != 0, isPositive != 0, labels.Count);
        TreeClassifiers.Classify(View(nodes, weights, roots, null), x, matrix, y, z, labels, bases is null ? [] : bases.Span<double>(), (PostTransform)postTransform, kind);
    }

    private static FeatureMatrix Check(TensorValue x, long features)
    {
        FeatureMatrix matrix = FeatureMatrix.Of(x, "A tree ensemble");
        return matrix.Columns >= features ? matrix : throw new KernelException($"A tree ensemble of {features} features can't take {x}.");
    }

    private static TreeForest View(TensorValue nodes, TensorValue weights, TensorValue roots, TensorValue? members) => new(
        nodes.Pointer<TreeNode>(), nodes.Length / sizeof(TreeNode), weights.Pointer<TreeWeight>(), weights.Length / sizeof(TreeWeight), roots.Pointer<int>(), checked((int)roots.Length),
        members is null ? null : members.Pointer<double>(), members?.Length ?? 0);
}
