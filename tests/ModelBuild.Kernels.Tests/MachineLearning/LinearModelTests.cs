using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.MachineLearning;

[TestClass]
public sealed class LinearModelTests
{
    private const string Domain = "ai.onnx.ml";

    private static readonly string[] s_transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

    [TestMethod]
    public void Regressors_agree_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 3], Pick.From(s_transforms), Gen.Bool, Gen.Int[0, 1000]).Each((targets, transform, hasIntercepts, seed) =>
        {
            float[] coefficients = Numbers(seed, transform == "PROBIT" ? 0.02f : 2, (int)targets * 4);
            float[] intercepts = hasIntercepts ? Numbers(seed + 1, transform == "PROBIT" ? 0.1f : 1, (int)targets, transform == "PROBIT" ? 0.5f : 0) : [.. Enumerable.Repeat(0.5f, (int)targets)];
            SingleNode node = new SingleNode("LinearRegressor", domain: Domain).With("coefficients", coefficients).With("intercepts", intercepts).With("targets", targets).With("post_transform", transform);
            OracleTest.Compare(node, [RandomTensors.Floats(seed, 3, 5, 4)], 1, (_, x, y) => LinearModels.LinearRegressor(x[0]!, y[0], coefficients, intercepts, transform, targets), tolerance: transform == "PROBIT" ? 2e-3 : 1e-4);
        });

    [TestMethod]
    public void Classifiers_agree_with_the_oracle() =>
        Gen.Select(Gen.Int[1, 3], Pick.From("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"), Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Each((sums, transform, texts, two, seed) =>
        {
            float[] coefficients = Numbers(seed, 2, sums * 4);
            float[] intercepts = Numbers(seed + 1, 1, sums);
            int labels = sums == 1 && two ? 2 : sums;
            SingleNode node = new SingleNode("LinearClassifier", domain: Domain).With("coefficients", coefficients).With("intercepts", intercepts).With("post_transform", transform);
            long[] integers = texts ? [] : [.. Enumerable.Range(5, labels).Select(i => (long)i)];
            string[] names = texts ? [.. Enumerable.Range(5, labels).Select(i => $"c{i}")] : [];
            node = texts ? node.With("classlabels_strings", names) : node.With("classlabels_ints", integers);
            OracleTest.Compare(node, [RandomTensors.Floats(seed, 3, 5, 4)], 2, (_, x, y) => LinearModels.LinearClassifier(x[0]!, y[0], y[1], coefficients, integers, names, intercepts, 0, transform), mayAccept: true, tolerance: 1e-4);
        });

    [TestMethod]
    public void Support_vector_regressors_agree_with_the_oracle() =>
        Gen.Select(Pick.From("LINEAR", "POLY", "RBF", "SIGMOID"), Pick.From(0L, 3L), Pick.From(0L, 1L), Gen.Int[0, 1000]).Each((kernel, supports, oneClass, seed) =>
        {
            float[] vectors = Numbers(seed, 1, (int)supports * 4);
            float[] coefficients = Numbers(seed + 1, 1, supports == 0 ? 4 : (int)supports);
            float[] parameters = [0.3f, 0.2f, 3];
            float[] rho = [0.25f];
            SingleNode node = new SingleNode("SVMRegressor", domain: Domain).With("coefficients", coefficients).With("kernel_params", parameters).With("kernel_type", kernel).With("n_supports", supports).With("rho", rho).With("one_class", oneClass);
            if (supports > 0)
            {
                node.With("support_vectors", vectors);
            }

            OracleTest.Compare(
                node, [RandomTensors.Floats(seed, 2, 5, 4)], 1,
                (_, x, y) => SupportVectorMachines.SVMRegressor(x[0]!, y[0], coefficients, parameters, kernel, supports, oneClass, "NONE", rho, vectors), tolerance: 1e-4);
        });

    [TestMethod]
    public void Support_vector_classifiers_agree_with_the_oracle() =>
        Gen.Select(Pick.From("LINEAR", "POLY", "RBF", "SIGMOID"), Gen.Int[2, 4], Pick.From("NONE", "SOFTMAX", "LOGISTIC"), Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Each((kernel, classes, transform, probabilities, texts, seed) =>
        {
            long[] perClass = [.. Enumerable.Range(1, classes).Select(i => (long)i)];
            int count = (int)perClass.Sum();
            int pairs = classes * (classes - 1) / 2;
            float[] vectors = Numbers(seed, 1, count * 4);
            float[] coefficients = Numbers(seed + 1, 1, (classes - 1) * count);
            float[] parameters = [0.3f, 0.2f, 3];
            float[] rho = Numbers(seed + 2, 0.3f, pairs);
            float[] a = probabilities ? Numbers(seed + 3, 1, pairs) : [];
            float[] b = probabilities ? Numbers(seed + 4, 1, pairs) : [];
            long[] integers = texts ? [] : [.. Enumerable.Range(5, classes).Select(i => (long)i)];
            string[] names = texts ? [.. Enumerable.Range(5, classes).Select(i => $"c{i}")] : [];
            SingleNode node = new SingleNode("SVMClassifier", domain: Domain).With("coefficients", coefficients).With("kernel_params", parameters).With("kernel_type", kernel).With("post_transform", transform)
                .With("rho", rho).With("support_vectors", vectors).With("vectors_per_class", perClass);
            node = probabilities ? node.With("prob_a", a).With("prob_b", b) : node;
            node = texts ? node.With("classlabels_strings", names) : node.With("classlabels_ints", integers);
            OracleTest.Compare(
                node, [RandomTensors.Floats(seed, 2, 5, 4)], 2,
                (_, x, y) => SupportVectorMachines.SVMClassifier(x[0]!, y[0], y[1], integers, names, coefficients, parameters, kernel, transform, a, b, rho, vectors, perClass), tolerance: 1e-3);
        });

    [TestMethod]
    public void Linear_support_vector_classifiers_agree_with_the_oracle() =>
        Gen.Select(Gen.Int[2, 4], Pick.From("NONE", "SOFTMAX", "LOGISTIC"), Gen.Bool, Gen.Int[0, 1000]).Each((classes, transform, positive, seed) =>
        {
            float[] coefficients = Numbers(seed + 1, 1, classes * 4);
            coefficients = positive ? [.. coefficients.Select(Math.Abs)] : coefficients;
            float[] rho = [0.1f];
            long[] integers = [.. Enumerable.Range(5, classes).Select(i => (long)i)];
            SingleNode node = new SingleNode("SVMClassifier", domain: Domain).With("coefficients", coefficients).With("kernel_params", new float[3]).With("post_transform", transform).With("rho", rho).With("classlabels_ints", integers);
            OracleTest.Compare(node, [RandomTensors.Floats(seed, 2, 5, 4)], 2, (_, x, y) => SupportVectorMachines.SVMClassifier(x[0]!, y[0], y[1], integers, [], coefficients, [], "LINEAR", transform, [], [], rho, [], []), tolerance: 1e-4);
        });

    [TestMethod]
    public void Sizes_that_contradict_are_refused()
    {
        TensorValue x = RandomTensors.Floats(1, 1, 2, 3);
        var y = new TensorValue();
        var z = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => LinearModels.LinearRegressor(x, y, [1, 2]));
        Assert.ThrowsExactly<KernelException>(() => LinearModels.LinearRegressor(x, y, [1, 2, 3], targets: long.MaxValue));
        Assert.ThrowsExactly<KernelException>(() => LinearModels.LinearClassifier(x, y, z, [1, 2, 3, 4, 5, 6], classlabelsInts: [7], intercepts: [0, 1]));
        Assert.ThrowsExactly<KernelException>(() => SupportVectorMachines.SVMRegressor(x, y, [1, 2, 3]));
        Assert.ThrowsExactly<KernelException>(() => SupportVectorMachines.SVMRegressor(x, y, [1, 2], nSupports: 2, rho: [0], supportVectors: [1, 2, 3]));
        Assert.ThrowsExactly<KernelException>(() => SupportVectorMachines.SVMClassifier(x, y, z, [1, 2], coefficients: [1, 2, 3], rho: [0], supportVectors: [1, 2, 3], vectorsPerClass: [2, -1]));
        Assert.ThrowsExactly<KernelException>(() => SupportVectorMachines.SVMClassifier(x, y, z, [1, 2], coefficients: [1], rho: [], supportVectors: [1, 2, 3], vectorsPerClass: [1, 0]));
        Assert.ThrowsExactly<KernelException>(() => LinearModels.LinearRegressor(x, y, [1, 2, 3], postTransform: "EXP"));
    }

    private static float[] Numbers(int seed, float range, int count, float middle = 0) => [.. RandomTensors.Floats(seed + 77, range, count).Span<float>().ToArray().Select(v => v + middle)];
}
