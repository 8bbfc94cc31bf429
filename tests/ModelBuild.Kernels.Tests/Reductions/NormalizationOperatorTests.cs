using CsCheck;
using ModelBuild.Kernels.Tests.Elementwise;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Reductions;

[TestClass]
public sealed class NormalizationOperatorTests
{
    private static readonly TensorElementType[] Types = [TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16];

    [TestMethod]
    public void Layers_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Types), NotEmpty(1, 4), Gen.Int[-4, 3], Gen.Int[0, 1], Gen.Int[0, 999]).Each((type, shape, axis, hasBias, seed) =>
        {
            int first = axis < 0 ? axis + shape.Length : axis;
            long[] row = first >= 0 && first < shape.Length ? shape[first..] : [1];

            // An input that is left out by an empty name crashes ONNX Runtime 1.31.1 here: it is not listed at all.
            TensorValue[] inputs = [Sample.Of(type, shape, seed), Sample.Of(type, row, seed + 1), Sample.Of(type, row, seed + 2)];
            OracleTest.Compare(
                new SingleNode("LayerNormalization").With("axis", (long)axis).With("epsilon", 1e-3f),
                inputs[..(2 + hasBias)], 1,
                (c, x, y) => Normalizations.LayerNormalization(c, x[0]!, x[1]!, x.Length > 2 ? x[2] : null, y[0], null, null, axis, 1e-3f), mayAccept: true, Room(type));
        });

    [TestMethod]
    public void Half_precision_is_single_precision_rounded_once()
    {
        using var context = new KernelContext();
        foreach (TensorElementType type in new[] { TensorElementType.Float16, TensorElementType.BFloat16 })
        {
            TensorValue x = Sample.Of(type, [3, 20], 1);
            TensorValue scale = Sample.Of(type, [20], 2);
            TensorValue wideX = new();
            TensorValue wideScale = new();
            TensorValue expected = new();
            TensorValue rounded = new();
            TensorValue actual = new();
            Casting.Cast(x, wideX, (long)TensorElementType.Float32);
            Casting.Cast(scale, wideScale, (long)TensorElementType.Float32);
            Normalizations.LayerNormalization(context, wideX, wideScale, null, expected, null, null);
            Casting.Cast(expected, rounded, (long)type);
            Normalizations.LayerNormalization(context, x, scale, null, actual, null, null);
            Tensors.AreEqual(rounded, actual);
            Normalizations.RMSNormalization(context, wideX, wideScale, expected);
            Casting.Cast(expected, rounded, (long)type);
            Normalizations.RMSNormalization(context, x, scale, actual);
            Tensors.AreEqual(rounded, actual);
        }
    }

    [TestMethod]
    public void Moments_of_layers_agree_with_ONNX_Runtime()
    {
        TensorValue x = Sample.Of(TensorElementType.Float32, [3, 4, 5], 1);
        OracleTest.Compare(
            new SingleNode("LayerNormalization").With("axis", 1L), [x, Sample.Of(TensorElementType.Float32, [4, 5], 2), Sample.Of(TensorElementType.Float32, [4, 5], 3)], 3,
            (c, i, y) => Normalizations.LayerNormalization(c, i[0]!, i[1]!, i[2], y[0], y[1], y[2], 1), tolerance: 1e-5);
    }

    [TestMethod]
    public void A_scale_that_varies_over_the_rows_is_broadcast()
    {
        using var context = new KernelContext();
        TensorValue x = Tensors.Floats([2, 2], 1, 3, 5, 9);
        var y = new TensorValue();
        Normalizations.LayerNormalization(context, x, Tensors.Floats([2, 1], 1, 10), null, y, null, null, epsilon: 0);
        CollectionAssert.AreEqual(new float[] { -1, 1, -10, 10 }, y.Span<float>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => Normalizations.LayerNormalization(context, x, Tensors.Floats([3], 1, 2, 3), null, y, null, null));
    }

    [TestMethod]
    public void Groups_and_instances_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Types), Gen.Int[1, 4], Gen.Int[1, 3], NotEmpty(0, 2), Gen.Int[0, 999]).Each((type, groups, perGroup, spatial, seed) =>
        {
            long channels = groups * perGroup;
            long[] shape = [2, channels, .. spatial, 3];
            TensorValue[] inputs = [Sample.Of(type, shape, seed), Sample.Of(type, [channels], seed + 1), Sample.Of(type, [channels], seed + 2)];

            // ONNX Runtime takes the moments of double precision in single.
            double room = type == TensorElementType.Float64 ? 1e-3 : Room(type);
            OracleTest.Compare(
                new SingleNode("GroupNormalization").With("num_groups", (long)groups), inputs, 1,
                (c, x, y) => Normalizations.GroupNormalization(c, x[0]!, x[1]!, x[2]!, y[0], groups), mayAccept: true, room);
            OracleTest.Compare(
                new SingleNode("InstanceNormalization"), inputs, 1, (c, x, y) => Normalizations.InstanceNormalization(c, x[0]!, x[1]!, x[2]!, y[0]), mayAccept: true, room);
        });

    [TestMethod]
    public void Batches_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Types), Gen.Long[1, 5], NotEmpty(0, 3), Gen.Int[0, 999]).Each((type, channels, spatial, seed) =>
        {
            TensorValue[] inputs =
            [
                Sample.Of(type, [3, channels, .. spatial], seed), Sample.Of(type, [channels], seed + 1), Sample.Of(type, [channels], seed + 2), Sample.Of(type, [channels], seed + 3),
                Sample.Of(type, [channels], seed + 4, 0.5, 3),
            ];
            OracleTest.Compare(
                new SingleNode("BatchNormalization"), inputs, 1, (c, x, y) => BatchNormalizations.BatchNormalization(c, x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, y[0], null, null), mayAccept: true,
                Room(type));
        });

    [TestMethod]
    public void Training_keeps_running_moments()
    {
        using var context = new KernelContext();
        TensorValue y = new();
        TensorValue mean = new();
        TensorValue variance = new();
        TensorValue one = Tensors.Floats([1], 1);
        BatchNormalizations.BatchNormalization(
            context, Tensors.Floats([4, 1], 1, 3, 5, 7), one, Tensors.Floats([1], 0.5f), Tensors.Floats([1], 10), Tensors.Floats([1], 20), y, mean, variance, 0, 0.5f, 1);
        Assert.AreEqual(7f, mean.Span<float>()[0]);
        Assert.AreEqual(12.5f, variance.Span<float>()[0]);
        Assert.AreEqual(0.5 - (3 / Math.Sqrt(5)), y.Span<float>()[0], 1e-6);
        Assert.ThrowsExactly<KernelException>(() => BatchNormalizations.BatchNormalization(context, Tensors.Floats([1, 2], 1, 2), one, one, one, one, y, null, null));
    }

    [TestMethod]
    public void Standardizations_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From("LpNormalization", "LRN", "MeanVarianceNormalization"), Pick.From(Types), NotEmpty(4, 4), Gen.Long[1, 5], Pick.From(1L, 2L), Gen.Int[0, 999]).Each((name, type, shape, size, p, seed) =>
        {
            SingleNode node = name switch
            {
                "LpNormalization" => new SingleNode(name).With("p", p).With("axis", 1L),
                "LRN" => new SingleNode(name).With("size", size).With("alpha", 0.1f),
                _ => new SingleNode(name),
            };
            OracleTest.Compare(
                node, [Sample.Of(type, [.. shape[..3], shape[3] + 1], seed)], 1,
                (c, x, y) =>
                {
                    switch (name)
                    {
                        case "LpNormalization":
                            Standardizations.LpNormalization(c, x[0]!, y[0], 1, p);
                            break;
                        case "LRN":
                            Standardizations.LRN(c, x[0]!, y[0], size, 0.1f);
                            break;
                        default:
                            Standardizations.MeanVarianceNormalization(c, x[0]!, y[0]);
                            break;
                    }
                },
                mayAccept: true, Room(type));
        });

    private static double Room(TensorElementType type) => type switch
    {
        TensorElementType.Float64 => 1e-5,
        TensorElementType.Float32 => 3e-5,
        _ => 2e-2,
    };

    private static Gen<long[]> NotEmpty(int minRank, int maxRank) => Gen.Frequency((1, Gen.Const(1L)), (4, Gen.Long[2, 6])).Array[minRank, maxRank];
}
