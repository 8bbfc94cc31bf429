using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Shapes;

[TestClass]
public sealed class ShapeOperatorTests
{
    private static Gen<TensorElementType> Types { get; } = Pick.From(Tensors.OfEverySize);

    [TestMethod]
    public void Transpose_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(0, 5), Gen.Int[0, 1000]).Each(
            (type, shape, order) =>
            {
                long[] perm = [.. Enumerable.Range(0, shape.Length).OrderBy(i => (i + 1) * 7919 * (order + 1) % 1009).Select(i => (long)i)];
                OracleTest.Compare(new SingleNode("Transpose").With("perm", perm), [Tensors.Counting(type, shape)], 1, (c, x, y) => Transposition.Transpose(c, x[0]!, y[0], perm));
            });

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(8, 8)]
    [DataRow(7, 9)]
    [DataRow(16, 3)]
    [DataRow(3, 16)]
    [DataRow(33, 65)]
    [DataRow(64, 8)]
    public void Matrices_of_every_element_size_are_transposed(long rows, long columns)
    {
        foreach (TensorElementType type in (TensorElementType[])[.. Tensors.OfEverySize, TensorElementType.Complex128])
        {
            TensorValue x = type == TensorElementType.Complex128 ? new TensorValue(type, rows, columns) : Tensors.Counting(type, rows, columns);
            if (type == TensorElementType.Complex128)
            {
                new Random(1).NextBytes(x.Bytes);
            }

            var y = new TensorValue();
            using var context = new KernelContext();
            Transposition.Transpose(context, x, y);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    var a = new TensorValue(type, 1);
                    var b = new TensorValue(type, 1);
                    Elements.CopyRange(x, (i * columns) + j, a, 0, 1);
                    Elements.CopyRange(y, (j * rows) + i, b, 0, 1);
                    Tensors.AreEqual(a, b, $"{type} {i},{j}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(TensorElementType.Int4)]
    [DataRow(TensorElementType.UInt4)]
    [DataRow(TensorElementType.Float4E2M1)]
    [DataRow(TensorElementType.UInt2)]
    [DataRow(TensorElementType.Int2)]
    public unsafe void Packed_elements_move_as_bytes_do(TensorElementType type)
    {
        int bits = Elements.Bits(type);
        var packed = new TensorValue(type, 3, 5);
        var bytes = new TensorValue(TensorElementType.UInt8, 3, 5);
        packed.Bytes.Clear();
        for (int i = 0; i < 15; i++)
        {
            bytes.Data[i] = (byte)((i * 5) & ((1 << bits) - 1));
            Elements.SetPacked(packed.Data, i, bits, bytes.Data[i]);
        }

        using var context = new KernelContext();
        Check((x, y) => Transposition.Transpose(context, x, y));
        Check((x, y) => Slicing.Slice(context, x, Tensors.Longs(-1, 1), Tensors.Longs(-100, 4), null, Tensors.Longs(-2, 2), y));
        Check((x, y) => Repeating.Tile(context, x, Tensors.Longs(1, 3), y));
        Check((x, y) => Repeating.Expand(context, x, Tensors.Longs(2, 1, 1), y));
        Check((x, y) => Padding.Pad(context, x, Tensors.Longs(1, 0, 0, 3), null, null, y));
        Check((x, y) => Padding.Pad(context, x, Tensors.Longs(1, 2, 2, 1), null, null, y, "reflect"));
        Check((x, y) => Joining.Concat([x, x], y, 1));
        Check((x, y) => Gathering.Gather(x, Tensors.Longs(4, -5, 1), y, 1));
        Check((x, y) => Reshaping.Reshape(x, Tensors.Longs(5, -1), y));

        void Check(Action<TensorValue, TensorValue> call)
        {
            var expected = new TensorValue();
            var actual = new TensorValue();
            call(bytes, expected);
            call(packed, actual);
            Assert.IsTrue(expected.Shape.SequenceEqual(actual.Shape));
            Assert.AreEqual(type, actual.ElementType);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected.Data[i], Elements.GetPacked(actual.Data, i, bits), $"at {i}");
            }
        }
    }

    [TestMethod]
    public void Slice_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(1, 4), Bound.Array[4], Bound.Array[4], Gen.OneOf(Gen.Const(1L), Gen.Long[-4, 4], Pick.From(long.MaxValue, 1L << 40)).Array[4], Gen.Int[0, 3]).Each(
            (type, shape, starts, ends, steps, drop) =>
            {
                int count = Math.Max(1, shape.Length - drop);
                long[] axes = [.. Enumerable.Range(0, count).Select(i => (i + drop) % 2 == 0 ? (long)i : i - shape.Length)];
                long[] step = [.. steps.Take(count).Select(s => s == 0 ? 1 : s)];
                // Backwards from a start before the first element, or to the largest end: ONNX Runtime has rules of its own there, which NumPy and the shape inference have not.
                for (int i = 0; i < count; i++)
                {
                    long size = shape[axes[i] < 0 ? axes[i] + shape.Length : axes[i]];
                    starts[i] = step[i] < 0 ? Math.Max(starts[i], -Math.Max(1, size)) : starts[i];
                    ends[i] = step[i] < 0 ? Math.Min(ends[i], int.MaxValue - 1) : ends[i];
                }

                TensorValue?[] inputs = [Tensors.Counting(type, shape), Tensors.Longs(starts.AsSpan(0, count)), Tensors.Longs(ends.AsSpan(0, count)), Tensors.Longs(axes), Tensors.Longs(step)];
                OracleTest.Compare(new SingleNode("Slice"), inputs, 1, (c, x, y) => Slicing.Slice(c, x[0]!, x[1]!, x[2]!, x[3], x[4], y[0]));
            });

    [TestMethod]
    public void Steps_backwards_of_any_size_are_taken()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Longs(1, 2, 3);
        Slicing.Slice(context, x, Tensors.Longs(-1), Tensors.Longs(long.MinValue), null, Tensors.Longs(long.MinValue), y);
        Tensors.AreEqual(Tensors.Longs(3), y);
        Slicing.Slice(context, x, Tensors.Longs(0), Tensors.Longs(long.MaxValue), null, Tensors.Longs(long.MinValue), y);
        Tensors.AreEqual(Tensors.Longs(), y);
        Slicing.Slice(context, x, Tensors.Longs(long.MaxValue), Tensors.Longs(long.MinValue), null, Tensors.Longs(-2), y);
        Tensors.AreEqual(Tensors.Longs(3, 1), y);
    }

    private static Gen<long> Bound { get; } = Gen.Frequency((10, Gen.Long[-8, 8]), (2, Pick.From(long.MaxValue, long.MinValue, int.MaxValue, int.MinValue)));

    [TestMethod]
    public void Pad_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.UInt8, TensorElementType.Float64), Tensors.Shapes(1, 4), Gen.Long[-1, 4].Array[8], Pick.From("constant", "edge", "reflect", "wrap"), Gen.Bool).Each(
            (type, shape, pads, mode, value) =>
            {
                // ONNX Runtime reflects once and takes nothing away but in mode constant.
                long[] numbers = [.. Enumerable.Range(0, 2 * shape.Length).Select(i => mode == "constant" ? Math.Max(pads[i], shape[i % shape.Length] < 2 ? 0 : -1) : Math.Clamp(pads[i], 0, Math.Max(0, shape[i % shape.Length] - 1)))];
                var fill = new TensorValue(type);
                Elements.CopyRange(Tensors.Counting(type, 9), 8, fill, 0, 1);
                TensorValue?[] inputs = value ? [Tensors.Counting(type, shape), Tensors.Longs(numbers), fill] : [Tensors.Counting(type, shape), Tensors.Longs(numbers)];
                OracleTest.Compare(new SingleNode("Pad").With("mode", mode), inputs, 1, (c, x, y) => Padding.Pad(c, x[0]!, x[1]!, value ? x[2] : null, null, y[0], mode), mayAccept: true);
            });

    [TestMethod]
    public void Reflection_goes_on_beyond_the_dimension()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        Padding.Pad(context, Tensors.Longs(1, 2, 3), Tensors.Longs(5, 6), null, null, y, "reflect");
        Tensors.AreEqual(Tensors.Longs(2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1), y);

        Padding.Pad(context, Tensors.Longs(1, 2, 3), Tensors.Longs(5, -1), null, null, y, "wrap");
        Tensors.AreEqual(Tensors.Longs(2, 1, 2, 1, 2, 1, 2), y);

        Assert.ThrowsExactly<KernelException>(() => Padding.Pad(context, Tensors.Longs(), Tensors.Longs(1, 0), null, null, y, "edge"));
        Assert.ThrowsExactly<KernelException>(() => Padding.Pad(context, Tensors.Longs(1), Tensors.Longs(-1, -1), null, null, y));
    }

    [TestMethod]
    public void Concat_and_Split_agree_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(1, 4), Gen.Long[0, 5].Array[1, 5], Gen.Int[0, 3]).Each(
            (type, shape, sizes, at) =>
            {
                int axis = at % shape.Length;
                TensorValue[] parts = [.. sizes.Select(s => Tensors.Counting(type, [.. shape[..axis], s, .. shape[(axis + 1)..]]))];
                OracleTest.Compare(new SingleNode("Concat").With("axis", axis - (long)shape.Length), parts, 1, (_, x, y) => Joining.Concat(x!, y[0], axis - shape.Length));

                TensorValue whole = Tensors.Counting(type, [.. shape[..axis], sizes.Sum(), .. shape[(axis + 1)..]]);
                OracleTest.Compare(new SingleNode("Split").With("axis", (long)axis), [whole, Tensors.Longs(sizes)], sizes.Length, (_, x, y) => Joining.Split(x[0]!, x[1], y, axis));
                OracleTest.Compare(new SingleNode("Split").With("axis", (long)axis).With("num_outputs", (long)sizes.Length), [whole], sizes.Length, (_, x, y) => Joining.Split(x[0]!, null, y, axis, sizes.Length), mayAccept: true);
            });

    [TestMethod]
    public void Expand_and_Tile_agree_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Bool, TensorElementType.String), Tensors.Shapes(0, 4), Tensors.Shapes(0, 5, 3)).Each(
            (type, shape, other) =>
            {
                OracleTest.Compare(new SingleNode("Expand"), [Tensors.Counting(type, shape), Tensors.Longs(other)], 1, (c, x, y) => Repeating.Expand(c, x[0]!, x[1]!, y[0]));
                long[] repeats = [.. Enumerable.Range(0, shape.Length).Select(i => i < other.Length ? other[i] : 2)];
                OracleTest.Compare(new SingleNode("Tile"), [Tensors.Counting(type, shape), Tensors.Longs(repeats)], 1, (c, x, y) => Repeating.Tile(c, x[0]!, x[1]!, y[0]));
            });

    [TestMethod]
    public void Reshape_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(0, 4), Gen.OneOf(Gen.Long[-1, 6], Gen.Const(0L)).Array[0, 4], Gen.Long[0, 1]).Each(
            (type, shape, sizes, allowzero) =>
            {
                OracleTest.Compare(new SingleNode("Reshape").With("allowzero", allowzero), [Tensors.Counting(type, shape), Tensors.Longs(sizes)], 1, (_, x, y) => Reshaping.Reshape(x[0]!, x[1]!, y[0], allowzero), mayAccept: allowzero == 1);
                long axis = sizes.Length == 0 ? 1 : Math.Clamp(sizes[0], -shape.Length, shape.Length);
                OracleTest.Compare(new SingleNode("Flatten").With("axis", axis), [Tensors.Counting(type, shape)], 1, (_, x, y) => Reshaping.Flatten(x[0]!, y[0], axis));
            });

    [TestMethod]
    public void Squeeze_and_Unsqueeze_agree_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(0, 4, 2), Gen.Long[-5, 5].Array[1, 3]).Each(
            (type, shape, axes) =>
            {
                OracleTest.Compare(new SingleNode("Squeeze"), [Tensors.Counting(type, shape)], 1, (_, x, y) => Reshaping.Squeeze(x[0]!, null, y[0]));
                OracleTest.Compare(new SingleNode("Squeeze"), [Tensors.Counting(type, shape), Tensors.Longs(axes)], 1, (_, x, y) => Reshaping.Squeeze(x[0]!, x[1], y[0]));
                OracleTest.Compare(new SingleNode("Unsqueeze"), [Tensors.Counting(type, shape), Tensors.Longs(axes)], 1, (_, x, y) => Reshaping.Unsqueeze(x[0]!, x[1]!, y[0]));
            });

    [TestMethod]
    public void Shape_agrees_with_the_oracle() =>
        Gen.Select(Tensors.Shapes(0, 4), Gen.Long[-6, 6], Gen.Long[-6, 6]).Each(
            (shape, start, end) =>
            {
                OracleTest.Compare(new SingleNode("Shape").With("start", start).With("end", end), [Tensors.Counting(TensorElementType.Float32, shape)], 1, (_, x, y) => ShapeQueries.Shape(x[0]!, y[0], start, end));
                OracleTest.Compare(new SingleNode("Size"), [Tensors.Counting(TensorElementType.Float32, shape)], 1, (_, x, y) => ShapeQueries.Size(x[0]!, y[0]));
            });

    [TestMethod]
    public void Blocks_of_places_agree_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.UInt8), Gen.Long[1, 3].Array[4], Gen.Long[1, 3]).Each(
            (type, s, b) =>
            {
                foreach (string mode in (string[])["DCR", "CRD"])
                {
                    OracleTest.Compare(new SingleNode("DepthToSpace").With("blocksize", b).With("mode", mode), [Tensors.Counting(type, s[0], s[1] * b * b, s[2], s[3])], 1, (_, x, y) => Rearranging.DepthToSpace(x[0]!, y[0], b, mode));
                }

                if (type == TensorElementType.Float32)
                {
                    OracleTest.Compare(new SingleNode("SpaceToDepth").With("blocksize", b), [Tensors.Counting(type, s[0], s[1], s[2] * b, s[3] * b)], 1, (_, x, y) => Rearranging.SpaceToDepth(x[0]!, y[0], b));
                }
            });

    [TestMethod]
    public void Sequences_are_reversed_as_the_oracle_does() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.String, TensorElementType.UInt8), Gen.Long[1, 4].Array[2, 4], Gen.Long[1, 4].Array[4], Gen.Bool).Each(
            (type, shape, lengths, batchFirst) =>
            {
                long batch = batchFirst ? 0 : 1;
                long[] lens = [.. Enumerable.Range(0, (int)shape[batch]).Select(i => Math.Min(lengths[i], shape[1 - batch]))];
                OracleTest.Compare(new SingleNode("ReverseSequence").With("batch_axis", batch).With("time_axis", 1 - batch), [Tensors.Counting(type, shape), Tensors.Longs(lens)], 1, (_, x, y) => Rearranging.ReverseSequence(x[0]!, x[1]!, y[0], batch, 1 - batch));
            });

    [TestMethod]
    public void Triangles_agree_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Bool), Tensors.Shapes(2, 4), Gen.Long[-8, 8], Gen.Long[0, 1]).Each(
            (type, shape, k, upper) => OracleTest.Compare(
                new SingleNode("Trilu").With("upper", upper),
                [Tensors.Counting(type, shape), Tensors.Of(TensorElementType.Int64, [], k)],
                1,
                (_, x, y) => Triangles.Trilu(x[0]!, x[1], y[0], upper)));

    [TestMethod]
    public void OneHot_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.String), Tensors.Shapes(1, 3, 4), Gen.Long[1, 7], Gen.Int[0, 3]).Each(
            (type, shape, depth, at) =>
            {
                long axis = (at % (shape.Length + 1)) - (shape.Length + 1);
                OracleTest.Compare(
                    new SingleNode("OneHot").With("axis", axis),
                    [Tensors.Counting(TensorElementType.Int64, shape), Tensors.Of(TensorElementType.Int64, [], depth), Tensors.Counting(type, 2)],
                    1,
                    (_, x, y) => OneHotEncoding.OneHot(x[0]!, x[1]!, x[2]!, y[0], axis));
            });

    [TestMethod]
    public void Range_agrees_with_the_oracle() =>
        Gen.Select(Gen.Int[-20, 20], Gen.Int[-20, 20], Gen.Int[-5, 5]).Each(
            (start, limit, delta) =>
            {
                delta = delta == 0 ? 1 : delta;
                OracleTest.Compare(new SingleNode("Range"), [Scalar<long>(TensorElementType.Int64, start), Scalar<long>(TensorElementType.Int64, limit), Scalar<long>(TensorElementType.Int64, delta)], 1, (_, x, y) => Generating.Range(x[0]!, x[1]!, x[2]!, y[0]));
                OracleTest.Compare(new SingleNode("Range"), [Scalar(TensorElementType.Int16, (short)start), Scalar(TensorElementType.Int16, (short)limit), Scalar(TensorElementType.Int16, (short)delta)], 1, (_, x, y) => Generating.Range(x[0]!, x[1]!, x[2]!, y[0]));
                OracleTest.Compare(new SingleNode("Range"), [Scalar(TensorElementType.Float32, start * 0.3f), Scalar(TensorElementType.Float32, limit * 0.7f), Scalar(TensorElementType.Float32, delta * 0.13f)], 1, (_, x, y) => Generating.Range(x[0]!, x[1]!, x[2]!, y[0]), tolerance: 1e-5);
                OracleTest.Compare(new SingleNode("Range"), [Scalar(TensorElementType.Float64, start * 0.3), Scalar(TensorElementType.Float64, limit * 0.7), Scalar(TensorElementType.Float64, delta * 0.13)], 1, (_, x, y) => Generating.Range(x[0]!, x[1]!, x[2]!, y[0]), tolerance: 1e-12);
            });

    [TestMethod]
    public void A_range_without_distance_or_end_is_refused()
    {
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => Generating.Range(Scalar(TensorElementType.Int32, 0), Scalar(TensorElementType.Int32, 5), Scalar(TensorElementType.Int32, 0), y));
        Assert.ThrowsExactly<KernelException>(() => Generating.Range(Scalar(TensorElementType.Float32, 0f), Scalar(TensorElementType.Float32, 5f), Scalar(TensorElementType.Float32, 0f), y));
        Assert.ThrowsExactly<KernelException>(() => Generating.Range(Scalar(TensorElementType.Float32, 0f), Scalar(TensorElementType.Float32, float.NaN), Scalar(TensorElementType.Float32, 1f), y));
        Assert.ThrowsExactly<KernelException>(() => Generating.Range(Scalar(TensorElementType.Int64, long.MinValue), Scalar(TensorElementType.Int64, long.MaxValue), Scalar(TensorElementType.Int64, 1L), y));
    }

    [TestMethod]
    public void Filled_tensors_agree_with_the_oracle()
    {
        foreach (TensorElementType type in (TensorElementType[])[TensorElementType.Float32, TensorElementType.UInt8, TensorElementType.Int64, TensorElementType.Bool, TensorElementType.Float16])
        {
            TensorValue value = Tensors.Of(type, [1], Tensors.Counting(type, 9).Bytes[^(int)TensorValue.ByteSize(type, 1)..].ToArray());
            foreach (long[] shape in (long[][])[[], [3], [0, 2], [2, 3, 1]])
            {
                OracleTest.Compare(new SingleNode("ConstantOfShape").With("value", value), [Tensors.Longs(shape)], 1, (_, x, y) => Generating.ConstantOfShape(x[0]!, y[0], value));
                OracleTest.Compare(new SingleNode("ConstantOfShape"), [Tensors.Longs(shape)], 1, (_, x, y) => Generating.ConstantOfShape(x[0]!, y[0]));
            }
        }

        foreach (long k in (long[])[-9, -3, -1, 0, 1, 2, 9])
        {
            OracleTest.Compare(new SingleNode("EyeLike").With("k", k).With("dtype", 11L), [Tensors.Counting(TensorElementType.Int32, 3, 4)], 1, (_, x, y) => Generating.EyeLike(x[0]!, y[0], 11, k), mayAccept: true);
            OracleTest.Compare(new SingleNode("EyeLike").With("k", k), [Tensors.Counting(TensorElementType.Float32, 4, 3)], 1, (_, x, y) => Generating.EyeLike(x[0]!, y[0], 0, k), mayAccept: true);
        }
    }

    [TestMethod]
    public void Bad_shapes_are_refused()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 2, 3);
        Assert.ThrowsExactly<KernelException>(() => Transposition.Transpose(context, x, y, [0, 0]));
        Assert.ThrowsExactly<KernelException>(() => Transposition.Transpose(context, x, y, [0]));
        Assert.ThrowsExactly<KernelException>(() => Reshaping.Reshape(x, Tensors.Longs(-1, -1), y));
        Assert.ThrowsExactly<KernelException>(() => Reshaping.Reshape(x, Tensors.Longs(long.MaxValue, long.MaxValue), y));
        Assert.ThrowsExactly<KernelException>(() => Joining.Concat([x, Tensors.Counting(TensorElementType.Float32, 3, 3)], y, 1));
        Assert.ThrowsExactly<KernelException>(() => Joining.Concat([x, Tensors.Counting(TensorElementType.Int32, 2, 3)], y, 1));
        Assert.ThrowsExactly<KernelException>(() => Joining.Split(x, Tensors.Longs(1, 1), [y, new TensorValue()], 1));
        Assert.ThrowsExactly<KernelException>(() => Joining.Split(x, Tensors.Longs(-1, 4), [y, new TensorValue()], 1));
        Assert.ThrowsExactly<KernelException>(() => Slicing.Slice(context, x, Tensors.Longs(0), Tensors.Longs(1), Tensors.Longs(2), null, y));
        Assert.ThrowsExactly<KernelException>(() => Slicing.Slice(context, x, Tensors.Longs(0), Tensors.Longs(1), null, Tensors.Longs(0), y));
        Assert.ThrowsExactly<KernelException>(() => Repeating.Tile(context, x, Tensors.Longs(long.MaxValue, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Repeating.Expand(context, x, Tensors.Longs(5, 3), y));
        Assert.ThrowsExactly<KernelException>(() => Generating.ConstantOfShape(Tensors.Longs(-1), y));
        Assert.ThrowsExactly<KernelException>(() => Rearranging.DepthToSpace(Tensors.Counting(TensorElementType.Float32, 1, 3, 2, 2), y, 2));
    }

    private static TensorValue Scalar<T>(TensorElementType type, T value)
        where T : unmanaged => Tensors.Of(type, [], value);
}
