using System.Numerics;

namespace ModelBuild.Runtime;

/// <summary>Finds the best classes in a model's scores.</summary>
public static class Classifier
{
    /// <summary>
    /// Writes the best classes, best first. Scores that are no probabilities yet (one is negative, or their sum is further than 0.01 from 1)
    /// go through softmax over all classes: <c>exp(x - max) / sum(exp(x - max))</c>. Equal scores keep the model's order, NaN counts as the lowest.
    /// </summary>
    /// <param name="scores">One score per label.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="destination">Receives as many as fit.</param>
    /// <returns>How many were written: the smaller of the number of classes and <paramref name="destination"/>'s length.</returns>
    /// <exception cref="ArgumentException">The number of scores is not the number of labels.</exception>
    public static int Top<T>(ReadOnlySpan<T> scores, ReadOnlySpan<string> labels, Span<Classification> destination)
        where T : unmanaged, INumber<T>
    {
        if (scores.Length != labels.Length)
        {
            throw new ArgumentException($"MB5003: the model gave {scores.Length} scores but there are {labels.Length} labels.", nameof(scores));
        }

        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            float score = Value(scores[i]);
            int at = count;
            while (at > 0 && score > destination[at - 1].Score)
            {
                at--;
            }

            if (at < destination.Length)
            {
                count = Math.Min(count + 1, destination.Length);
                destination[at..(count - 1)].CopyTo(destination[(at + 1)..]);
                destination[at] = new(labels[i], i, score);
            }
        }

        if (count > 0 && !AreProbabilities(scores))
        {
            Softmax(scores, destination[..count]);
        }

        return count;
    }

    /// <summary>The best classes, best first; see <see cref="Top{T}(ReadOnlySpan{T}, ReadOnlySpan{string}, Span{Classification})"/>.</summary>
    /// <param name="scores">One score per label.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="k">How many.</param>
    public static Classification[] Top<T>(ReadOnlySpan<T> scores, ReadOnlySpan<string> labels, int k)
        where T : unmanaged, INumber<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        var best = new Classification[Math.Min(k, labels.Length)];
        Top(scores, labels, best);
        return best;
    }

    private static bool AreProbabilities<T>(ReadOnlySpan<T> scores)
        where T : unmanaged, INumber<T>
    {
        double sum = 0;
        foreach (T score in scores)
        {
            double value = double.CreateTruncating(score);
            if (!(value >= 0))
            {
                return false;
            }

            sum += value;
        }

        return Math.Abs(sum - 1) <= 0.01;
    }

    private static void Softmax<T>(ReadOnlySpan<T> scores, Span<Classification> best)
        where T : unmanaged, INumber<T>
    {
        // The best comes first, so it is the maximum.
        float max = best[0].Score;
        double sum = 0;
        foreach (T score in scores)
        {
            sum += Probability(Value(score), max);
        }

        foreach (ref Classification item in best)
        {
            item = item with { Score = (float)(Probability(item.Score, max) / sum) };
        }
    }

    // An infinite maximum takes all of the probability.
    private static double Probability(float value, float max) => value == max ? 1 : Math.Exp(value - max);

    private static float Value<T>(T score)
        where T : unmanaged, INumber<T> => T.IsNaN(score) ? float.NegativeInfinity : float.CreateTruncating(score);
}
