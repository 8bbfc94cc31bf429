using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Elementwise;

[TestClass]
public sealed unsafe class ArithmeticTests
{
    private static readonly (string Name, OperatorCall Call)[] Operators =
    [
        ("Add", (c, x, y) => Arithmetic.Add(c, x[0]!, x[1]!, y[0])),
        ("Sub", (c, x, y) => Arithmetic.Sub(c, x[0]!, x[1]!, y[0])),
        ("Mul", (c, x, y) => Arithmetic.Mul(c, x[0]!, x[1]!, y[0])),
        ("Div", (c, x, y) => Arithmetic.Div(c, x[0]!, x[1]!, y[0])),
        ("Pow", (c, x, y) => Powers.Pow(c, x[0]!, x[1]!, y[0])),
        ("Min", (c, x, y) => Extremes.Min(c, [x[0]!, x[1]!], y[0])),
        ("Max", (c, x, y) => Extremes.Max(c, [x[0]!, x[1]!], y[0])),
        ("PRelu", (c, x, y) => Arithmetic.PRelu(c, x[0]!, x[1]!, y[0])),
    ];

    private static readonly (string Name, OperatorCall Call)[] Relations =
    [
        ("Equal", (c, x, y) => Comparisons.Equal(c, x[0]!, x[1]!, y[0])),
        ("Greater", (c, x, y) => Comparisons.Greater(c, x[0]!, x[1]!, y[0])),
        ("GreaterOrEqual", (c, x, y) => Comparisons.GreaterOrEqual(c, x[0]!, x[1]!, y[0])),
        ("Less", (c, x, y) => Comparisons.Less(c, x[0]!, x[1]!, y[0])),
        ("LessOrEqual", (c, x, y) => Comparisons.LessOrEqual(c, x[0]!, x[1]!, y[0])),
    ];

    [TestMethod]
    public void Operators_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Operators), Pick.From(Sample.Numbers), Sample.Pairs, Gen.Int[0, 999]).Each((op, type, shapes, seed) =>
        {
            // PRelu's slope must not widen the result there, and powers of negative numbers are NaN.
            long[] x = op.Name == "PRelu" ? [.. shapes.X, 2, 3] : shapes.X;
            long[] y = op.Name == "PRelu" ? [3] : shapes.Y;
            bool isPower = op.Name == "Pow";
            TensorValue a = Sample.Of(type, x, seed, isPower ? 0.5 : -6, isPower ? 3 : 6);
            TensorValue b = Sample.Of(type, y, seed + 1, isPower ? 0 : -6, isPower ? 3 : 6, skipsZero: true);
            OracleTest.Compare(new SingleNode(op.Name), [a, b], 1, op.Call, mayAccept: true, Sample.Tolerance(type));
        });

    [TestMethod]
    public void Remainders_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Sample.Numbers), Sample.Pairs, Pick.From(0L, 1L), Gen.Int[0, 999]).Each((type, shapes, fmod, seed) =>
        {
            TensorValue a = Sample.Of(type, shapes.X, seed, -50, 50);
            TensorValue b = Sample.Of(type, shapes.Y, seed + 1, -7, 7, skipsZero: true);
            OracleTest.Compare(
                new SingleNode("Mod").With("fmod", fmod), [a, b], 1, (c, x, y) => Arithmetic.Mod(c, x[0]!, x[1]!, y[0], fmod), mayAccept: true, Sample.Tolerance(type));
        });

    [TestMethod]
    public void Comparisons_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Relations), Pick.From([.. Sample.Numbers, TensorElementType.Bool]), Sample.Pairs, Gen.Int[0, 999]).Each((op, type, shapes, seed) =>
            OracleTest.Compare(
                new SingleNode(op.Name), [Sample.Of(type, shapes.X, seed, -2, type == TensorElementType.Bool ? 1 : 2), Sample.Of(type, shapes.Y, seed + 1, -2, type == TensorElementType.Bool ? 1 : 2)], 1,
                op.Call, mayAccept: true));

    [TestMethod]
    public void Sums_and_means_of_many_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From("Sum", "Mean", "Max", "Min"), Pick.From(Sample.Reals), Sample.Pairs, Gen.Int[1, 4], Gen.Int[0, 999]).Each((name, type, shapes, count, seed) =>
        {
            TensorValue[] inputs = [.. Enumerable.Range(0, count).Select(i => Sample.Of(type, i % 2 == 0 ? shapes.X : shapes.Y, seed + i))];
            OracleTest.Compare(new SingleNode(name), inputs, 1, (c, x, y) => Fold(name, c, x!, y[0]), mayAccept: true, 2 * Sample.Tolerance(type));
        });

    [TestMethod]
    public void Integers_wrap_and_divide_without_a_trap()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue a = Tensors.Of(TensorElementType.Int32, [4], int.MinValue, 7, -7, int.MaxValue);
        TensorValue b = Tensors.Of(TensorElementType.Int32, [4], -1, 0, 2, 1);
        Arithmetic.Div(context, a, b, y);
        CollectionAssert.AreEqual(new[] { int.MinValue, 0, -3, int.MaxValue }, y.Span<int>().ToArray());
        Arithmetic.Mod(context, a, b, y);
        CollectionAssert.AreEqual(new[] { 0, 0, 1, 0 }, y.Span<int>().ToArray());
        Arithmetic.Mod(context, a, b, y, fmod: 1);
        CollectionAssert.AreEqual(new[] { 0, 0, -1, 0 }, y.Span<int>().ToArray());
        Arithmetic.Add(context, a, b, y);
        CollectionAssert.AreEqual(new[] { int.MaxValue, 7, -5, int.MinValue }, y.Span<int>().ToArray());

        TensorValue longs = Tensors.Of(TensorElementType.Int64, [2], long.MinValue, 5L);
        Arithmetic.Div(context, longs, Tensors.Of(TensorElementType.Int64, [2], -1L, 0L), y);
        CollectionAssert.AreEqual(new[] { long.MinValue, 0L }, y.Span<long>().ToArray());
        TensorValue bytes = Tensors.Of(TensorElementType.Int8, [2], (sbyte)-128, (sbyte)100);
        Arithmetic.Div(context, bytes, Tensors.Of(TensorElementType.Int8, [2], (sbyte)-1, (sbyte)0), y);
        CollectionAssert.AreEqual(new sbyte[] { -128, 0 }, y.Span<sbyte>().ToArray());
        Arithmetic.Mul(context, bytes, bytes, y);
        CollectionAssert.AreEqual(new[] { unchecked((sbyte)(128 * 128)), unchecked((sbyte)10000) }, y.Span<sbyte>().ToArray());
        Numbers.Abs(context, Tensors.Of(TensorElementType.Int32, [2], int.MinValue, -3), y);
        CollectionAssert.AreEqual(new[] { int.MinValue, 3 }, y.Span<int>().ToArray());
    }

    [TestMethod]
    public void Powers_of_mixed_types_agree_with_ONNX_Runtime() =>
        Gen.Select(
            Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64),
            Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64), Sample.Pairs, Gen.Int[0, 999]).Each((type, exponent, shapes, seed) =>
                OracleTest.Compare(
                    new SingleNode("Pow"), [Sample.Of(type, shapes.X, seed, 1, 5), Sample.Of(exponent, shapes.Y, seed + 1, 0, 4)], 1,
                    (c, x, y) => Powers.Pow(c, x[0]!, x[1]!, y[0]), mayAccept: true, Math.Max(1e-6, Sample.Tolerance(type))));

    [TestMethod]
    public void Types_and_shapes_that_do_not_fit_are_refused()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => Arithmetic.Add(context, new TensorValue(TensorElementType.Float32, 2), new TensorValue(TensorElementType.Float32, 3), y));
        Assert.ThrowsExactly<KernelException>(() => Arithmetic.Add(context, new TensorValue(TensorElementType.Float32, 2), new TensorValue(TensorElementType.Int32, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Arithmetic.Add(context, new TensorValue(TensorElementType.String, 2), new TensorValue(TensorElementType.String, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Extremes.Max(context, [], y));
        Assert.ThrowsExactly<KernelException>(() => Logic.And(new TensorValue(TensorElementType.Int32, 2), new TensorValue(TensorElementType.Int32, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Logic.BitShift(new TensorValue(TensorElementType.UInt8, 2), new TensorValue(TensorElementType.UInt8, 2), y, "UP"));
    }

    private static void Fold(string name, KernelContext context, TensorValue[] x, TensorValue y)
    {
        switch (name)
        {
            case "Sum":
                Extremes.Sum(context, x, y);
                break;
            case "Mean":
                Extremes.Mean(context, x, y);
                break;
            case "Max":
                Extremes.Max(context, x, y);
                break;
            default:
                Extremes.Min(context, x, y);
                break;
        }
    }
}
