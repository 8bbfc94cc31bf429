namespace ModelBuild.Kernels.Tests;

/// <summary>The error function in double precision: its power series near zero, the continued fraction of its complement further out.</summary>
internal static class ErrorFunction
{
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x) || x == 0)
        {
            return x;
        }

        if (a > 6)
        {
            return Math.Sign(x);
        }

        if (a < 3)
        {
            double term = x;
            double sum = x;
            for (int n = 1; n < 100; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }

            return 2 / Math.Sqrt(Math.PI) * sum;
        }

        double fraction = 0;
        for (int k = 60; k >= 1; k--)
        {
            fraction = k / 2.0 / (a + fraction);
        }

        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction)));
    }
}
