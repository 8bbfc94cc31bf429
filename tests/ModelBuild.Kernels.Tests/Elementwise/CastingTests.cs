using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Elementwise;

[TestClass]
public sealed unsafe class CastingTests
{
    private static readonly TensorElementType[] Types =
    [
        TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.BFloat16, TensorElementType.Int8, TensorElementType.Int16,
        TensorElementType.Int32, TensorElementType.Int64, TensorElementType.UInt8, TensorElementType.UInt16, TensorElementType.UInt32, TensorElementType.UInt64,
        TensorElementType.Bool, TensorElementType.Float8E4M3FN, TensorElementType.Float8E4M3FNUZ, TensorElementType.Float8E5M2, TensorElementType.Float8E5M2FNUZ,
        TensorElementType.Int4, TensorElementType.UInt4,
    ];

    [TestMethod]
    public void Every_pair_of_types_agrees_with_ONNX_Runtime()
    {
        foreach (TensorElementType from in Types)
        {
            foreach (TensorElementType to in Types)
            {
                // Numbers that every type holds; whole ones for 4 bits, where ONNX Runtime rounds and ONNX's own reference cuts.
                bool isNarrow = Elements.IsPacked(from) || Elements.IsPacked(to);
                TensorValue numbers = Sample.Of(isNarrow ? TensorElementType.Int8 : TensorElementType.Float32, [1, 7], 3, 0, isNarrow ? 7 : 15);
                var x = new TensorValue();
                Casting.Cast(numbers, x, (long)from);
                OracleTest.Compare(
                    new SingleNode("Cast", 23).With("to", (long)to), [x], 1, (_, i, y) => Casting.Cast(i[0]!, y[0], (long)to), mayAccept: true);
            }
        }
    }

    [TestMethod]
    public void Every_pattern_of_8_bits_goes_to_its_number_and_back()
    {
        foreach (TensorElementType type in new[]
        {
            TensorElementType.Float8E4M3FN, TensorElementType.Float8E4M3FNUZ, TensorElementType.Float8E5M2, TensorElementType.Float8E5M2FNUZ, TensorElementType.Float8E8M0,
        })
        {
            for (int bits = 0; bits < 256; bits++)
            {
                float value = NarrowFloats.Decode(type, bits);
                byte back = NarrowFloats.Encode(type, value, saturate: false);
                if (float.IsNaN(value))
                {
                    Assert.IsTrue(float.IsNaN(NarrowFloats.Decode(type, back)), $"{type} {bits:x2}");
                }
                else
                {
                    Assert.AreEqual(bits, back, $"{type}: {value}");
                }
            }
        }

        for (int bits = 0; bits < 16; bits++)
        {
            Assert.AreEqual(bits, NarrowFloats.Encode(TensorElementType.Float4E2M1, NarrowFloats.Decode(TensorElementType.Float4E2M1, bits), true));
        }
    }

    [TestMethod]
    public void Narrow_floats_round_to_the_nearest_and_saturate_when_asked()
    {
        Assert.AreEqual(448f, NarrowFloats.Decode(TensorElementType.Float8E4M3FN, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, 463, false)));
        Assert.AreEqual(448f, NarrowFloats.Decode(TensorElementType.Float8E4M3FN, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, 1e30, true)));
        Assert.AreEqual(0x7F, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, 466, false));
        Assert.AreEqual(0xFF, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, -466, false));
        Assert.AreEqual(0x7C, NarrowFloats.Encode(TensorElementType.Float8E5M2, 1e9, false));
        Assert.AreEqual(0xFB, NarrowFloats.Encode(TensorElementType.Float8E5M2, double.NegativeInfinity, true));
        Assert.AreEqual(0x80, NarrowFloats.Encode(TensorElementType.Float8E5M2FNUZ, double.PositiveInfinity, false));
        Assert.AreEqual(0, NarrowFloats.Encode(TensorElementType.Float8E4M3FNUZ, -0.0, false));
        Assert.AreEqual(0x80, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, -0.0, false));

        // Ties go to the even pattern: 1.0625 lies between 1 and 1.125.
        Assert.AreEqual(0x38, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, 1.0625, false));
        Assert.AreEqual(0x3A, NarrowFloats.Encode(TensorElementType.Float8E4M3FN, 1.1875, false));
        Assert.AreEqual(2f, NarrowFloats.Decode(TensorElementType.Float8E8M0, NarrowFloats.Encode(TensorElementType.Float8E8M0, 1.1, true, ScaleRounding.Up)));
        Assert.AreEqual(1f, NarrowFloats.Decode(TensorElementType.Float8E8M0, NarrowFloats.Encode(TensorElementType.Float8E8M0, 1.9, true, ScaleRounding.Down)));
        Assert.AreEqual(2f, NarrowFloats.Decode(TensorElementType.Float8E8M0, NarrowFloats.Encode(TensorElementType.Float8E8M0, 1.5, true, ScaleRounding.Nearest)));
        Assert.AreEqual(0xFF, NarrowFloats.Encode(TensorElementType.Float8E8M0, -1, true));
    }

    [TestMethod]
    public void Packed_integers_wrap_and_leave_the_rest_of_the_last_byte_0()
    {
        var y = new TensorValue();
        Casting.Cast(Tensors.Floats([5], -9, -8, 7, 8, 15), y, (long)TensorElementType.Int4);
        CollectionAssert.AreEqual(new byte[] { 0x87, 0x87, 0x0F }, y.Bytes.ToArray());
        var back = new TensorValue();
        Casting.Cast(y, back, (long)TensorElementType.Int32);
        CollectionAssert.AreEqual(new[] { 7, -8, 7, -8, -1 }, back.Span<int>().ToArray());
        Casting.Cast(Tensors.Floats([5], -2, -1, 0, 1, 2), y, (long)TensorElementType.Int2);
        CollectionAssert.AreEqual(new byte[] { 0b01_00_11_10, 0b10 }, y.Bytes.ToArray());
        Casting.Cast(y, back, (long)TensorElementType.Int64);
        CollectionAssert.AreEqual(new long[] { -2, -1, 0, 1, -2 }, back.Span<long>().ToArray());
    }

    [TestMethod]
    public void Texts_and_numbers_turn_into_each_other()
    {
        var y = new TensorValue();
        Casting.Cast(Tensors.Texts([6], "3.14", "1e-5", "+INF", "-inf", "NaN", " 7 "), y, (long)TensorElementType.Float32);
        CollectionAssert.AreEqual(new[] { 3.14f, 1e-5f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 7 }, y.Span<float>().ToArray());
        Casting.Cast(Tensors.Texts([4], "9223372036854775807", "-5", "100.5", "18446744073709551615"), y, (long)TensorElementType.Int64);
        CollectionAssert.AreEqual(new[] { long.MaxValue, -5, 100, -1 }, y.Span<long>().ToArray());
        Casting.Cast(Tensors.Floats([5], 0.47892547f, -1e20f, 3, float.NaN, float.NegativeInfinity), y, (long)TensorElementType.String);
        CollectionAssert.AreEqual(new[] { "0.47892547", "-1e+20", "3", "NaN", "-INF" }, y.Strings.ToArray());
        Casting.Cast(Tensors.Of(TensorElementType.UInt64, [1], ulong.MaxValue), y, (long)TensorElementType.String);
        CollectionAssert.AreEqual(new[] { "18446744073709551615" }, y.Strings.ToArray());
        Assert.ThrowsExactly<KernelException>(() => Casting.Cast(Tensors.Texts([1], "Hello"), y, (long)TensorElementType.Float32));
        Assert.ThrowsExactly<KernelException>(() => Casting.Cast(Tensors.Texts([1], ""), y, (long)TensorElementType.Int8));
    }

    [TestMethod]
    public void Numbers_out_of_range_are_defined()
    {
        var y = new TensorValue();
        TensorValue x = Tensors.Floats([5], 3e9f, -3e9f, float.NaN, 300, -1);
        Casting.Cast(x, y, (long)TensorElementType.Int32);
        CollectionAssert.AreEqual(new[] { int.MaxValue, int.MinValue, 0, 300, -1 }, y.Span<int>().ToArray());
        Casting.Cast(x, y, (long)TensorElementType.UInt8);
        CollectionAssert.AreEqual(new byte[] { 255, 0, 0, 44, 255 }, y.Bytes.ToArray());
        Casting.Cast(Tensors.Of(TensorElementType.Int64, [2], long.MaxValue, -1L), y, (long)TensorElementType.Int32);
        CollectionAssert.AreEqual(new[] { -1, -1 }, y.Span<int>().ToArray());
        Casting.Cast(Tensors.Of(TensorElementType.UInt64, [1], ulong.MaxValue), y, (long)TensorElementType.Float32);
        Assert.AreEqual(18446744073709551615f, y.Span<float>()[0]);
    }

    [TestMethod]
    public void Long_runs_of_packed_elements_stay_in_order()
    {
        const int length = 1201;
        TensorValue x = new(TensorElementType.Int64, length);
        for (int i = 0; i < length; i++)
        {
            x.Span<long>()[i] = (i % 16) - 8;
        }

        TensorValue packed = new();
        TensorValue back = new();
        Casting.Cast(x, packed, (long)TensorElementType.Int4);
        Casting.Cast(packed, back, (long)TensorElementType.Int64);
        Tensors.AreEqual(x, back);
    }

    [TestMethod]
    public void Bits_stay_and_other_sizes_are_refused()
    {
        var y = new TensorValue();
        Casting.BitCast(Tensors.Floats([2], 1f, -0f), y, (long)TensorElementType.UInt32);
        CollectionAssert.AreEqual(new[] { 0x3F800000u, 0x80000000u }, y.Span<uint>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => Casting.BitCast(Tensors.Floats([1], 1f), y, (long)TensorElementType.Int64));
        Assert.ThrowsExactly<KernelException>(() => Casting.BitCast(Tensors.Texts([1], "a"), y, (long)TensorElementType.String));
        Assert.ThrowsExactly<KernelException>(() => Casting.Cast(Tensors.Floats([1], 1f), y, 99));
        Assert.ThrowsExactly<KernelException>(() => Casting.Cast(Tensors.Floats([1], 1f), y, (long)TensorElementType.Complex64));
    }
}
