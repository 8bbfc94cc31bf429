namespace ModelBuild.Kernels;

/// <summary>Functions in double precision that <see cref="Math"/> lacks.</summary>
internal static class DoubleMath
{
    /// <summary>Error function: its power series near zero, the continued fraction of its complement further out.</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        return a < 2.5 ? ErfSeries(x) : a > 6 ? Math.Sign(x) : double.IsNaN(x) ? x : Math.Sign(x) * (1 - ErfcFraction(a));
    }

    /// <summary><c>e^x - 1</c> without cancellation.</summary>
    public static double ExpM1(double x)
    {
        // tanh(x / 2) = (e^x - 1) / (e^x + 1).
        return Math.Abs(x) < 0.5 ? Math.Tanh(x / 2) * (Math.Exp(x) + 1) : Math.Exp(x) - 1;
    }

    /// <summary><c>log(1 + e^x)</c>.</summary>
    public static double Softplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));

        // log(1 + e) where 1 + e is rounded: the error of the sum is made good.
        double sum = 1 + e;
        return Math.Max(x, 0) + (sum == 1 ? e : Math.Log(sum) + ((e - (sum - 1)) / sum));
    }

    private static double ErfSeries(double x)
    {
        // 2 / sqrt(pi) * e^(-x^2) * sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)): all terms have one sign.
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return x == 0 ? x : 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double ErfcFraction(double a)
    {
        double fraction = 0;
        for (int k = 80; k >= 1; k--)
        {
            fraction = k / 2.0 / (a + fraction);
        }

        return Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction);
    }
}
