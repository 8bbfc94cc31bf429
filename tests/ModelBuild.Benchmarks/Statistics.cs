namespace ModelBuild.Benchmarks;

/// <summary>What is reported of repeated measurements.</summary>
internal static class Statistics
{
    /// <summary>The middle one; of an even number the upper one.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
