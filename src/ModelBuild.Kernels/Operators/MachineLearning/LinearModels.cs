namespace ModelBuild.Kernels;

/// <summary>LinearRegressor and LinearClassifier of <c>ai.onnx.ml</c>. Sums are taken in float64.</summary>
public static unsafe class LinearModels
{
    /// <summary>Linear regression: a weighted sum of the features for each target.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Values, float32 [N, targets].</param>
    /// <param name="coefficients">[targets, C].</param>
    /// <param name="intercepts">[targets].</param>
    /// <param name="postTransform">What is done to the sums.</param>
    /// <param name="targets">Number of targets.</param>
    /// <exception cref="KernelException">The coefficients contradict the input.</exception>
    public static void LinearRegressor(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<float> coefficients = default, ReadOnlySpan<float> intercepts = default, string postTransform = "NONE", long targets = 1)
    {
        FeatureMatrix matrix = FeatureMatrix.Of(x, "LinearRegressor");
        Check(matrix, coefficients, intercepts, targets);
        PostTransform transform = PostTransforms.Parse(postTransform);
        y.Resize(TensorElementType.Float32, matrix.Rows, targets);
        using var features = new RealInput<double>(x);
        using var scores = new NativeBuffer<double>(targets);
        for (long n = 0; n < matrix.Rows; n++)
        {
            Score(features.Pointer + (n * matrix.Columns), coefficients, intercepts, scores.Span);
            PostTransforms.Apply(transform, scores.Pointer, targets, SecondClass.Absent);
            RealNumbers.Store(TensorElementType.Float32, scores.Pointer, targets, (byte*)(y.Pointer<float>() + (n * targets)));
        }
    }

    /// <summary>Linear classification: the class with the largest weighted sum of the features, or by the sign of a single sum.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Labels, [N].</param>
    /// <param name="z">Scores, float32 [N, classes].</param>
    /// <param name="classlabelsInts">Labels that are integers.</param>
    /// <param name="classlabelsStrings">Labels that are texts.</param>
    /// <param name="coefficients">[sums, C].</param>
    /// <param name="intercepts">[sums].</param>
    /// <param name="multiClass">Not used: the number of sums says it.</param>
    /// <param name="postTransform">What is done to the sums.</param>
    /// <exception cref="KernelException">The coefficients contradict the input.</exception>
    public static void LinearClassifier(
        TensorValue x, [Output] TensorValue y, [Output] TensorValue z, ReadOnlySpan<float> coefficients, ReadOnlySpan<long> classlabelsInts = default,
        ReadOnlySpan<string> classlabelsStrings = default, ReadOnlySpan<float> intercepts = default, long multiClass = 0, string postTransform = "NONE")
    {
        _ = multiClass;
        FeatureMatrix matrix = FeatureMatrix.Of(x, "LinearClassifier");
        var labels = new ClassLabels(classlabelsInts, classlabelsStrings);
        long sums = intercepts.Length > 0 ? intercepts.Length : matrix.Columns == 0 ? labels.Count : coefficients.Length / matrix.Columns;
        Check(matrix, coefficients, intercepts, sums);
        PostTransform transform = PostTransforms.Parse(postTransform);
        bool second = sums == 1 && labels.Count == 2;
        long classes = second ? 2 : sums;
        labels.Prepare(y, matrix.Rows);
        z.Resize(TensorElementType.Float32, matrix.Rows, classes);
        using var features = new RealInput<double>(x);
        using var scores = new NativeBuffer<double>(classes);
        for (long n = 0; n < matrix.Rows; n++)
        {
            Score(features.Pointer + (n * matrix.Columns), coefficients, intercepts, scores.Span[..(int)sums]);
            if (sums == 1 && labels.Count != 2)
            {
                labels.WriteSign(y, n, scores.Pointer[0] > 0);
            }
            else
            {
                labels.Write(y, n, sums == 1 ? (scores.Pointer[0] > 0 ? 1 : 0) : Largest(scores.Span));
            }

            PostTransforms.Apply(transform, scores.Pointer, sums, second ? SecondClass.Complement : SecondClass.Absent);
            RealNumbers.Store(TensorElementType.Float32, scores.Pointer, classes, (byte*)(z.Pointer<float>() + (n * classes)));
        }
    }

    /// <summary>Place of the largest number, the first of equals.</summary>
    internal static int Largest(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }

    private static void Check(FeatureMatrix matrix, ReadOnlySpan<float> coefficients, ReadOnlySpan<float> intercepts, long targets)
    {
        if (targets < 1 || targets > int.MaxValue || coefficients.Length != (Int128)targets * matrix.Columns || (intercepts.Length > 0 && intercepts.Length != targets))
        {
            throw new KernelException($"A linear model of {matrix.Columns} features and {targets} results can't have {coefficients.Length} coefficients and {intercepts.Length} intercepts.");
        }
    }

    private static void Score(double* features, ReadOnlySpan<float> coefficients, ReadOnlySpan<float> intercepts, Span<double> scores)
    {
        int columns = coefficients.Length / scores.Length;
        for (int t = 0; t < scores.Length; t++)
        {
            double sum = intercepts.Length > 0 ? intercepts[t] : 0;
            for (int i = 0; i < columns; i++)
            {
                sum += features[i] * coefficients[(t * columns) + i];
            }

            scores[t] = sum;
        }
    }
}
