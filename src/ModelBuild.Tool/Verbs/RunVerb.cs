using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Formats;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Lowering;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tool.Compiling;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild run FILE</c>: one call of a model, outputs as <c>.npy</c> files.</summary>
internal static class RunVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var options = new CommonOptions();
        Argument<string> file = CommonOptions.File("FILE", "The model.");
        var outputs = new Option<string?>("--output-dir", "-o") { Description = "Folder for the outputs, <name>.npy each.", HelpName = "DIR" };
        var format = new Option<string>("--output-format") { Description = "npy (default) and pb write one file for each output, npz writes outputs.npz.", DefaultValueFactory = _ => "npy" };
        format.AcceptOnlyFromAmong("npy", "npz", "pb");
        var threads = new Option<int>("--threads") { Description = "Threads of the call; 0 takes all cores (default 0).", HelpName = "N", DefaultValueFactory = _ => 0 };
        Option<string> backend = BackendOption.Create("the model");
        var command = new Command("run", "Run a model once on given or generated inputs.") { file, backend, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Inputs, options.Shapes, options.Seed, outputs, format, threads, options.Json, options.Quiet };
        command.SetAction(result =>
        {
            if (BackendOption.IsCompiled(result, backend))
            {
                return RunCompiled(result.GetRequiredValue(file), options.ReadingOf(result), result.GetValue(threads), m => ModelInputs.Read(m, result.GetValue(options.Inputs) ?? [], options.ShapesOf(result), result.GetValue(options.Seed), 1), (results, inputs, data, time) =>
                {
                    if (result.GetValue(outputs) is { } folder)
                    {
                        Save(results, folder, result.GetRequiredValue(format));
                    }

                    Print(results, inputs, data, time, result.GetValue(options.Json), result.GetValue(options.Quiet));
                });
            }

            using RunnableModel model = RunnableModel.Open(result.GetRequiredValue(file), options.ReadingOf(result));
            IDataSet data = ModelInputs.Read(model.Model, result.GetValue(options.Inputs) ?? [], options.ShapesOf(result), result.GetValue(options.Seed), 1);
            using ModelRunner runner = ModelRunner.Open(model.Path, "the model", new OrtSessionOptions { Threads = result.GetValue(threads) });
            IReadOnlyDictionary<string, TensorData> inputs = data.GetBatch(0);
            var watch = Stopwatch.StartNew();
            OrtValue[] values = Waiting.While("Running", result.GetValue(options.Quiet), () => runner.Run(inputs, null, cancellationToken));
            double milliseconds = watch.Elapsed.TotalMilliseconds;
            try
            {
                var results = runner.OutputNames.Zip(values, OutputFact.Of).ToList();
                if (result.GetValue(outputs) is { } folder)
                {
                    Save(results, folder, result.GetRequiredValue(format));
                }

                Print(results, inputs, data.Name, milliseconds, result.GetValue(options.Json), result.GetValue(options.Quiet));
            }
            finally
            {
                Array.ForEach(values, v => v.Dispose());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int RunCompiled(string path, ModelReadOptions options, int threads, Func<Model, IDataSet> read, Action<List<OutputFact>, IReadOnlyDictionary<string, TensorData>, string, double> show)
    {
        using Model model = ModelFormats.Read(path, null, options);
        IDataSet data = read(model);
        IReadOnlyDictionary<string, TensorData> inputs = data.GetBatch(0);
        using var runner = new CompiledRunner(Lowerer.Lower(model), threads > 0 ? threads : Environment.ProcessorCount);
        var watch = Stopwatch.StartNew();
        TensorData?[] values = runner.RunChecked(inputs, path);
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        show([.. model.Graph.Outputs.Zip(values, (o, v) => OutputFact.Of(o.Name, v))], inputs, data.Name, milliseconds);
        return ExitCode.Done;
    }

    private static void Save(List<OutputFact> results, string folder, string format)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Unwritable(folder, e);
        }

        List<OutputFact> tensors = [.. results.Where(r => r.Tensor is not null)];
        if (format == "npz")
        {
            NpzFile.Write(Path.Combine(folder, "outputs.npz"), tensors.Select(r => KeyValuePair.Create(r.Name, r.Tensor!)));
            tensors.ForEach(r => r.File = "outputs.npz");
            return;
        }

        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (OutputFact result in tensors)
        {
            string name = FileName(result.Name);
            for (int i = 2; !taken.Add(name); i++)
            {
                name = FileName(result.Name) + "_" + i.ToString(CultureInfo.InvariantCulture);
            }

            result.File = $"{name}.{format}";
            string path = Path.Combine(folder, result.File);
            if (format == "pb")
            {
                OnnxTensorFile.Write(path, result.Tensor!, result.Name);
            }
            else
            {
                NpyFile.Write(path, result.Tensor!);
            }
        }
    }

    // The name comes from the model: no separators, no parent folder, nothing that a file system refuses.
    private static string FileName(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            text.Append(char.IsControl(c) || "/\\:*?\"<>|".Contains(c, StringComparison.Ordinal) ? '_' : c);
        }

        string safe = text.ToString().TrimEnd('.', ' ');
        return safe.Length == 0 ? "output" : safe.Length > 150 ? safe[..150] : safe;
    }

    private static void Print(List<OutputFact> results, IReadOnlyDictionary<string, TensorData> inputs, string data, double milliseconds, bool json, bool quiet)
    {
        if (json)
        {
            JsonOutput.Write("run", w =>
            {
                w.WriteString("data", data);
                w.WriteNumber("milliseconds", milliseconds);
                w.WriteStartArray("inputs");
                foreach ((string name, TensorData tensor) in inputs)
                {
                    w.WriteStartObject();
                    w.WriteString("name", name);
                    w.WriteString("type", tensor.ElementType.Name());
                    w.WriteSizes("shape", tensor.Dimensions);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
                w.WriteStartArray("outputs");
                foreach (OutputFact r in results)
                {
                    w.WriteStartObject();
                    w.WriteString("name", r.Name);
                    w.WriteString("type", r.Type);
                    w.WriteSizes("shape", r.Tensor is null ? [] : r.Tensor.Dimensions);
                    w.WriteNumberOrNull("min", r.Minimum);
                    w.WriteNumberOrNull("max", r.Maximum);
                    w.WriteNumberOrNull("mean", r.Mean);
                    if (r.File is { } file)
                    {
                        w.WriteString("file", file);
                    }

                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
        }
        else if (!quiet)
        {
            Console.Out.WriteLine(FormattableString.Invariant($"Ran on {data} in {milliseconds:0.00} ms"));
            foreach ((string name, TensorData tensor) in inputs)
            {
                Console.Out.WriteLine($"  {name}: {tensor}");
            }

            Terminal.Table(["Output", "Type", "Shape", ">Min", ">Max", ">Mean", "File"], [.. results.Select(r => new[] { r.Name, r.Type, r.Tensor is null ? "" : $"[{string.Join(',', r.Tensor.Dimensions.ToArray())}]", Number(r.Minimum), Number(r.Maximum), Number(r.Mean), r.File ?? "" })]);
        }
    }

    private static string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";
}
