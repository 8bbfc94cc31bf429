using System.Diagnostics;
using System.Globalization;

namespace ModelBuild.Benchmarks;

/// <summary>Time and memory of one call: what a generated class costs over the bare C API, and what the managed wrapper costs.</summary>
internal static class SpeedBenchmark
{
    private const int Rounds = 61;
    private const double MillisecondsPerRound = 20;

    public static void Run(string? models, int threads)
    {
        Console.WriteLine($"## One call, {threads} thread(s), batch 1, median of {Rounds} interleaved rounds");
        Console.WriteLine();
        Console.WriteLine("| Model | Way | µs | Ratio to the bare C API | Processor µs | Ratio | Bytes a call |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        try
        {
            foreach (var (name, path) in Models.Find(models, scratch))
            {
                try
                {
                    Measure(name, new CallData(path), threads);
                }
                catch (NotSupportedException e)
                {
                    Console.WriteLine($"| {name} | {e.Message} | | | | | |");
                }
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        Console.WriteLine();
    }

    private static void Measure(string model, CallData data, int threads)
    {
        using var generated = new GeneratedPath(data, threads);
        IContender[] contenders = [generated, new BareBinding(data, generated.Native), new ManagedWrapper(data, threads, bound: true), new ManagedWrapper(data, threads, bound: false)];
        Array.ForEach(contenders, c => Check(c, data));
        int calls = CallsPerRound(contenders[1]);
        double[][] times = [.. contenders.Select(_ => new double[Rounds])];
        double[][] processor = [.. contenders.Select(_ => new double[Rounds])];
        long[] bytes = new long[contenders.Length];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                // Each round starts with another one, so that none always runs on a warmer cache.
                int c = (i + round) % contenders.Length;
                long before = GC.GetAllocatedBytesForCurrentThread();
                double processorStart = ThreadTime.Microseconds();
                long start = Stopwatch.GetTimestamp();
                for (int call = 0; call < calls; call++)
                {
                    contenders[c].Call();
                }

                times[c][round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
                processor[c][round] = (ThreadTime.Microseconds() - processorStart) / calls;
                bytes[c] = (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
            }
        }

        for (int c = 0; c < contenders.Length; c++)
        {
            double ratio = Statistics.Median(times[c].Zip(times[1], (a, b) => a / b));
            string own = threads == 1 ? string.Create(CultureInfo.InvariantCulture, $"{Statistics.Median(processor[c]):0.00} | {Statistics.Median(processor[c].Zip(processor[1], (a, b) => a / b)):0.000}") : "- | -";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {model} | {contenders[c].Name} | {Statistics.Median(times[c]):0.00} | {ratio:0.000} | {own} | {bytes[c]} |"));
        }

        foreach (var contender in contenders[1..])
        {
            contender.Dispose();
        }
    }

    private static void Check(IContender contender, CallData data)
    {
        Array.Clear(data.OutputData);
        contender.Call();
        for (int i = 0; i < data.Expected.Length; i++)
        {
            if (Math.Abs(data.OutputData[i] - data.Expected[i]) > 1e-4f + (1e-3f * Math.Abs(data.Expected[i])))
            {
                throw new InvalidOperationException($"{contender.Name} gives {data.OutputData[i]} at {i}, not {data.Expected[i]}.");
            }
        }
    }

    // Warms up for half a second, so that compiled code has reached its last tier.
    private static int CallsPerRound(IContender contender)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 500)
        {
            contender.Call();
            calls++;
        }

        return Math.Max(1, (int)(calls * MillisecondsPerRound / 500));
    }
}
