using CsCheck;
using ModelBuild.Runtime;

namespace ModelBuild.Runtime.Tests;

[TestClass]
public sealed class ClassifierTests
{
    private static readonly string[] s_labels = ["a", "b", "c", "d"];

    [TestMethod]
    public void Logits_go_through_softmax()
    {
        Classification[] best = Classifier.Top<float>([1, 3, 2, -1], s_labels, 2);
        CollectionAssert.AreEqual(new[] { "b", "c" }, best.Select(b => b.Label).ToArray());
        double sum = Math.Exp(1 - 3) + 1 + Math.Exp(2 - 3) + Math.Exp(-1 - 3);
        Assert.AreEqual(1 / sum, best[0].Score, 1e-6);
        Assert.AreEqual(Math.Exp(-1) / sum, best[1].Score, 1e-6);
    }

    [TestMethod]
    public void Probabilities_stay_as_they_are()
    {
        Classification[] best = Classifier.Top<float>([0.1f, 0.2f, 0.65f, 0.05f], s_labels, 9);
        CollectionAssert.AreEqual(new[] { 0.65f, 0.2f, 0.1f, 0.05f }, best.Select(b => b.Score).ToArray());
        Assert.AreEqual(0.65f, Classifier.Top<Half>([(Half)0, (Half)0.35, (Half)0.65, (Half)0], s_labels, 1)[0].Score, 1e-3f);
        Assert.AreEqual("d", Classifier.Top<double>([0, 0, 0, 1], s_labels, 1)[0].Label);
    }

    [TestMethod]
    public void Ties_infinities_and_not_a_number()
    {
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, Classifier.Top<float>([1, 1, 1, 1], s_labels, 4).Select(b => b.Index).ToArray());
        Classification[] best = Classifier.Top<float>([float.NaN, 2, float.PositiveInfinity, float.NegativeInfinity], s_labels, 4);
        Assert.AreEqual(2, best[0].Index);
        Assert.AreEqual(1f, best[0].Score);
        Assert.AreEqual(0f, best[1].Score);
        CollectionAssert.AreEqual(new[] { 2, 1, 0, 3 }, best.Select(b => b.Index).ToArray());
    }

    [TestMethod]
    public void Sizes()
    {
        Assert.IsEmpty(Classifier.Top<float>([1, 2, 3, 4], s_labels, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Classifier.Top<float>([1, 2, 3, 4], s_labels, -1));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Classifier.Top<float>([1, 2, 3], s_labels, 1)).Message, "MB5003: the model gave 3 scores but there are 4 labels.");
    }

    [TestMethod]
    public void The_best_are_those_of_a_full_sort() => Gen.Select(Gen.Float[-10, 10].Array[0, 50], Gen.Int[0, 60]).Sample((scores, k) =>
    {
        string[] labels = [.. scores.Select((_, i) => $"{i}")];
        int[] expected = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(k)];
        Classification[] best = Classifier.Top<float>(scores, labels, k);
        return best.Select(b => b.Index).SequenceEqual(expected) && best.All(b => b.Score is >= 0 and <= 1 && b.Label == labels[b.Index]);
    });
}
