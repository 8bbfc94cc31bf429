using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Selections;

[TestClass]
public sealed class SelectionOperatorTests
{
    private static readonly string[] s_reductions = ["none", "add", "mul", "min", "max"];

    private static Gen<TensorElementType> Types { get; } = Pick.From(Tensors.OfEverySize);

    [TestMethod]
    public void Gather_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(1, 4), Tensors.Shapes(0, 3, 3), Gen.Long[-7, 6].Array[27], Gen.Int[0, 3], Gen.Bool).Each((type, shape, indexShape, numbers, at, wide) =>
        {
            // ONNX Runtime copies one text where a row has several.
            int axis = type == TensorElementType.String ? shape.Length - 1 : at % shape.Length;
            TensorValue indices = Indices(indexShape, numbers, wide);
            OracleTest.Compare(new SingleNode("Gather").With("axis", (long)axis), [Tensors.Counting(type, shape), indices], 1, (_, x, y) => Gathering.Gather(x[0]!, x[1]!, y[0], axis), mayAccept: shape.Contains(0L));
        });

    [TestMethod]
    public void GatherElements_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(1, 4, 5), Gen.Long[-7, 6].Array[128], Gen.Int[0, 3], Gen.Long[0, 5], Gen.Bool).Each((type, shape, numbers, at, count, wide) =>
        {
            int axis = at % shape.Length;
            long[] indexShape = [.. shape];
            indexShape[axis] = count;
            long size = shape[axis];
            long[] inside = [.. numbers.Select(n => size == 0 ? n : Math.Clamp(n, -size, size - 1))];
            OracleTest.Compare(new SingleNode("GatherElements").With("axis", (long)axis), [Tensors.Counting(type, shape), Indices(indexShape, inside, wide)], 1, (_, x, y) => Gathering.GatherElements(x[0]!, x[1]!, y[0], axis));
        });

    [TestMethod]
    public void GatherND_agrees_with_the_oracle() =>
        Gen.Select(Types, Gen.Long[1, 4].Array[1, 4], Gen.Int[0, 2], Gen.Int[1, 3], Gen.Long[0, 3].Array[0, 2], Gen.Long[-4, 3].Array[256]).Each((type, shape, batch, length, middle, numbers) =>
        {
            batch = Math.Min(batch, shape.Length - 1);
            length = Math.Min(length, shape.Length - batch);
            long[] indexShape = [.. shape[..batch], .. middle, length];
            long[] inside = [.. numbers.Select((n, i) => shape[batch + (i % length)] is var size ? Math.Clamp(n, -size, size - 1) : 0)];
            OracleTest.Compare(
                new SingleNode("GatherND").With("batch_dims", (long)batch),
                [Tensors.Counting(type, shape), Indices(indexShape, inside, wide: true)],
                1,
                (_, x, y) => Gathering.GatherND(x[0]!, x[1]!, y[0], batch),
                mayAccept: indexShape.Contains(0L));
        });

    [TestMethod]
    public void ScatterElements_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Int32, TensorElementType.Float64, TensorElementType.UInt8), Gen.Long[1, 5].Array[1, 4], Gen.Long[-7, 6].Array[128], Gen.Int[0, 3], Gen.Long[1, 6], Pick.From(s_reductions)).Each((type, shape, numbers, at, count, reduction) =>
        {
            int axis = at % shape.Length;
            long[] indexShape = [.. shape];
            indexShape[axis] = count;
            long size = shape[axis];
            long[] inside = [.. numbers.Select(n => Math.Clamp(n, -size, size - 1))];
            OracleTest.Compare(
                new SingleNode("ScatterElements").With("axis", (long)axis).With("reduction", reduction),
                [Tensors.Counting(type, shape), Indices(indexShape, inside, wide: true), Tensors.Counting(type, indexShape)],
                1,
                (_, x, y) => Scattering.ScatterElements(x[0]!, x[1]!, x[2]!, y[0], axis, reduction));
        });

    [TestMethod]
    public void ScatterND_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Float64, TensorElementType.String), Gen.Long[1, 4].Array[1, 4], Gen.Int[1, 3], Gen.Long[1, 3].Array[0, 2], Gen.Long[-4, 3].Array[64], Pick.From(s_reductions)).Each((type, shape, length, middle, numbers, reduction) =>
        {
            reduction = type == TensorElementType.String ? "none" : reduction;
            length = Math.Min(length, shape.Length);
            long[] inside = [.. numbers.Select((n, i) => shape[i % length] is var size ? Math.Clamp(n, -size, size - 1) : 0)];
            OracleTest.Compare(
                new SingleNode("ScatterND").With("reduction", reduction),
                [Tensors.Counting(type, shape), Indices([.. middle, length], inside, wide: true), Tensors.Counting(type, [.. middle, .. shape[length..]])],
                1,
                (_, x, y) => Scattering.ScatterND(x[0]!, x[1]!, x[2]!, y[0], reduction));
        });

    [TestMethod]
    [DataRow(TensorElementType.Float16)]
    [DataRow(TensorElementType.BFloat16)]
    [DataRow(TensorElementType.Int8)]
    [DataRow(TensorElementType.UInt64)]
    public void Reductions_of_other_types_are_those_of_their_numbers(TensorElementType type)
    {
        foreach ((string reduction, double[] expected) in ((string, double[])[])[("add", [8, 2]), ("mul", [30, 2]), ("min", [1, 2]), ("max", [5, 2])])
        {
            var data = new TensorValue(type, 2);
            Fill(data, reduction == "mul" ? [2, 2] : [2, 2]);
            var updates = new TensorValue(type, 2);
            Fill(updates, reduction is "mul" ? [3, 5] : reduction is "add" ? [1, 5] : [1, 5]);
            var y = new TensorValue();
            Scattering.ScatterElements(data, Tensors.Longs(0, 0), updates, y, 0, reduction);
            CollectionAssert.AreEqual(expected, reduction is "min" ? [Math.Min(Reals.Read(y, 0), 1), Reals.Read(y, 1)] : new[] { Reals.Read(y, 0), Reals.Read(y, 1) }, reduction);
        }

        static void Fill(TensorValue tensor, double[] values)
        {
            for (int i = 0; i < values.Length; i++)
            {
                Reals.Write(tensor, i, values[i]);
            }
        }
    }

    [TestMethod]
    public unsafe void A_cache_is_replaced_in_part()
    {
        TensorValue cache = Tensors.Counting(TensorElementType.Float32, 2, 4, 1);
        TensorValue update = Tensors.Floats([2, 2, 1], 100, 101, 102, 103);
        var y = new TensorValue();
        Scattering.TensorScatter(cache, update, Tensors.Longs(1, 3), y, 1, "circular");
        Tensors.AreEqual(Tensors.Floats([2, 4, 1], 0.5f, 100, 101, 3.5f, 103, 5.5f, 6.5f, 102), y);
        Assert.ThrowsExactly<KernelException>(() => Scattering.TensorScatter(cache, update, Tensors.Longs(1, 3), y, 1));
        Assert.ThrowsExactly<KernelException>(() => Scattering.TensorScatter(cache, update, Tensors.Longs(-1, 0), y, 1));
    }

    [TestMethod]
    public void TopK_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Int32, TensorElementType.Float64), Gen.Long[1, 9].Array[1, 3], Gen.Int[0, 2], Gen.Long[0, 9], Gen.Long[0, 1], Gen.Int[-4, 4].Array[729]).Each((type, shape, at, k, largest, numbers) =>
        {
            int axis = at % shape.Length;
            k = Math.Min(k, shape[axis]);
            TensorValue x = new(type, shape);
            for (int i = 0; i < x.Length; i++)
            {
                Reals.Write(x, i, numbers[i]);
            }

            OracleTest.Compare(
                new SingleNode("TopK").With("axis", (long)axis).With("largest", largest),
                [x, Tensors.Longs(k)],
                2,
                (c, i, y) => LargestElements.TopK(c, i[0]!, i[1]!, y[0], y[1], axis, largest));
        });

    [TestMethod]
    public void A_NaN_is_the_largest_number_and_zeros_are_equal()
    {
        using var context = new KernelContext();
        var values = new TensorValue();
        var indices = new TensorValue();
        LargestElements.TopK(context, Tensors.Floats([5], 1, float.NaN, -0f, 0f, float.NegativeInfinity), Tensors.Longs(5), values, indices);
        Tensors.AreEqual(Tensors.Longs(1, 0, 2, 3, 4), indices);
        LargestElements.TopK(context, Tensors.Floats([5], 1, float.NaN, -0f, 0f, float.NegativeInfinity), Tensors.Longs(5), values, indices, largest: 0);
        Tensors.AreEqual(Tensors.Longs(4, 2, 3, 0, 1), indices);
        Assert.ThrowsExactly<KernelException>(() => LargestElements.TopK(context, Tensors.Floats([2], 1, 2), Tensors.Longs(3), values, indices));
        Assert.ThrowsExactly<KernelException>(() => LargestElements.TopK(context, Tensors.Floats([2], 1, 2), Tensors.Longs(-1), values, indices));
    }

    [TestMethod]
    public void Unique_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Int8, TensorElementType.String), Gen.Long[1, 4].Array[1, 3], Gen.Int[-1, 2], Gen.Long[0, 1], Gen.Int[-1, 1].Array[64]).Each((type, shape, at, sorted, numbers) =>
        {
            long axis = at < 0 ? long.MinValue : at % shape.Length;
            TensorValue x = new(type, shape);
            for (int i = 0; i < x.Length; i++)
            {
                if (type == TensorElementType.String)
                {
                    x.Strings[i] = $"s{numbers[i] + 1}";
                }
                else
                {
                    Reals.Write(x, i, numbers[i]);
                }
            }

            SingleNode node = new SingleNode("Unique").With("sorted", sorted);
            node = at < 0 ? node : node.With("axis", axis);
            OracleTest.Compare(node, [x], 4, (_, i, y) => DistinctElements.Unique(i[0]!, y[0], y[1], y[2], y[3], axis, sorted));
        });

    [TestMethod]
    public void Compress_agrees_with_the_oracle() =>
        Gen.Select(Types, Tensors.Shapes(1, 4, 4), Gen.Int[-1, 3], Gen.Bool.Array[1, 6]).Each((type, shape, at, condition) =>
        {
            long axis = at < 0 ? long.MinValue : at % shape.Length;
            long size = at < 0 ? Strides.Product(shape) : shape[axis];
            bool[] inside = condition[..(int)Math.Min(condition.Length, size)];
            SingleNode node = at < 0 ? new SingleNode("Compress") : new SingleNode("Compress").With("axis", axis);
            OracleTest.Compare(node, [Tensors.Counting(type, shape), Tensors.Of(TensorElementType.Bool, [inside.Length], inside)], 1, (_, x, y) => Conditions.Compress(x[0]!, x[1]!, y[0], axis));
        });

    [TestMethod]
    public void NonZero_agrees_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Int32, TensorElementType.UInt8, TensorElementType.Bool), Tensors.Shapes(1, 4, 4)).Each((type, shape) =>
        {
            TensorValue x = Tensors.Counting(type, shape);
            for (int i = 0; i < x.Length; i += 3)
            {
                Reals.Write(x, i, 0);
            }

            OracleTest.Compare(new SingleNode("NonZero"), [x], 1, (_, i, y) => Conditions.NonZero(i[0]!, y[0]));
        });

    [TestMethod]
    public void Boxes_are_selected_as_the_oracle_does() =>
        Gen.Select(Gen.Long[1, 2], Gen.Long[1, 3], Gen.Long[0, 12], Gen.Long[0, 1], Gen.Int[0, 20].Array[12 * 2 * 4], Gen.Int[0, 6].Array[72]).Each((batch, classes, count, center, corners, scores) =>
        {
            TensorValue boxes = Tensors.Floats([batch, count, 4], [.. corners.Take((int)(batch * count * 4)).Select((v, i) => center == 1 && i % 4 >= 2 ? v / 2 : (float)v)]);
            TensorValue points = Tensors.Floats([batch, classes, count], [.. scores.Take((int)(batch * classes * count)).Select(s => s / 6f)]);
            foreach ((long limit, float overlap, float lowest) in ((long, float, float)[])[(3, 0.5f, 0.3f), (100, 0.1f, 0f), (0, 0.5f, 0f), (2, 1f, -1f)])
            {
                OracleTest.Compare(
                    new SingleNode("NonMaxSuppression").With("center_point_box", center),
                    [boxes, points, Tensors.Longs(limit), Tensors.Floats([1], overlap), Tensors.Floats([1], lowest)],
                    1,
                    (c, x, y) => BoxSelection.NonMaxSuppression(c, x[0]!, x[1]!, x[2], x[3], x[4], y[0], center));
            }
        });

    [TestMethod]
    public void Indices_outside_are_refused()
    {
        var y = new TensorValue();
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 2, 3);
        foreach (long bad in (long[])[3, -4, long.MaxValue, long.MinValue])
        {
            Assert.ThrowsExactly<KernelException>(() => Gathering.Gather(x, Tensors.Longs(bad), y, 1));
            Assert.ThrowsExactly<KernelException>(() => Gathering.GatherElements(x, Tensors.Of(TensorElementType.Int64, [1, 1], bad), y, 1));
            Assert.ThrowsExactly<KernelException>(() => Gathering.GatherND(x, Tensors.Of(TensorElementType.Int64, [1, 2], 0, bad), y));
            Assert.ThrowsExactly<KernelException>(() => Scattering.ScatterElements(x, Tensors.Of(TensorElementType.Int64, [1, 1], bad), Tensors.Floats([1, 1], 1), y, 1));
            Assert.ThrowsExactly<KernelException>(() => Scattering.ScatterND(x, Tensors.Of(TensorElementType.Int64, [1, 2], 0, bad), Tensors.Floats([1], 1), y));
        }

        Assert.ThrowsExactly<KernelException>(() => Gathering.GatherElements(x, Tensors.Of(TensorElementType.Int64, [3, 1], 0, 0, 0), y, 1));
        Assert.ThrowsExactly<KernelException>(() => Gathering.GatherND(x, Tensors.Of(TensorElementType.Int64, [1, 3], 0, 0, 0), y));
        Assert.ThrowsExactly<KernelException>(() => Scattering.ScatterND(x, Tensors.Of(TensorElementType.Int64, [1, 1], 0), Tensors.Floats([1, 2], 1, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Scattering.ScatterND(x, Tensors.Of(TensorElementType.Int64, [1, 2], 0, 0), Tensors.Floats([1], 1), y, "sum"));
        Assert.ThrowsExactly<KernelException>(() => Conditions.Compress(x, Tensors.Of(TensorElementType.Bool, [3], false, false, true), y, 0));
    }

    private static TensorValue Indices(ReadOnlySpan<long> shape, long[] numbers, bool wide)
    {
        long count = Strides.Product(shape);
        long[] elements = [.. Enumerable.Range(0, (int)count).Select(i => numbers[i % numbers.Length])];
        return wide ? Tensors.Of(TensorElementType.Int64, shape, elements) : Tensors.Of(TensorElementType.Int32, shape, [.. elements.Select(e => (int)e)]);
    }
}
