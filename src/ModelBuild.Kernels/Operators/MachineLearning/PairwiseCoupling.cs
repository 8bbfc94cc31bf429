namespace ModelBuild.Kernels;

/// <summary>Probabilities of classes from margins between pairs of them: Platt's sigmoid for each pair, then the second method of Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise coupling".</summary>
internal static class PairwiseCoupling
{
    private const int MaxSteps = 100;

    /// <summary>Estimates the probabilities.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="margins">Margin of each pair: 0-1, 0-2, ..., 1-2, ...</param>
    /// <param name="slopes">Slope of each pair's sigmoid.</param>
    /// <param name="offsets">Offset of each pair's sigmoid.</param>
    /// <param name="result">Gets the probabilities.</param>
    public static void Estimate(int classes, ReadOnlySpan<double> margins, ReadOnlySpan<float> slopes, ReadOnlySpan<float> offsets, Span<double> result)
    {
        using var pairs = new NativeBuffer<double>((long)classes * classes);
        using var matrix = new NativeBuffer<double>((long)classes * classes);
        using var products = new NativeBuffer<double>(classes);
        Span<double> r = pairs.Span;
        Span<double> q = matrix.Span;
        int pair = 0;
        for (int i = 0; i < classes; i++)
        {
            for (int j = i + 1; j < classes; j++, pair++)
            {
                double p = Math.Clamp(1 - PostTransforms.Logistic((margins[pair] * slopes[pair]) + offsets[pair]), 1e-7, 1 - 1e-7);
                r[(i * classes) + j] = p;
                r[(j * classes) + i] = 1 - p;
            }
        }

        for (int i = 0; i < classes; i++)
        {
            q[(i * classes) + i] = 0;
            for (int j = 0; j < classes; j++)
            {
                if (j != i)
                {
                    double other = r[(j * classes) + i];
                    q[(i * classes) + i] += other * other;
                    q[(i * classes) + j] = -other * r[(i * classes) + j];
                }
            }
        }

        Solve(q, products.Span, result);
    }

    private static void Solve(ReadOnlySpan<double> q, Span<double> products, Span<double> p)
    {
        int classes = p.Length;
        p.Fill(1.0 / classes);
        for (int step = 0; step < MaxSteps; step++)
        {
            double total = 0;
            for (int i = 0; i < classes; i++)
            {
                products[i] = 0;
                for (int j = 0; j < classes; j++)
                {
                    products[i] += q[(i * classes) + j] * p[j];
                }

                total += p[i] * products[i];
            }

            double error = 0;
            for (int i = 0; i < classes; i++)
            {
                error = Math.Max(error, Math.Abs(products[i] - total));
            }

            if (error < 0.005 / classes)
            {
                return;
            }

            for (int i = 0; i < classes; i++)
            {
                double diagonal = q[(i * classes) + i];
                double change = (total - products[i]) / diagonal;
                p[i] += change;
                total = (total + (change * ((change * diagonal) + (2 * products[i])))) / (1 + change) / (1 + change);
                for (int j = 0; j < classes; j++)
                {
                    products[j] = (products[j] + (change * q[(i * classes) + j])) / (1 + change);
                    p[j] /= 1 + change;
                }
            }
        }
    }
}
