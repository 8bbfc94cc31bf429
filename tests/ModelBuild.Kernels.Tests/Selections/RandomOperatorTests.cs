using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Selections;

[TestClass]
public sealed class RandomOperatorTests
{
    [TestMethod]
    public void The_generator_is_xoshiro256()
    {
        // First numbers of the published algorithm for the state that SplitMix64 makes of 0, worked out apart from this implementation.
        UInt128 mask = ulong.MaxValue;
        ulong state = 0;
        ulong[] s = new ulong[4];
        for (int i = 0; i < 4; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (ulong)(((UInt128)(z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask);
            z = (ulong)(((UInt128)(z ^ (z >> 27)) * 0x94D049BB133111EB) & mask);
            s[i] = z ^ (z >> 31);
        }

        Assert.AreEqual(0xE220A8397B1DCDAFUL, s[0]);
        ulong times5 = s[1] * 5;
        Assert.AreEqual(((times5 << 7) | (times5 >> 57)) * 9, new RandomGenerator(0).Next());
    }

    [TestMethod]
    public void A_seed_gives_the_same_numbers_and_another_seed_others()
    {
        TensorValue a = Draw(7), b = Draw(7), c = Draw(8);
        Tensors.AreEqual(a, b);
        Assert.IsFalse(a.Bytes.SequenceEqual(c.Bytes));

        using var context = new KernelContext();
        using var other = new KernelContext();
        TensorValue first = new(), second = new(), again = new();
        RandomOperators.RandomUniform(context, first, [4]);
        RandomOperators.RandomUniform(context, second, [4]);
        RandomOperators.RandomUniform(other, again, [4]);
        Assert.IsFalse(first.Bytes.SequenceEqual(second.Bytes));
        Tensors.AreEqual(first, again);
    }

    [TestMethod]
    [DataRow(TensorElementType.Float32)]
    [DataRow(TensorElementType.Float64)]
    [DataRow(TensorElementType.Float16)]
    public void Normal_and_uniform_numbers_have_their_moments(TensorElementType type)
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        RandomOperators.RandomNormal(context, y, [200, 500], (long)type, mean: 3, scale: 2, seed: 1);
        (double mean, double variance, _, _) = Moments(y);
        Assert.AreEqual(3, mean, 0.05);
        Assert.AreEqual(4, variance, 0.1);

        RandomOperators.RandomUniformLike(context, new TensorValue(type, 100_000), y, low: -1, high: 3, seed: 1);
        (mean, variance, double smallest, double largest) = Moments(y);
        Assert.AreEqual(1, mean, 0.05);
        Assert.AreEqual(16 / 12.0, variance, 0.05);
        Assert.IsTrue(smallest >= -1 && largest <= 3);
        Assert.AreEqual(type, y.ElementType);
    }

    [TestMethod]
    public void Probabilities_are_those_that_were_given()
    {
        using var context = new KernelContext();
        var p = new TensorValue(TensorElementType.Float32, 60_000);
        p.Span<float>().Fill(0.3f);
        var y = new TensorValue();
        RandomOperators.Bernoulli(context, p, y, (long)TensorElementType.Bool, seed: 2);
        Assert.AreEqual(0.3, Moments(y).Mean, 0.01);

        TensorValue logits = Tensors.Floats([2, 3], MathF.Log(1) + 5, MathF.Log(2) + 5, MathF.Log(5) + 5, float.NegativeInfinity, 0, float.NegativeInfinity);
        RandomOperators.Multinomial(context, logits, y, (long)TensorElementType.Int64, 80_000, seed: 3);
        long[] counts = new long[3];
        foreach (long drawn in y.Span<long>()[..80_000])
        {
            counts[drawn]++;
        }

        Assert.AreEqual(1 / 8.0, counts[0] / 80_000.0, 0.01);
        Assert.AreEqual(2 / 8.0, counts[1] / 80_000.0, 0.01);
        Assert.IsTrue(y.Span<long>()[80_000..].IndexOfAnyExcept(1L) < 0);
        Assert.ThrowsExactly<KernelException>(() => RandomOperators.Multinomial(context, new TensorValue(TensorElementType.Float32, 1, 0), y));
        Assert.ThrowsExactly<KernelException>(() => RandomOperators.RandomNormal(context, y, [2], (long)TensorElementType.Int32));
    }

    private static TensorValue Draw(float seed)
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        RandomOperators.RandomNormal(context, y, [3, 5], seed: seed);
        return y;
    }

    private static (double Mean, double Variance, double Smallest, double Largest) Moments(TensorValue tensor)
    {
        double sum = 0, squares = 0, smallest = double.MaxValue, largest = double.MinValue;
        for (long i = 0; i < tensor.Length; i++)
        {
            double value = Reals.Read(tensor, i);
            sum += value;
            squares += value * value;
            smallest = Math.Min(smallest, value);
            largest = Math.Max(largest, value);
        }

        double mean = sum / tensor.Length;
        return (mean, (squares / tensor.Length) - (mean * mean), smallest, largest);
    }
}
