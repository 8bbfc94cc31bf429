using System.CommandLine;
using System.Globalization;
using ModelBuild.Compression;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Quantize;
using ModelBuild.Compression.Report;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Passes;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Building;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild compress INPUT OUTPUT --quantize SCHEME</c>: what a build does for one item, without a project.</summary>
internal static class CompressVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CancellationToken cancellationToken)
    {
        var options = new CommonOptions();
        Argument<string> input = CommonOptions.File("INPUT", "The model.");
        Argument<string> output = CommonOptions.File("OUTPUT", "The model to write; reports are written beside it.");
        var quantize = new Option<string>("--quantize") { Description = $"Scheme: {string.Join(", ", CompressionSchemes.All.Select(s => s.Name))}.", HelpName = "SCHEME", Required = true };
        var calibration = new Option<string[]>("--calibration") { Description = "Data to measure errors on: .npz or .npy. Repeatable. Without it, generated inputs are used.", HelpName = "FILE" };
        var drop = new Option<double?>("--max-accuracy-drop") { Description = "Exit code 1, and no output, when 1 minus the cosine is larger.", HelpName = "0..1" };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 takes all cores (default 0). The result does not depend on it.", HelpName = "N", DefaultValueFactory = _ => 0 };
        var external = new Option<bool?>("--external-data") { Description = "Put weights into OUTPUT.data (default: only when the file would exceed 1.5 GB).", HelpName = "true|false" };
        var command = new Command("compress", "Make a model smaller, and report what that costs.") { input, output, quantize, calibration, drop, threads, external, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Shapes, options.Seed, options.Json, options.Quiet };
        command.SetAction(result =>
        {
            OnnxRuntimeCheck.Locate(null);
            string target = Path.GetFullPath(result.GetRequiredValue(output));
            bool quiet = result.GetValue(options.Quiet) || result.GetValue(options.Json);
            using Model model = ModelFormats.Read(result.GetRequiredValue(input), null, options.ReadingOf(result));
            FixedShapes.Apply(model, options.ShapesOf(result), (code, message) => new ModelException(code, message));
            PassList.Run(PassList.Normalization, model);
            ShapeInference.Run(model);
            var settings = new CompressionOptions
            {
                ClassName = Path.GetFileNameWithoutExtension(target),
                Quantize = result.GetRequiredValue(quantize),
                Calibration = result.GetValue(calibration) is { Length: > 0 } paths ? DataSets.Open(paths, model) : null,
                InputShapes = options.ShapesOf(result).ToDictionary(s => s.Key, s => (IReadOnlyList<long>)s.Value, StringComparer.Ordinal),
                Seed = result.GetValue(options.Seed),
                Threads = result.GetValue(threads),
            };
            var progress = new BuildOutput(quiet ? TextWriter.Null : Console.Out);
            CompressionResult compressed = Compressor.Run(model, settings, new CompressionProgressLines(settings.ClassName, progress), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            foreach (CompressionMessage message in compressed.Messages.Where(m => m.IsWarning))
            {
                progress.Warning(result.GetRequiredValue(input), message.Code, message.Text);
            }

            double? cosine = compressed.Report.Cosine;
            if (result.GetValue(drop) is { } limit && compressed.Report.Applied && !(1 - cosine <= limit))
            {
                Console.Error.WriteLine(ErrorText.Line(result.GetRequiredValue(input), "error", "MB3005", FormattableString.Invariant($"The compressed model agrees with the original to a cosine of {cosine:0.######}; --max-accuracy-drop {limit} asks for {1 - limit:0.######}.")));
                return ExitCode.CheckFailed;
            }

            List<string> files = [.. ModelFormats.Write(compressed.Model, target, new ModelWriteOptions { ExternalData = result.GetValue(external) })];
            files.AddRange(ReportFiles.Write(compressed, Path.Combine(Path.GetDirectoryName(target)!, settings.ClassName)));
            if (!quiet)
            {
                Console.Out.WriteLine(compressed.Report.Summary);
            }

            WrittenFiles.Print("compress", files, result.GetValue(options.Json), quiet, w =>
            {
                w.WriteString("scheme", compressed.Report.Scheme);
                w.WriteBoolean("applied", compressed.Report.Applied);
                w.WriteNumber("bytesBefore", compressed.Report.BytesBefore);
                w.WriteNumber("bytesAfter", compressed.Report.BytesAfter);
                w.WriteNumberOrNull("cosine", cosine);
            });
            return ExitCode.Done;
        });
        return command;
    }
}
