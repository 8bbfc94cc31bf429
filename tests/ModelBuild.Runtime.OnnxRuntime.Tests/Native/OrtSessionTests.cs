using System.Runtime.InteropServices;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.OnnxRuntime.Tests;

[TestClass]
public sealed class OrtSessionTests
{
    private static readonly byte[] s_add = OnnxBytes.Model(
        [OnnxBytes.Node("Add", "a b", "c")],
        [OnnxBytes.Value("a", 1, "n", "2"), OnnxBytes.Value("b", 1, "2")],
        [OnnxBytes.Value("c", 1, "n", "2")]);

    [TestMethod]
    public void Names_types_shapes_and_symbols_are_read()
    {
        using var session = OrtSession.Open(s_add);
        Assert.AreEqual("a b", string.Join(' ', session.Inputs.Select(i => i.Name)));
        var a = (OrtTensorType)session.Inputs[0].Type;
        Assert.AreEqual(TensorElementType.Float32, a.ElementType);
        CollectionAssert.AreEqual(new long[] { -1, 2 }, a.Dimensions.ToArray());
        CollectionAssert.AreEqual(new[] { "n", "" }, a.Symbols.ToArray());
        Assert.AreEqual("c", session.Outputs.Single().Name);
    }

    [TestMethod]
    public void Values_go_in_and_out()
    {
        using var session = OrtSession.Open(s_add);
        using var a = OrtValue.FromSpan<float>(TensorElementType.Float32, [3, 2], [1, 2, 3, 4, 5, 6]);
        using var b = OrtValue.FromSpan<float>(TensorElementType.Float32, [2], [10, 20]);
        using var c = session.Run([new("b", b), new("a", a)])[0];
        CollectionAssert.AreEqual(new long[] { 3, 2 }, c.Dimensions.ToArray());
        CollectionAssert.AreEqual(new float[] { 11, 22, 13, 24, 15, 26 }, MemoryMarshal.Cast<byte, float>(c.Bytes).ToArray());
    }

    [TestMethod]
    public void Errors_carry_the_code_and_one_line()
    {
        var damaged = Assert.ThrowsExactly<OrtException>(() => OrtSession.Open([1, 2, 3]));
        Assert.AreEqual(OrtErrorCode.InvalidProtobuf, damaged.Code);
        Assert.DoesNotContain('\n', damaged.Message);
        StringAssert.Contains(Assert.ThrowsExactly<OrtException>(() => OrtSession.Open("/no/such/file.onnx")).Message, "/no/such/file.onnx");
        using var session = OrtSession.Open(s_add);
        Assert.AreEqual(OrtErrorCode.Fail, Assert.ThrowsExactly<OrtException>(() => session.Run([])).Code);
        Assert.ThrowsExactly<ArgumentException>(() => OrtValue.FromBytes(TensorElementType.Float32, [2], [1, 2, 3]));
    }

    [TestMethod]
    [DataRow(17, 8), DataRow(18, 8), DataRow(19, 8), DataRow(20, 8), DataRow(21, 4), DataRow(22, 4), DataRow(23, 4), DataRow(24, 8), DataRow(25, 2), DataRow(26, 2), DataRow(16, 16)]
    public void Small_element_types_keep_number_and_bytes(int elementType, int bits)
    {
        byte[] bytes = new byte[((7 * bits) + 7) / 8];
        Array.Fill(bytes, (byte)0x11);
        using var x = OrtValue.FromBytes((TensorElementType)elementType, [7], bytes);
        using var list = OrtValue.FromItems([x]);
        using var y = list.GetItems()[0];
        Assert.AreEqual((TensorElementType)elementType, y.ElementType);
        Assert.AreEqual(7, y.ElementCount);
        CollectionAssert.AreEqual(bytes, y.Bytes.ToArray());
    }

    [TestMethod]
    public void Models_with_float8_run()
    {
        using var session = OrtSession.Open(OnnxBytes.Model(
            [OnnxBytes.Node("Cast", "x", "y", OnnxBytes.IntegerAttribute("to", 17))], [OnnxBytes.Value("x", 1, "n")], [OnnxBytes.Value("y", 17, "n")], opset: 19));
        using var x = OrtValue.FromSpan<float>(TensorElementType.Float32, [3], [1, 0, -2]);
        using var y = session.Run([new("x", x)])[0];
        CollectionAssert.AreEqual(new byte[] { 0x38, 0, 0xC0 }, y.Bytes.ToArray());
    }

    [TestMethod]
    public void Texts_keep_their_bytes()
    {
        using var session = OrtSession.Open(OnnxBytes.Model([OnnxBytes.Node("Identity", "x", "y")], [OnnxBytes.Value("x", 8, "n")], [OnnxBytes.Value("y", 8, "n")]));
        ReadOnlyMemory<byte>[] texts = ["Grüße"u8.ToArray(), ""u8.ToArray(), "a\0b"u8.ToArray()];
        using var x = OrtValue.FromStrings([3], texts);
        using var y = session.Run([new("x", x)])[0];
        CollectionAssert.AreEqual(new[] { "Grüße", "", "a\0b" }, y.GetStrings());
    }

    [TestMethod]
    public void Sequences_keep_their_items_and_may_be_empty()
    {
        using var a = OrtValue.FromSpan<float>(TensorElementType.Float32, [1], [1]);
        using var b = OrtValue.FromSpan<float>(TensorElementType.Float32, [2], [2, 3]);
        using var list = OrtValue.FromItems([a, b]);
        var items = list.GetItems();
        Assert.HasCount(2, items);
        CollectionAssert.AreEqual(new float[] { 2, 3 }, MemoryMarshal.Cast<byte, float>(items[1].Bytes).ToArray());
        Array.ForEach(items, i => i.Dispose());
        using var empty = OrtEmptyValues.Sequence(TensorElementType.Float32);
        Assert.AreEqual(OrtKind.Sequence, empty.Kind);
        Assert.IsEmpty(empty.GetItems());
    }

    [TestMethod]
    public void An_optional_may_be_absent()
    {
        using var tensor = OrtEmptyValues.OptionalTensor(TensorElementType.Float32);
        Assert.AreEqual(OrtKind.None, tensor.Kind);
        using var sequence = OrtEmptyValues.OptionalSequence(TensorElementType.Float32);
        Assert.AreEqual(OrtKind.None, sequence.Kind);
    }

    [TestMethod]
    public void A_model_that_fusions_would_break_is_opened_without_them()
    {
        // ONNX Runtime 1.31 moves the int8 pair behind Squeeze and then refuses its own uint8 zero point.
        byte[] model = OnnxBytes.Model(
            [
                OnnxBytes.Node("QuantizeLinear", "x s z", "q"), OnnxBytes.Node("DequantizeLinear", "q s z", "d"), OnnxBytes.Node("Relu", "d", "r"),
                OnnxBytes.Node("QuantizeLinear", "r s z", "q2"), OnnxBytes.Node("DequantizeLinear", "q2 s z", "d2"), OnnxBytes.Node("Squeeze", "d2 axes", "y"),
            ],
            [OnnxBytes.Value("x", 1, "1", "3")],
            [OnnxBytes.Value("y", 1, "3")],
            [
                OnnxBytes.Tensor("s", 1, [], MemoryMarshal.AsBytes<float>([0.5f])), OnnxBytes.Tensor("z", 3, [], [0]),
                OnnxBytes.Tensor("axes", 7, [1], MemoryMarshal.AsBytes<long>([0L])),
            ],
            opset: 21);
        using var session = OrtSession.Open(model);
        using var x = OrtValue.FromSpan<float>(TensorElementType.Float32, [1, 3], [-1, 0.5f, 2]);
        using var y = session.Run([new("x", x)])[0];
        CollectionAssert.AreEqual(new float[] { 0, 0.5f, 2 }, MemoryMarshal.Cast<byte, float>(y.Bytes).ToArray());
    }

    [TestMethod]
    public void The_library_says_what_it_is()
    {
        Assert.IsTrue(OrtLibrary.Supports(18));
        Assert.IsFalse(OrtLibrary.Supports(10_000));
        Assert.StartsWith("1.", OrtLibrary.Version);
        CollectionAssert.Contains(OrtLibrary.AvailableProviders.ToArray(), "CPUExecutionProvider");
        Assert.ThrowsExactly<InvalidOperationException>(() => OrtLibrary.SetPath("/elsewhere"));
    }
}
