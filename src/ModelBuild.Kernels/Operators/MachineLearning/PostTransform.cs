namespace ModelBuild.Kernels;

/// <summary>What an operator of <c>ai.onnx.ml</c> does to its scores.</summary>
internal enum PostTransform
{
    None = 0,
    Softmax = 1,
    Logistic = 2,
    SoftmaxZero = 3,
    Probit = 4,
}

/// <summary>How a binary classifier that has one score makes two of it.</summary>
internal enum SecondClass
{
    /// <summary>It gives the one.</summary>
    Absent,
    /// <summary>The scores are probabilities: <c>1 - s, s</c>.</summary>
    Complement,
    /// <summary>The scores are margins: <c>-s, s</c>.</summary>
    Negation,
}

/// <summary>Applies <see cref="PostTransform"/>.</summary>
internal static unsafe class PostTransforms
{
    /// <summary>Reads ONNX's name.</summary>
    /// <exception cref="KernelException">There is no such transform.</exception>
    public static PostTransform Parse(string name) => name switch
    {
        "NONE" => PostTransform.None,
        "SOFTMAX" => PostTransform.Softmax,
        "LOGISTIC" => PostTransform.Logistic,
        "SOFTMAX_ZERO" => PostTransform.SoftmaxZero,
        "PROBIT" => PostTransform.Probit,
        _ => throw new KernelException($"There is no post_transform '{name}'."),
    };

    /// <summary>Transforms one row of scores in place. A single score is made two as <paramref name="second"/> says, for which the row has room; alone it takes <see cref="PostTransform.Probit"/> only.</summary>
    public static void Apply(PostTransform transform, double* scores, long count, SecondClass second)
    {
        if (count == 1)
        {
            ApplyOne(transform, scores, second);
            return;
        }

        switch (transform)
        {
            case PostTransform.Logistic:
                for (long i = 0; i < count; i++)
                {
                    scores[i] = Logistic(scores[i]);
                }

                break;
            case PostTransform.Probit:
                for (long i = 0; i < count; i++)
                {
                    scores[i] = Probit(scores[i]);
                }

                break;
            case PostTransform.Softmax or PostTransform.SoftmaxZero:
                Softmax(scores, count, keepZeros: transform == PostTransform.SoftmaxZero);
                break;
        }
    }

    /// <summary><c>1 / (1 + exp(-x))</c>.</summary>
    public static double Logistic(double x)
    {
        double v = 1 / (1 + Math.Exp(-Math.Abs(x)));
        return x < 0 ? 1 - v : v;
    }

    private static void ApplyOne(PostTransform transform, double* scores, SecondClass second)
    {
        double score = scores[0];
        if (transform == PostTransform.Probit)
        {
            scores[0] = Probit(score);
        }
        else if (transform == PostTransform.Logistic && second != SecondClass.Absent)
        {
            scores[0] = Logistic(-score);
            scores[1] = Logistic(score);
        }
        else if (second == SecondClass.Complement)
        {
            scores[0] = 1 - score;
            scores[1] = score;
        }
        else if (second == SecondClass.Negation)
        {
            scores[0] = -score;
            scores[1] = score;
        }
    }

    // The quantile of the normal distribution by Winitzki's approximation of the inverse error function, as ONNX's reference computes it.
    private static double Probit(double p)
    {
        double x = (2 * p) - 1;
        double log = Math.Log((1 - x) * (1 + x));
        double v = (2 / (3.14159f * 0.147f)) + (0.5 * log);
        double root = Math.Sqrt(-v + Math.Sqrt((v * v) - (log / 0.147f)));
        return 1.41421356f * (x < 0 ? -root : root);
    }

    private static void Softmax(double* scores, long count, bool keepZeros)
    {
        double largest = double.NegativeInfinity;
        for (long i = 0; i < count; i++)
        {
            largest = Math.Max(largest, scores[i]);
        }

        double sum = 0;
        for (long i = 0; i < count; i++)
        {
            if (keepZeros && Math.Abs(scores[i]) <= 0.0000001f)
            {
                scores[i] *= Math.Exp(-largest);
                continue;
            }

            scores[i] = Math.Exp(scores[i] - largest);
            sum += scores[i];
        }

        for (long i = 0; i < count; i++)
        {
            scores[i] /= sum;
        }
    }
}
