using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Sequences;

[TestClass]
public sealed unsafe class SequenceOperatorTests
{
    [TestMethod]
    public void Entries_are_put_in_taken_out_and_found()
    {
        var empty = new SequenceValue();
        SequenceOperators.SequenceEmpty(empty, 7);
        var sequence = new SequenceValue();
        SequenceOperators.SequenceConstruct([Tensors.Longs(1), Tensors.Longs(2, 2)], sequence);
        var longer = new SequenceValue();
        SequenceOperators.SequenceInsert(sequence, Tensors.Longs(3), Tensors.Longs(-1), longer);
        CollectionAssert.AreEqual(new long[] { 1, 3, 2 }, Firsts(longer));
        SequenceOperators.SequenceInsert(sequence, Tensors.Longs(3), null, longer);
        CollectionAssert.AreEqual(new long[] { 1, 2, 3 }, Firsts(longer));
        CollectionAssert.AreEqual(new long[] { 1, 2 }, Firsts(sequence));

        var shorter = new SequenceValue();
        SequenceOperators.SequenceErase(longer, null, shorter);
        CollectionAssert.AreEqual(new long[] { 1, 2 }, Firsts(shorter));
        SequenceOperators.SequenceErase(longer, Tensors.Longs(-3), shorter);
        CollectionAssert.AreEqual(new long[] { 2, 3 }, Firsts(shorter));

        var item = new TensorValue();
        SequenceOperators.SequenceAt(longer, Tensors.Longs(-2), item);
        Tensors.AreEqual(Tensors.Longs(2, 2), item);
        SequenceOperators.SequenceLength(longer, item);
        Assert.AreEqual(3L, *item.Pointer<long>());

        foreach (long bad in (long[])[3, -4, long.MaxValue, long.MinValue])
        {
            Assert.ThrowsExactly<KernelException>(() => SequenceOperators.SequenceAt(longer, Tensors.Longs(bad), item));
            Assert.ThrowsExactly<KernelException>(() => SequenceOperators.SequenceErase(longer, Tensors.Longs(bad), shorter));
            Assert.ThrowsExactly<KernelException>(() => SequenceOperators.SequenceInsert(sequence, item, Tensors.Longs(bad), shorter));
        }

        Assert.ThrowsExactly<KernelException>(() => SequenceOperators.SequenceErase(empty, null, shorter));
        Assert.ThrowsExactly<KernelException>(() => SequenceOperators.SequenceInsert(sequence, Tensors.Floats([1], 1), null, shorter));
    }

    [TestMethod]
    public void Parts_and_their_joining_give_the_tensor_again() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.String, TensorElementType.UInt8), Tensors.Shapes(1, 4, 5), Gen.Int[0, 3], Gen.Long[1, 4]).Each((type, shape, at, part) =>
        {
            int axis = at % shape.Length;
            TensorValue x = Tensors.Counting(type, shape);
            var sequence = new SequenceValue();
            var y = new TensorValue();
            SequenceOperators.SplitToSequence(x, Tensors.Of(TensorElementType.Int64, [], part), sequence, axis);
            Assert.AreEqual((shape[axis] + part - 1) / part, sequence.Items.Count);
            if (shape[axis] == 0)
            {
                Assert.ThrowsExactly<KernelException>(() => SequenceOperators.ConcatFromSequence(sequence, y, axis));
                return;
            }

            SequenceOperators.ConcatFromSequence(sequence, y, axis);
            Tensors.AreEqual(x, y);

            SequenceOperators.SplitToSequence(x, null, sequence, axis - shape.Length, keepdims: 0);
            Assert.AreEqual(shape.Length - 1, ((TensorValue)sequence.Items[0]).Rank);
            SequenceOperators.ConcatFromSequence(sequence, y, axis, newAxis: 1);
            Tensors.AreEqual(x, y);
        });

    [TestMethod]
    public void Absent_values_are_known_as_such()
    {
        var optional = new OptionalValue();
        var y = new TensorValue();
        OptionalOperators.Optional(null, optional);
        OptionalOperators.OptionalHasElement(optional, y);
        Assert.AreEqual(0, *y.Data);
        Assert.ThrowsExactly<KernelException>(() => OptionalOperators.OptionalGetElement(optional, y));
        OptionalOperators.OptionalHasElement(null, y);
        Assert.AreEqual(0, *y.Data);

        OptionalOperators.Optional(Tensors.Longs(4, 5), optional);
        OptionalOperators.OptionalHasElement(optional, y);
        Assert.AreEqual(1, *y.Data);
        OptionalOperators.OptionalGetElement(optional, y);
        Tensors.AreEqual(Tensors.Longs(4, 5), y);
        OptionalOperators.OptionalGetElement(Tensors.Longs(6), y);
        Tensors.AreEqual(Tensors.Longs(6), y);
    }

    [TestMethod]
    [DataRow(TensorElementType.Float32)]
    [DataRow(TensorElementType.String)]
    [DataRow(TensorElementType.Bool)]
    public void Iterations_are_gathered_and_taken_apart(TensorElementType type)
    {
        long* home = stackalloc long[4];
        var accumulator = new TensorValue();
        accumulator.Bind(home, 32);
        for (int run = 0; run < 2; run++)
        {
            ControlFlow.Clear(accumulator, type, [-1, 3]);
            Assert.AreEqual($"{type}[0,0,3]", accumulator.ToString());
            TensorValue all = Tensors.Counting(type, 50, 2, 3);
            var item = new TensorValue();
            for (int i = 0; i < 50; i++)
            {
                ControlFlow.Slice(all, 0, i, item);
                ControlFlow.Append(item, accumulator, i);
            }

            Tensors.AreEqual(all, accumulator);
            Assert.ThrowsExactly<KernelException>(() => ControlFlow.Append(Tensors.Counting(type, 3, 2), accumulator, 50));
        }
    }

    [TestMethod]
    public void The_dimension_of_iterations_moves_and_turns_round()
    {
        using var context = new KernelContext();
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 4, 2, 3);
        var y = new TensorValue();
        var part = new TensorValue();
        var expected = new TensorValue();
        foreach (int axis in (int[])[0, 1, 2, -1])
        {
            foreach (bool reverse in (bool[])[false, true])
            {
                ControlFlow.MoveFirst(context, x, y, axis, reverse);
                for (int i = 0; i < 4; i++)
                {
                    ControlFlow.Slice(x, 0, i, expected);
                    ControlFlow.Slice(y, axis, reverse ? 3 - i : i, part);
                    Tensors.AreEqual(expected, part);
                    ControlFlow.Slice(y, axis, reverse ? -1 - i : i - 4, part);
                    Tensors.AreEqual(expected, part);
                }
            }
        }

        Assert.ThrowsExactly<KernelException>(() => ControlFlow.Slice(x, 0, 4, y));
        Assert.ThrowsExactly<KernelException>(() => ControlFlow.Slice(x, 3, 0, y));
    }

    private static long[] Firsts(SequenceValue sequence) => [.. sequence.Items.Select(i => Integers.At((TensorValue)i, 0))];
}
