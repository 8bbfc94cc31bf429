namespace ModelBuild.Kernels;

/// <summary>TreeEnsembleClassifier of <c>ai.onnx.ml</c>.</summary>
public static unsafe class TreeClassifiers
{
    /// <summary>What a classifier needs to know of its weights to read a single score.</summary>
    internal readonly record struct Kind(bool IsBinary, bool IsPositive, int Classes);

    /// <summary>Classification by trees: the class with the largest sum of weights, or by one sum where both classes share it.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Labels, [N].</param>
    /// <param name="z">Scores, float32 [N, classes].</param>
    /// <param name="baseValues">Added to the result of each class.</param>
    /// <param name="baseValuesAsTensor">The same.</param>
    /// <param name="classIds">Class of each weight.</param>
    /// <param name="classNodeids">Leaf of each weight.</param>
    /// <param name="classTreeids">Tree of each weight.</param>
    /// <param name="classWeights">The weights.</param>
    /// <param name="classWeightsAsTensor">The same.</param>
    /// <param name="classlabelsInt64s">Labels that are integers.</param>
    /// <param name="classlabelsStrings">Labels that are texts.</param>
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
    /// <param name="postTransform">What is done to the scores.</param>
    /// <exception cref="KernelException">The lists contradict each other, a node or feature does not exist, or a tree has a circle.</exception>
    public static void TreeEnsembleClassifier(
        TensorValue x, [Output] TensorValue y, [Output] TensorValue z, ReadOnlySpan<float> baseValues = default, [TensorAttribute] TensorValue? baseValuesAsTensor = null,
        ReadOnlySpan<long> classIds = default, ReadOnlySpan<long> classNodeids = default, ReadOnlySpan<long> classTreeids = default, ReadOnlySpan<float> classWeights = default,
        [TensorAttribute] TensorValue? classWeightsAsTensor = null, ReadOnlySpan<long> classlabelsInt64s = default, ReadOnlySpan<string> classlabelsStrings = default,
        ReadOnlySpan<long> nodesFalsenodeids = default, ReadOnlySpan<long> nodesFeatureids = default, ReadOnlySpan<float> nodesHitrates = default,
        [TensorAttribute] TensorValue? nodesHitratesAsTensor = null, ReadOnlySpan<long> nodesMissingValueTracksTrue = default, ReadOnlySpan<string> nodesModes = default,
        ReadOnlySpan<long> nodesNodeids = default, ReadOnlySpan<long> nodesTreeids = default, ReadOnlySpan<long> nodesTruenodeids = default, ReadOnlySpan<float> nodesValues = default,
        [TensorAttribute] TensorValue? nodesValuesAsTensor = null, string postTransform = "NONE")
    {
        _ = nodesHitrates;
        _ = nodesHitratesAsTensor;
        FeatureMatrix matrix = FeatureMatrix.Of(x, "TreeEnsembleClassifier");
        var labels = new ClassLabels(classlabelsInt64s, classlabelsStrings);
        int classes = labels.Count;
        if (classes == 0)
        {
            throw new KernelException("TreeEnsembleClassifier has no class labels.");
        }

        var table = new TreeTable
        {
            TreeIds = nodesTreeids, NodeIds = nodesNodeids, Features = nodesFeatureids, Modes = nodesModes, Values = nodesValues, ValuesTensor = nodesValuesAsTensor,
            TrueIds = nodesTruenodeids, FalseIds = nodesFalsenodeids, MissingIsTrue = nodesMissingValueTracksTrue, WeightTreeIds = classTreeids, WeightNodeIds = classNodeids,
            WeightTargets = classIds, Weights = classWeights, WeightsTensor = classWeightsAsTensor,
        };
        labels.Prepare(y, matrix.Rows);
        z.Resize(TensorElementType.Float32, matrix.Rows, classes);
        using TreeForestMemory forest = table.Flatten(matrix.Columns, classes);
        using NativeBuffer<double> bases = TreeEnsembles.Bases(baseValues, baseValuesAsTensor);
        if (bases.Length > classes)
        {
            throw new KernelException($"TreeEnsembleClassifier of {classes} classes has {bases.Length} base values.");
        }

        Classify(forest.Forest, x, matrix, y, z, labels, bases.Span, PostTransforms.Parse(postTransform), Describe(forest.Forest.Weights, classIds, classes));
    }

    internal static Kind Describe(ReadOnlySpan<TreeWeight> weights, ReadOnlySpan<long> classIds, int classes)
    {
        bool positive = true;
        foreach (TreeWeight weight in weights)
        {
            positive &= weight.Value >= 0;
        }

        bool shared = classIds.Length > 0;
        foreach (long id in classIds)
        {
            shared &= id == classIds[0];
        }

        return new Kind(classes == 2 && shared, positive, classes);
    }

    internal static void Classify(
        TreeForest forest, TensorValue x, FeatureMatrix matrix, TensorValue y, TensorValue z, ClassLabels labels, ReadOnlySpan<double> bases, PostTransform transform, Kind kind)
    {
        using var features = new RealInput<double>(x);
        using var scores = new NativeBuffer<double>(Math.Max(2, kind.Classes));
        using var scored = new NativeBuffer<bool>(kind.Classes);
        for (long n = 0; n < matrix.Rows; n++)
        {
            scores.Span.Clear();
            forest.Evaluate(features.Pointer + (n * matrix.Columns), TreeAggregate.Sum, scores.Span[..kind.Classes], scored.Span);
            if (kind.Classes > 2)
            {
                ChooseLargest(y, n, labels, scores.Span, scored.Span, bases);
                PostTransforms.Apply(transform, scores.Pointer, kind.Classes, SecondClass.Absent);
            }
            else
            {
                ChooseBinary(y, n, labels, scores.Span, scored.Span, bases, transform, kind);
            }

            RealNumbers.Store(TensorElementType.Float32, scores.Pointer, kind.Classes, (byte*)(z.Pointer<float>() + (n * kind.Classes)));
        }
    }

    private static void ChooseLargest(TensorValue y, long row, ClassLabels labels, Span<double> scores, Span<bool> scored, ReadOnlySpan<double> bases)
    {
        for (int c = 0; c < bases.Length; c++)
        {
            scores[c] += bases[c];
            scored[c] = true;
        }

        int best = -1;
        for (int c = 0; c < scored.Length; c++)
        {
            best = scored[c] && (best < 0 || scores[c] > scores[best]) ? c : best;
        }

        labels.Write(y, row, Math.Max(0, best));
    }

    // ONNX leaves open what two classes with one score mean; this is ONNX Runtime's reading, where a class that no leaf has scores 0.
    private static void ChooseBinary(
        TensorValue y, long row, ClassLabels labels, Span<double> scores, Span<bool> scored, ReadOnlySpan<double> bases, PostTransform transform, Kind kind)
    {
        int count = kind.Classes;
        bool hasSecond = count == 2 && scored[1];
        if (count == 2 && bases.Length == 2)
        {
            scores[1] = hasSecond ? bases[1] + scores[0] : 0;
            scores[0] = !scored[0] ? 0 : hasSecond ? -scores[1] : scores[0] + bases[0];
        }
        else
        {
            scores[0] += bases.Length == 1 && (scored[0] || count == 1) ? bases[0] : 0;
            count = hasSecond ? count : 1;
        }

        double score = hasSecond ? scores[1] : scores[0];
        SecondClass second = kind.Classes == 2 ? SecondClass.Negation : SecondClass.Absent;
        if (kind.IsBinary)
        {
            labels.Write(y, row, score > (kind.IsPositive ? 0.5 : 0) ? 1 : 0);
            second = kind.IsPositive ? SecondClass.Complement : SecondClass.Negation;
        }
        else if (labels.Count == 2 && labels.AreTexts)
        {
            labels.Write(y, row, score > 0 ? 1 : 0);
        }
        else
        {
            labels.WriteSign(y, row, score > 0);
        }

        fixed (double* p = scores)
        {
            PostTransforms.Apply(transform, p, count, second);
        }
    }
}
