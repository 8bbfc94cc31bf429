using System.Diagnostics;
using System.Globalization;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Benchmarks;

/// <summary>Opening a model and running it, with weights inside and beside the file, with prepacking and without.</summary>
internal static class OpenBenchmark
{
    private const int Rounds = 9;

    public static void Run(string? models, int threads)
    {
        Console.WriteLine($"## Opening and running, {threads} thread(s), median of {Rounds} interleaved rounds");
        Console.WriteLine();
        Console.WriteLine("| Model | Weights | Prepacking | Open, ms | Run, ms |");
        Console.WriteLine("|---|---|---|---|---|");
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        try
        {
            var files = new List<(string Name, string Weights, string Path)>();
            if (models is null)
            {
                string inside = Path.Combine(scratch, "inside.onnx"), beside = Path.Combine(scratch, "beside.onnx");
                Models.WriteDense(inside, [5000, 10000, 5000], external: false);
                Models.WriteDense(beside, [5000, 10000, 5000], external: true);
                files.Add(("dense, 400 MB", "in the file", inside));
                files.Add(("dense, 400 MB", "aligned, beside it", beside));
                string rows = Path.Combine(scratch, "rows.onnx"), int8 = Path.Combine(scratch, "int8.onnx"), int8Rows = Path.Combine(scratch, "int8-rows.onnx");
                Models.WriteDense(rows, [768, 3072, 768, 3072, 768], external: true, rows: 128);
                Models.WriteDense(int8, [3072, 3072, 3072], external: true, int8: true);
                Models.WriteDense(int8Rows, [768, 3072, 768, 3072, 768], external: true, rows: 128, int8: true);
                files.Add(("dense, 38 MB, 128 rows", "aligned, beside it", rows));
                files.Add(("dense int8, 19 MB", "aligned, beside it", int8));
                files.Add(("dense int8, 9 MB, 128 rows", "aligned, beside it", int8Rows));
            }

            files.AddRange(Models.Find(models, scratch).Select(m => (m.Name, "as they are", m.Path)));
            foreach (var group in files.GroupBy(f => f.Name))
            {
                Measure([.. group], threads);
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Measure((string Name, string Weights, string Path)[] files, int threads)
    {
        CallData data;
        try
        {
            data = new CallData(files[0].Path);
        }
        catch (NotSupportedException e)
        {
            Console.WriteLine($"| {files[0].Name} | {e.Message} | | | |");
            return;
        }

        var cases = files.SelectMany(f => new[] { true, false }.Select(prepacking => (File: f, Prepacking: prepacking))).ToArray();
        double[][] open = [.. cases.Select(_ => new double[Rounds])], run = [.. cases.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < cases.Length; i++)
            {
                int c = (i + round) % cases.Length;
                long start = Stopwatch.GetTimestamp();
                using var session = OrtSession.Open(cases[c].File.Path, new OrtSessionOptions { Threads = threads, Prepacking = cases[c].Prepacking });
                open[c][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                using var x = OrtValue.FromSpan<float>(TensorElementType.Float32, data.InputShape, data.InputData);
                double[] calls = new double[5];
                for (int call = -1; call < calls.Length; call++)
                {
                    start = Stopwatch.GetTimestamp();
                    Array.ForEach(session.Run([new(data.Input, x)], [data.Output]), y => y.Dispose());
                    calls[Math.Max(call, 0)] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }

                run[c][round] = Statistics.Median(calls);
            }
        }

        for (int c = 0; c < cases.Length; c++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {cases[c].File.Name} | {cases[c].File.Weights} | {(cases[c].Prepacking ? "on" : "off")} | {Statistics.Median(open[c]):0.0} | {Statistics.Median(run[c]):0.000} |"));
        }
    }
}
