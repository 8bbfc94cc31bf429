using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Elementwise;

[TestClass]
public sealed unsafe class FunctionTests
{
    private static readonly (string Name, double Lowest, double Highest, OperatorCall Call)[] Functions =
    [
        ("Exp", -10, 5, (c, x, y) => RealFunctions.Exp(c, x[0]!, y[0])),
        ("Log", 0.01, 50, (c, x, y) => RealFunctions.Log(c, x[0]!, y[0])),
        ("Sqrt", 0, 50, (c, x, y) => RealFunctions.Sqrt(c, x[0]!, y[0])),
        ("Reciprocal", 0.2, 9, (c, x, y) => RealFunctions.Reciprocal(c, x[0]!, y[0])),
        ("Erf", -4, 4, (c, x, y) => RealFunctions.Erf(c, x[0]!, y[0])),
        ("Sin", -9, 9, (c, x, y) => RealFunctions.Sin(c, x[0]!, y[0])),
        ("Cos", -9, 9, (c, x, y) => RealFunctions.Cos(c, x[0]!, y[0])),
        ("Tan", -1.4, 1.4, (c, x, y) => RealFunctions.Tan(c, x[0]!, y[0])),
        ("Asin", -1, 1, (c, x, y) => RealFunctions.Asin(c, x[0]!, y[0])),
        ("Acos", -1, 1, (c, x, y) => RealFunctions.Acos(c, x[0]!, y[0])),
        ("Atan", -9, 9, (c, x, y) => RealFunctions.Atan(c, x[0]!, y[0])),
        ("Sinh", -5, 5, (c, x, y) => RealFunctions.Sinh(c, x[0]!, y[0])),
        ("Cosh", -5, 5, (c, x, y) => RealFunctions.Cosh(c, x[0]!, y[0])),
        ("Tanh", -5, 5, (c, x, y) => RealFunctions.Tanh(c, x[0]!, y[0])),
        ("Asinh", -9, 9, (c, x, y) => RealFunctions.Asinh(c, x[0]!, y[0])),
        ("Acosh", 1.1, 9, (c, x, y) => RealFunctions.Acosh(c, x[0]!, y[0])),
        ("Atanh", -0.95, 0.95, (c, x, y) => RealFunctions.Atanh(c, x[0]!, y[0])),
        ("Floor", -9, 9, (c, x, y) => RealFunctions.Floor(c, x[0]!, y[0])),
        ("Ceil", -9, 9, (c, x, y) => RealFunctions.Ceil(c, x[0]!, y[0])),
        ("Round", -9, 9, (c, x, y) => RealFunctions.Round(c, x[0]!, y[0])),
        ("Relu", -9, 9, (c, x, y) => Activations.Relu(c, x[0]!, y[0])),
        ("LeakyRelu", -9, 9, (c, x, y) => Activations.LeakyRelu(c, x[0]!, y[0])),
        ("ThresholdedRelu", -9, 9, (c, x, y) => Activations.ThresholdedRelu(c, x[0]!, y[0])),
        ("Selu", -9, 9, (c, x, y) => Activations.Selu(c, x[0]!, y[0])),
        ("Elu", -9, 9, (c, x, y) => Activations.Elu(c, x[0]!, y[0])),
        ("Celu", -9, 9, (c, x, y) => Activations.Celu(c, x[0]!, y[0])),
        ("Gelu", -9, 9, (c, x, y) => Activations.Gelu(c, x[0]!, y[0])),
        ("HardSigmoid", -9, 9, (c, x, y) => Activations.HardSigmoid(c, x[0]!, y[0])),
        ("HardSwish", -9, 9, (c, x, y) => Activations.HardSwish(c, x[0]!, y[0])),
        ("Sigmoid", -9, 9, (c, x, y) => Activations.Sigmoid(c, x[0]!, y[0])),
        ("Softplus", -9, 9, (c, x, y) => Activations.Softplus(c, x[0]!, y[0])),
        ("Softsign", -9, 9, (c, x, y) => Activations.Softsign(c, x[0]!, y[0])),
        ("Mish", -9, 9, (c, x, y) => Activations.Mish(c, x[0]!, y[0])),
        ("Abs", -9, 9, (c, x, y) => Numbers.Abs(c, x[0]!, y[0])),
        ("Neg", -9, 9, (c, x, y) => Numbers.Neg(c, x[0]!, y[0])),
        ("Sign", -9, 9, (c, x, y) => Numbers.Sign(c, x[0]!, y[0])),
        ("Shrink", -2, 2, (c, x, y) => Clipping.Shrink(c, x[0]!, y[0])),
    ];

    [TestMethod]
    public void Functions_agree_with_ONNX_Runtime()
    {
        foreach (var (name, lowest, highest, call) in Functions)
        {
            foreach (TensorElementType type in new[] { TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16 })
            {
                // Our single-precision functions and theirs are each a few units in the last place off, and theirs has single-precision constants in double precision.
                double tolerance = type == TensorElementType.Float32 ? 4e-6 : type == TensorElementType.Float64 ? 1e-7 : Sample.Tolerance(type);
                OracleTest.Compare(new SingleNode(name), [Sample.Of(type, [3, 7], 5, lowest, highest)], 1, call, mayAccept: true, tolerance);
            }
        }
    }

    [TestMethod]
    public void Integer_functions_agree_with_ONNX_Runtime()
    {
        foreach (var (name, lowest, highest, call) in Functions.Where(f => f.Name is "Abs" or "Neg" or "Sign" or "Relu" or "Shrink"))
        {
            foreach (TensorElementType type in Sample.Integers)
            {
                OracleTest.Compare(new SingleNode(name), [Sample.Of(type, [3, 7], 5, lowest, highest)], 1, call, mayAccept: true);
            }
        }
    }

    [TestMethod]
    public void BFloat16_is_single_precision_rounded_once()
    {
        using var context = new KernelContext();
        foreach (var (name, lowest, highest, call) in Functions)
        {
            TensorValue narrow = Sample.Of(TensorElementType.BFloat16, [50], 9, lowest, highest);
            var wide = new TensorValue();
            TensorValue[] expected = [new TensorValue()];
            TensorValue[] actual = [new TensorValue()];
            Casting.Cast(narrow, wide, (long)TensorElementType.Float32);
            call(context, [wide], expected);
            call(context, [narrow], actual);
            var rounded = new TensorValue();
            Casting.Cast(expected[0], rounded, (long)TensorElementType.BFloat16);
            Tensors.AreEqual(rounded, actual[0], name);
        }
    }

    [TestMethod]
    public void Special_numbers_follow_IEEE_754()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Floats([6], float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, 2.5f);
        Numbers.IsNaN(context, x, y);
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0, 0, 0, 0 }, y.Bytes.ToArray());
        Numbers.IsInf(context, x, y);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 1, 0, 0, 0 }, y.Bytes.ToArray());
        Numbers.IsInf(context, x, y, detectNegative: 0);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 0, 0, 0 }, y.Bytes.ToArray());
        Numbers.Sign(context, x, y);
        CollectionAssert.AreEqual(new[] { float.NaN, 1, -1, 0, 0, 1 }, y.Span<float>().ToArray());
        RealFunctions.Round(context, x, y);
        Assert.AreEqual(2f, y.Span<float>()[5]);
        Activations.Relu(context, x, y);
        Assert.IsTrue(float.IsNaN(y.Span<float>()[0]));
        RealFunctions.Reciprocal(context, x, y);
        Assert.AreEqual(float.NegativeInfinity, y.Span<float>()[4]);
    }

    [TestMethod]
    public void Bounds_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Sample.Numbers), Tensors.Shapes(0, 3), Gen.Int[0, 3], Gen.Int[0, 999]).Each((type, shape, bounds, seed) =>
        {
            TensorValue? min = (bounds & 1) != 0 ? Sample.Of(type, [], seed + 1, -3, 3) : null;
            TensorValue? max = (bounds & 2) != 0 ? Sample.Of(type, [], seed + 2, -3, 3) : null;
            OracleTest.Compare(
                new SingleNode("Clip"), [Sample.Of(type, shape, seed), min, max], 1, (c, x, y) => Clipping.Clip(c, x[0]!, x[1], x[2], y[0]), mayAccept: true);
        });

    [TestMethod]
    public void Running_totals_agree_with_ONNX_Runtime() =>
        Gen.Select(
            Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int32, TensorElementType.Int64), Tensors.Shapes(1, 4), Gen.Int[-4, 3], Gen.Int[0, 3],
            Gen.Int[0, 999]).Each((type, shape, axis, flags, seed) =>
                OracleTest.Compare(
                    new SingleNode("CumSum").With("exclusive", (long)(flags & 1)).With("reverse", (long)(flags >> 1)), [Sample.Of(type, shape, seed), Tensors.Of(TensorElementType.Int64, [], (long)(axis % shape.Length))], 1,
                    (c, x, y) => RunningTotals.CumSum(c, x[0]!, x[1]!, y[0], flags & 1, flags >> 1), mayAccept: true, Sample.Tolerance(type)));

    [TestMethod]
    public void Choices_agree_with_ONNX_Runtime() =>
        Gen.Select(Pick.From(Tensors.OfEverySize), Sample.Pairs, Gen.Int[0, 999]).Each((type, shapes, seed) =>
            OracleTest.Compare(
                new SingleNode("Where"), [Sample.Of(TensorElementType.Bool, shapes.X, seed, 0, 1), Tensors.Counting(type, shapes.Y), Tensors.Counting(type, shapes.X)], 1,
                (c, x, y) => Choosing.Where(x[0]!, x[1]!, x[2]!, y[0]), mayAccept: true));

    [TestMethod]
    public void Logic_agrees_with_ONNX_Runtime() =>
        Gen.Select(Pick.From("And", "Or", "Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "LEFT", "RIGHT"), Pick.From(Sample.Integers), Sample.Pairs, Gen.Int[0, 999]).Each((name, integer, shapes, seed) =>
        {
            bool isShift = name is "LEFT" or "RIGHT";
            TensorElementType type = name is "And" or "Or" or "Xor" ? TensorElementType.Bool : integer;
            SingleNode node = isShift ? new SingleNode("BitShift").With("direction", name) : new SingleNode(name);
            double highest = type == TensorElementType.Bool ? 1 : isShift ? 7 : 100;
            OracleTest.Compare(node, [Sample.Of(type, shapes.X, seed, -highest, highest), Sample.Of(type, shapes.Y, seed + 1, isShift ? 0 : -highest, highest)], 1, (_, x, y) => Run(name, x, y[0]), mayAccept: true);
        });

    [TestMethod]
    public void Shifts_beyond_the_width_give_0()
    {
        var y = new TensorValue();
        TensorValue x = Tensors.Of(TensorElementType.UInt8, [3], (byte)255, (byte)255, (byte)255);
        TensorValue by = Tensors.Of(TensorElementType.UInt8, [3], (byte)7, (byte)8, (byte)200);
        Logic.BitShift(x, by, y, "LEFT");
        CollectionAssert.AreEqual(new byte[] { 128, 0, 0 }, y.Bytes.ToArray());
        Logic.BitShift(x, by, y, "RIGHT");
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0 }, y.Bytes.ToArray());
    }

    [TestMethod]
    public void Dropout_keeps_what_its_mask_says_and_repeats_with_its_seed()
    {
        using var context = new KernelContext();
        TensorValue x = Sample.Of(TensorElementType.Float32, [1000], 3, 1, 2);
        TensorValue y = new();
        TensorValue mask = new();
        TensorValue again = new();
        TensorValue yes = Tensors.Of(TensorElementType.Bool, [], true);
        Dropping.Dropout(context, x, Tensors.Floats([], 0.25f), yes, y, mask, 7);
        Dropping.Dropout(context, x, Tensors.Floats([], 0.25f), yes, again, null, 7);
        Tensors.AreEqual(y, again);
        int kept = 0;
        for (int i = 0; i < 1000; i++)
        {
            kept += mask.Data[i];
            Assert.AreEqual(mask.Data[i] != 0 ? x.Span<float>()[i] * (float)(1 / 0.75) : 0f, y.Span<float>()[i]);
        }

        Assert.IsTrue(kept is > 690 and < 810, $"{kept}");
        Dropping.Dropout(context, x, null, null, y, mask);
        Tensors.AreEqual(x, y);
        Assert.ThrowsExactly<KernelException>(() => Dropping.Dropout(context, x, Tensors.Floats([], 1f), yes, y, null));
    }

    private static void Run(string name, TensorValue?[] x, TensorValue y)
    {
        switch (name)
        {
            case "And":
                Logic.And(x[0]!, x[1]!, y);
                break;
            case "Or":
                Logic.Or(x[0]!, x[1]!, y);
                break;
            case "Xor":
                Logic.Xor(x[0]!, x[1]!, y);
                break;
            case "BitwiseAnd":
                Logic.BitwiseAnd(x[0]!, x[1]!, y);
                break;
            case "BitwiseOr":
                Logic.BitwiseOr(x[0]!, x[1]!, y);
                break;
            case "BitwiseXor":
                Logic.BitwiseXor(x[0]!, x[1]!, y);
                break;
            default:
                Logic.BitShift(x[0]!, x[1]!, y, name);
                break;
        }
    }
}
