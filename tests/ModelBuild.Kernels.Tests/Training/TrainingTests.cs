using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Training;

[TestClass]
public sealed class TrainingTests
{
    [TestMethod]
    public void Losses_agree_with_the_oracle() =>
        Gen.Select(Pick.From("mean", "sum", "none"), Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Each((reduction, hasWeights, hasIgnored, softmax, seed) =>
        {
            TensorValue x = RandomTensors.Floats(seed, 3, 3, 5, 2, 2);
            TensorValue labels = RandomTensors.Longs(seed, 5, 3, 2, 2);
            TensorValue? weights = hasWeights ? RandomTensors.Floats(seed + 1, 2, 5) : null;
            SingleNode node = new SingleNode(softmax ? "SoftmaxCrossEntropyLoss" : "NegativeLogLikelihoodLoss").With("reduction", reduction);
            if (hasIgnored)
            {
                node.With("ignore_index", 2L);
            }

            long ignored = hasIgnored ? 2 : Losses.NoIndex;
            OracleTest.Compare(node, [x, labels, weights], softmax ? 2 : 1, (_, i, y) =>
            {
                if (softmax)
                {
                    Losses.SoftmaxCrossEntropyLoss(i[0]!, i[1]!, i[2], y[0], y[1], ignored, reduction);
                }
                else
                {
                    Losses.NegativeLogLikelihoodLoss(i[0]!, i[1]!, i[2], y[0], ignored, reduction);
                }
            }, tolerance: 1e-4);
        });

    [TestMethod]
    public void Classes_that_do_not_exist_are_refused()
    {
        TensorValue x = RandomTensors.Floats(1, 3, 2, 3);
        var y = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => Losses.NegativeLogLikelihoodLoss(x, Tensors.Longs(0, 3), null, y));
        Assert.ThrowsExactly<KernelException>(() => Losses.NegativeLogLikelihoodLoss(x, Tensors.Longs(0, -1), null, y));
        Assert.ThrowsExactly<KernelException>(() => Losses.NegativeLogLikelihoodLoss(x, Tensors.Longs(0), null, y));
        Assert.ThrowsExactly<KernelException>(() => Losses.SoftmaxCrossEntropyLoss(x, Tensors.Longs(0, 1), Tensors.Floats([2], 1, 1), y, null));
        Losses.NegativeLogLikelihoodLoss(x, Tensors.Longs(0, -1), null, y, ignoreIndex: -1, reduction: "sum");
        Assert.AreEqual(-x.Span<float>()[0], y.Span<float>()[0]);
    }

    [TestMethod]
    public void Optimizers_take_several_tensors_and_refuse_a_wrong_number()
    {
        TensorValue rate = Tensors.Floats([], 0.5f);
        TensorValue steps = Tensors.Of(TensorElementType.Int64, [], 0L);
        TensorValue[] outputs = [.. Enumerable.Range(0, 4).Select(_ => new TensorValue())];
        Optimizers.Momentum(rate, steps, [Tensors.Floats([1], 1), Tensors.Floats([2], 2, 3), Tensors.Floats([1], 4), Tensors.Floats([2], 5, 6), Tensors.Floats([1], 0), Tensors.Floats([2], 0, 0)], outputs, 0.9f, 0.5f, "standard", 0);
        CollectionAssert.AreEqual((float[])[-1], outputs[0].Span<float>().ToArray());
        CollectionAssert.AreEqual((float[])[-0.5f, 0], outputs[1].Span<float>().ToArray());
        CollectionAssert.AreEqual((float[])[5, 6], outputs[3].Span<float>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => Optimizers.Adam(rate, steps, [rate, rate, rate], outputs));
        Assert.ThrowsExactly<KernelException>(() => Optimizers.Adagrad(rate, steps, [rate, Tensors.Floats([2], 1, 2), rate], outputs.AsSpan(0, 2)));
    }
}
