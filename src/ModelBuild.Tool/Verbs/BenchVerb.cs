using System.CommandLine;
using System.Globalization;
using ModelBuild.Compression.Data;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild bench FILE</c>: time and allocations per call, measured through the call that generated classes make.</summary>
internal static class BenchVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var options = new CommonOptions();
        Argument<string> file = CommonOptions.File("FILE", "The model.");
        var threads = new Option<int>("--threads") { Description = "Threads of one call; 0 lets the backend choose (default 1).", HelpName = "N", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure (default 3).", HelpName = "S", DefaultValueFactory = _ => 3 };
        Option<string> backend = BackendOption.Create("the model");
        threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
            {
                result.AddError("--threads can't be negative.");
            }
        });
        var command = new Command("bench", "Measure time and allocations per call.") { file, threads, backend, seconds, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Inputs, options.Shapes, options.Seed, options.Json, options.Quiet };
        command.SetAction(result =>
        {
            bool isCompiled = BackendOption.IsCompiled(result, backend);
            string path = result.GetRequiredValue(file);
            using RunnableModel? model = isCompiled ? null : RunnableModel.Open(path, options.ReadingOf(result));
            using Model? source = isCompiled ? ModelFormats.Read(path, null, options.ReadingOf(result)) : null;
            IDataSet data = ModelInputs.Read(source ?? model!.Model, result.GetValue(options.Inputs) ?? [], options.ShapesOf(result), result.GetValue(options.Seed), 1);
            var duration = TimeSpan.FromSeconds(Math.Clamp(result.GetValue(seconds), 0.01, 3600));
            BenchResult bench = Waiting.While("Measuring", result.GetValue(options.Quiet), () => source is not null
                ? CompiledBench.Run(source, path, data.GetBatch(0), result.GetValue(threads), duration, cancellationToken)
                : Benchmark.Run(model!, data.GetBatch(0), result.GetValue(threads), duration, cancellationToken));
            if (result.GetValue(options.Json))
            {
                WriteJson(bench, data.Name, isCompiled ? Runtime.CompiledBackend.Name : OnnxRuntime.OnnxRuntimeBackend.Name);
            }
            else if (!result.GetValue(options.Quiet))
            {
                Console.Out.WriteLine($"On {data.Name}; {bench.Provider}, {bench.Threads} {(bench.Threads == 1 ? "thread" : "threads")}, {bench.Calls} calls");
                Terminal.Table(
                    [">Open", ">Median", ">p95", ">Least", ">Allocated per call"],
                    [[Time(bench.OpenMilliseconds), Time(bench.MedianMilliseconds), Time(bench.P95Milliseconds), Time(bench.LeastMilliseconds), $"{bench.BytesPerCall} B"]]);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Time(double milliseconds) =>
        milliseconds < 1 ? (milliseconds * 1000).ToString("0.0", CultureInfo.InvariantCulture) + " µs" : milliseconds.ToString("0.00", CultureInfo.InvariantCulture) + " ms";

    private static void WriteJson(BenchResult bench, string data, string backend) => JsonOutput.Write("bench", w =>
    {
        w.WriteString("data", data);
        w.WriteString("backend", backend);
        w.WriteString("executionProvider", bench.Provider);
        w.WriteNumber("threads", bench.Threads);
        w.WriteNumber("calls", bench.Calls);
        w.WriteNumber("openMilliseconds", bench.OpenMilliseconds);
        w.WriteNumber("medianMilliseconds", bench.MedianMilliseconds);
        w.WriteNumber("p95Milliseconds", bench.P95Milliseconds);
        w.WriteNumber("leastMilliseconds", bench.LeastMilliseconds);
        w.WriteNumber("bytesAllocatedPerCall", bench.BytesPerCall);
    });
}
