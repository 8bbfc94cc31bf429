using CsCheck;
using ModelBuild.Kernels.Tests.Elementwise;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Reductions;

[TestClass]
public sealed unsafe class ReductionOperatorTests
{
    private delegate void Reduction(KernelContext context, TensorValue data, TensorValue? axes, TensorValue reduced, long keepdims, long noopWithEmptyAxes);

    private static readonly (string Name, Reduction Call)[] Operators =
    [
        ("ReduceSum", Reducing.ReduceSum), ("ReduceMean", Reducing.ReduceMean), ("ReduceProd", Reducing.ReduceProd), ("ReduceMax", Reducing.ReduceMax),
        ("ReduceMin", Reducing.ReduceMin), ("ReduceL1", Reducing.ReduceL1), ("ReduceL2", Reducing.ReduceL2), ("ReduceSumSquare", Reducing.ReduceSumSquare),
        ("ReduceLogSum", Reducing.ReduceLogSum), ("ReduceLogSumExp", Reducing.ReduceLogSumExp),
    ];

    [TestMethod]
    public void Reductions_agree_with_ONNX_Runtime() =>
        Gen.Select(
            Pick.From(Operators), Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64), NotEmpty(1, 5), Gen.Int[0, 31],
            Pick.From(0L, 1L), Gen.Int[0, 999]).Each((op, type, shape, axes, keeps, seed) =>
            {
                if ((type is TensorElementType.Int32 or TensorElementType.Int64) && (op.Name is "ReduceLogSum" or "ReduceLogSumExp" or "ReduceL2"))
                {
                    // ONNX Runtime computes these in integers.
                    type = TensorElementType.Float64;
                }

                long[] chosen = [.. Enumerable.Range(0, shape.Length).Where(d => (axes >> d & 1) != 0).Select(d => d % 2 == 0 ? d : (long)d - shape.Length)];
                OracleTest.Compare(
                    new SingleNode(op.Name).With("keepdims", keeps), [Sample.Of(type, shape, seed, 0.5, 2), Tensors.Longs(chosen)], 1,
                    (c, x, y) => op.Call(c, x[0]!, x[1], y[0], keeps, 0), mayAccept: true, type == TensorElementType.Float32 ? 1e-5 : Sample.Tolerance(type));
            });

    [TestMethod]
    public void Large_sums_agree_with_double_precision()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Sample.Of(TensorElementType.Float32, [4, 33, 65, 17], 1, 0, 1);
        Reducing.ReduceSum(context, x, Tensors.Longs(0, 2), y, 0);
        Assert.AreEqual("Float32[33,17]", y.ToString());
        for (int b = 0; b < 33; b++)
        {
            for (int d = 0; d < 17; d++)
            {
                double sum = 0;
                for (int a = 0; a < 4; a++)
                {
                    for (int c = 0; c < 65; c++)
                    {
                        sum += x.Span<float>()[(((((a * 33) + b) * 65) + c) * 17) + d];
                    }
                }

                Assert.AreEqual(sum, y.Span<float>()[(b * 17) + d], 1e-4);
            }
        }
    }

    [TestMethod]
    public void Nothing_reduces_to_the_identity()
    {
        using var context = new KernelContext();
        foreach (var (name, single, integer) in new[] { ("ReduceSum", 0f, 0L), ("ReduceProd", 1f, 1L), ("ReduceMax", float.NegativeInfinity, long.MinValue), ("ReduceMin", float.PositiveInfinity, long.MaxValue) })
        {
            Reduction call = Operators.First(o => o.Name == name).Call;
            var y = new TensorValue();
            call(context, new TensorValue(TensorElementType.Float32, 2, 0, 3), Tensors.Longs(1), y, 1, 0);
            Assert.AreEqual("Float32[2,1,3]", y.ToString());
            Assert.IsTrue(y.Span<float>().ToArray().All(v => v == single), name);
            call(context, new TensorValue(TensorElementType.Int64, 2, 0, 3), Tensors.Longs(1), y, 0, 0);
            Assert.IsTrue(y.Span<long>().ToArray().All(v => v == integer), name);
        }

        var mean = new TensorValue();
        Reducing.ReduceMean(context, new TensorValue(TensorElementType.Float32, 2, 0), Tensors.Longs(1), mean);
        Assert.IsTrue(float.IsNaN(mean.Span<float>()[0]));
    }

    [TestMethod]
    public void Without_axes_the_elements_are_still_squared()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Floats([2], -3, 2);
        Reducing.ReduceSumSquare(context, x, null, y, 1, 1);
        CollectionAssert.AreEqual(new[] { 9f, 4f }, y.Span<float>().ToArray());
        Reducing.ReduceL1(context, x, Tensors.Longs(), y, 1, 1);
        CollectionAssert.AreEqual(new[] { 3f, 2f }, y.Span<float>().ToArray());
        Reducing.ReduceSum(context, x, null, y, 0);
        Assert.AreEqual("Float32[]", y.ToString());
        Assert.AreEqual(-1f, y.Span<float>()[0]);
        Assert.ThrowsExactly<KernelException>(() => Reducing.ReduceSum(context, x, Tensors.Longs(1), y));
    }

    [TestMethod]
    public void Truth_values_reduce_to_any_and_all()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Of(TensorElementType.Bool, [3, 2], true, true, false, true, false, false);
        Reducing.ReduceMax(context, x, Tensors.Longs(1), y, 0);
        CollectionAssert.AreEqual(new byte[] { 1, 1, 0 }, y.Bytes.ToArray());
        Reducing.ReduceMin(context, x, Tensors.Longs(1), y, 0);
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0 }, y.Bytes.ToArray());
        Reducing.ReduceMin(context, new TensorValue(TensorElementType.Bool, 0), null, y, 0);
        Assert.AreEqual(1, y.Data[0]);
    }

    [TestMethod]
    public void Positions_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From("ArgMax", "ArgMin"), Pick.From(Sample.Numbers), NotEmpty(1, 4), Gen.Int[-4, 3], Gen.Int[0, 3], Gen.Int[0, 999]).Each((name, type, shape, axis, flags, seed) =>
        {
            long keeps = flags & 1;
            long last = flags >> 1;
            OracleTest.Compare(
                new SingleNode(name).With("axis", (long)axis).With("keepdims", keeps).With("select_last_index", last), [Sample.Of(type, shape, seed, -2, 2)], 1,
                (c, x, y) =>
                {
                    if (name == "ArgMax")
                    {
                        ArgExtremes.ArgMax(c, x[0]!, y[0], axis, keeps, last);
                    }
                    else
                    {
                        ArgExtremes.ArgMin(c, x[0]!, y[0], axis, keeps, last);
                    }
                },
                mayAccept: true);
        });

    [TestMethod]
    public void Softmaxes_agree_with_ONNX_Runtime() =>
        Gen.Select(
            Pick.From("Softmax", "LogSoftmax", "Hardmax"), Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16), Tensors.Shapes(1, 4, 20), Gen.Int[-4, 3],
            Gen.Int[0, 999]).Each((name, type, shape, axis, seed) =>
                OracleTest.Compare(
                    new SingleNode(name).With("axis", (long)axis), [Sample.Of(type, shape, seed)], 1,
                    (c, x, y) =>
                    {
                        switch (name)
                        {
                            case "Softmax":
                                Softmaxes.Softmax(c, x[0]!, y[0], axis);
                                break;
                            case "LogSoftmax":
                                Softmaxes.LogSoftmax(c, x[0]!, y[0], axis);
                                break;
                            default:
                                Softmaxes.Hardmax(c, x[0]!, y[0], axis);
                                break;
                        }
                    },
                    mayAccept: true, Sample.Tolerance(type)));

    private static Gen<long[]> NotEmpty(int minRank, int maxRank) => Gen.Frequency((1, Gen.Const(1L)), (4, Gen.Long[2, 6])).Array[minRank, maxRank];
}
