namespace ModelBuild.Kernels;

/// <summary>SVMRegressor and SVMClassifier of <c>ai.onnx.ml</c>, after LIBSVM (with support vectors) and LIBLINEAR (without).</summary>
public static unsafe class SupportVectorMachines
{
    /// <summary>Regression, or the detection of outliers.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Values, float32 [N, 1]; 1 or -1 for the detection of outliers.</param>
    /// <param name="coefficients">One for each support vector, or for each feature without support vectors.</param>
    /// <param name="kernelParams">Gamma, offset, degree.</param>
    /// <param name="kernelType">"LINEAR", "POLY", "RBF" or "SIGMOID".</param>
    /// <param name="nSupports">Number of support vectors.</param>
    /// <param name="oneClass">Whether outliers are detected.</param>
    /// <param name="postTransform">Not used with one target, as in ONNX Runtime.</param>
    /// <param name="rho">What is added.</param>
    /// <param name="supportVectors">[support vectors, C].</param>
    /// <exception cref="KernelException">The sizes contradict each other.</exception>
    public static void SVMRegressor(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<float> coefficients = default, ReadOnlySpan<float> kernelParams = default, string kernelType = "LINEAR", long nSupports = 0,
        long oneClass = 0, string postTransform = "NONE", ReadOnlySpan<float> rho = default, ReadOnlySpan<float> supportVectors = default)
    {
        _ = PostTransforms.Parse(postTransform);
        FeatureMatrix matrix = FeatureMatrix.Of(x, "SVMRegressor");
        var kernel = new SupportVectorKernel(nSupports > 0 ? kernelType : "LINEAR", kernelParams);
        long vectors = nSupports > 0 ? nSupports : 1;
        ReadOnlySpan<float> all = nSupports > 0 ? supportVectors : coefficients;
        if (all.Length != (Int128)vectors * matrix.Columns || (nSupports > 0 && coefficients.Length != vectors) || rho.Length < 1)
        {
            throw new KernelException($"SVMRegressor of {matrix.Columns} features can't have {all.Length} numbers in {vectors} vectors, {coefficients.Length} coefficients and {rho.Length} offsets.");
        }

        y.Resize(TensorElementType.Float32, matrix.Rows, 1);
        using var features = new RealInput<double>(x);
        int columns = (int)matrix.Columns;
        for (long n = 0; n < matrix.Rows; n++)
        {
            double sum = rho[0];
            for (int v = 0; v < vectors; v++)
            {
                sum += kernel.Evaluate(features.Pointer + (n * columns), all.Slice(v * columns, columns)) * (nSupports > 0 ? coefficients[v] : 1);
            }

            y.Pointer<float>()[n] = oneClass != 0 ? (sum > 0 ? 1 : -1) : (float)sum;
        }
    }

    /// <summary>Classification by votes between pairs of classes, or by the largest sum without support vectors.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">Labels, [N].</param>
    /// <param name="z">Scores, float32: [N, classes], or [N, pairs] for more than two classes without probabilities.</param>
    /// <param name="classlabelsInts">Labels that are integers.</param>
    /// <param name="classlabelsStrings">Labels that are texts.</param>
    /// <param name="coefficients">[classes - 1, support vectors], or [classes, C].</param>
    /// <param name="kernelParams">Gamma, offset, degree.</param>
    /// <param name="kernelType">"LINEAR", "POLY", "RBF" or "SIGMOID".</param>
    /// <param name="postTransform">What is done to the scores.</param>
    /// <param name="probA">Slope of the probability of each pair.</param>
    /// <param name="probB">Offset of the probability of each pair.</param>
    /// <param name="rho">What is added for each pair.</param>
    /// <param name="supportVectors">[support vectors, C].</param>
    /// <param name="vectorsPerClass">How many support vectors each class has.</param>
    /// <exception cref="KernelException">The sizes contradict each other.</exception>
    public static void SVMClassifier(
        TensorValue x, [Output] TensorValue y, [Output] TensorValue z, ReadOnlySpan<long> classlabelsInts = default, ReadOnlySpan<string> classlabelsStrings = default,
        ReadOnlySpan<float> coefficients = default, ReadOnlySpan<float> kernelParams = default, string kernelType = "LINEAR", string postTransform = "NONE", ReadOnlySpan<float> probA = default,
        ReadOnlySpan<float> probB = default, ReadOnlySpan<float> rho = default, ReadOnlySpan<float> supportVectors = default, ReadOnlySpan<long> vectorsPerClass = default)
    {
        FeatureMatrix matrix = FeatureMatrix.Of(x, "SVMClassifier");
        var machine = new SupportVectorClassifier(
            new ClassLabels(classlabelsInts, classlabelsStrings), coefficients, new SupportVectorKernel(vectorsPerClass.Length > 0 ? kernelType : "LINEAR", kernelParams), probA, probB, rho,
            supportVectors, vectorsPerClass, matrix.Columns);
        machine.Run(x, matrix, y, z, PostTransforms.Parse(postTransform));
    }
}
