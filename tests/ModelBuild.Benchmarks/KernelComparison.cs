using System.Diagnostics;
using System.Globalization;

namespace ModelBuild.Benchmarks;

/// <summary>Times of one kernel of ours and of ONNX Runtime doing the same, interleaved.</summary>
internal static class KernelComparison
{
    private const int Rounds = 41;
    private const double MillisecondsPerRound = 8;

    public static void Header(string title, int threads)
    {
        Console.WriteLine($"## {title}, {threads} thread(s), median of {Rounds} interleaved rounds");
        Console.WriteLine();
        Console.WriteLine("| Work | Ours, µs | GFLOP/s | ONNX Runtime, µs | Ratio (above 1: ours is faster) | Ratio of the best rounds |");
        Console.WriteLine("|---|---|---|---|---|---|");
    }

    /// <summary>Measures both and writes a row.</summary>
    /// <param name="name">The row's name.</param>
    /// <param name="operations">Floating-point operations of one call.</param>
    /// <param name="threads">Threads of both sides.</param>
    /// <param name="ours">One call of ours.</param>
    /// <param name="theirs">One call of ONNX Runtime.</param>
    public static double Measure(string name, double operations, int threads, Action ours, Action theirs)
    {
        int ourCalls = CallsPerRound(ours), theirCalls = CallsPerRound(theirs);
        double[] ourTimes = new double[Rounds], theirTimes = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            ourTimes[round] = Time(ours, ourCalls, threads);
            theirTimes[round] = Time(theirs, theirCalls, threads);
        }

        double ratio = Statistics.Median(theirTimes.Zip(ourTimes, (a, b) => a / b));
        double our = Statistics.Median(ourTimes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {our:0.00} | {operations / our / 1000:0.0} | {Statistics.Median(theirTimes):0.00} | {ratio:0.00} | {theirTimes.Min() / ourTimes.Min():0.00} |"));
        return ratio;
    }

    private static double Time(Action call, int calls, int threads)
    {
        if (threads > 1)
        {
            // The other side's threads look for work for a while before they sleep.
            Thread.Sleep(5);
        }

        call();

        // With one thread its own clock counts, which other programs hold up less.
        double start = Now(threads);
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        return (Now(threads) - start) / calls;
    }

    private static double Now(int threads) => threads == 1 ? ThreadTime.Microseconds() : Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency);

    private static int CallsPerRound(Action call)
    {
        call();
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 50)
        {
            call();
            calls++;
        }

        return Math.Max(1, (int)(calls * MillisecondsPerRound / 50));
    }
}
