using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Compression.Compare;

/// <summary>Times two models in turns, as a generated class opens them: one thread, all optimizations.</summary>
internal static class Timing
{
    private const int MostRuns = 101;
    private const int LeastRuns = 5;
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(2);

    /// <summary>Opens both and calls them in turns for about two seconds, at least five times each.</summary>
    public static CompressionTimings Measure(string before, string after, IDataSet data, Action<double> progress, CancellationToken cancellationToken)
    {
        var options = new OrtSessionOptions { Threads = 1, Entries = OrtSessionOptions.ExactIntegerProducts };
        long start = Stopwatch.GetTimestamp();
        using var first = ModelRunner.Open(before, "the original model", options);
        double loadBefore = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        using var second = ModelRunner.Open(after, "the result", options);
        double loadAfter = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        IReadOnlyDictionary<string, TensorData> batch = data.GetBatch(0);
        Call(first, batch, cancellationToken);
        Call(second, batch, cancellationToken);
        var times = (Before: new List<double>(), After: new List<double>());
        start = Stopwatch.GetTimestamp();
        while (times.Before.Count < MostRuns && (times.Before.Count < LeastRuns || Stopwatch.GetElapsedTime(start) < s_enough))
        {
            // The order changes each time, so that neither side always finds the other's data in the cache.
            if (times.Before.Count % 2 == 0)
            {
                times.Before.Add(Call(first, batch, cancellationToken));
                times.After.Add(Call(second, batch, cancellationToken));
            }
            else
            {
                times.After.Add(Call(second, batch, cancellationToken));
                times.Before.Add(Call(first, batch, cancellationToken));
            }

            progress(Math.Min(1, Stopwatch.GetElapsedTime(start) / s_enough));
        }

        return new CompressionTimings(
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors", options.Threads, times.Before.Count, Median(times.Before), Median(times.After), loadBefore, loadAfter);
    }

    private static double Call(ModelRunner runner, IReadOnlyDictionary<string, TensorData> batch, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        OrtValue[] values = runner.Run(batch, null, cancellationToken);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Array.ForEach(values, v => v.Dispose());
        return elapsed;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}
