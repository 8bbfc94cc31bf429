using System.CommandLine;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Passes;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild convert INPUT OUTPUT</c>: reads one format and writes another, or the same in another form.</summary>
internal static class ConvertVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new CommonOptions();
        Argument<string> input = CommonOptions.File("INPUT", "The model.");
        Argument<string> output = CommonOptions.File("OUTPUT", "The file to write; its extension tells the format.");
        var external = new Option<bool?>("--external-data") { Description = "Put weights into OUTPUT.data (default: only when the file would exceed 1.5 GB).", HelpName = "true|false" };
        var opset = new Option<long?>("--opset") { Description = $"Inline functions and raise ONNX's operator set to {Normalize.TargetOpset}; a newer one stays.", HelpName = "N" };
        opset.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is { } wanted and not Normalize.TargetOpset)
            {
                result.AddError($"--opset {wanted} is not possible; the operator set can be raised to {Normalize.TargetOpset}.");
            }
        });
        var weights = new Option<string?>("--weights") { Description = "Take the weights from this file: a checkpoint, a state_dict, safetensors.", HelpName = "FILE" };
        var map = new Option<string?>("--weights-map") { Description = "Lines of the form 'tensor in the file = initializer of the graph'.", HelpName = "FILE" };
        var command = new Command("convert", "Write a model in another format, or with fixed shapes, a newer operator set or weights beside it.") { input, output, external, opset, weights, map, options.Signature, options.EncryptionKey, options.MaxUnpackedSize, options.Shapes, options.Json, options.Quiet };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(input);
            using Model model = ModelFormats.Read(path, null, options.ReadingOf(result));
            if (result.GetValue(weights) is { } file)
            {
                IReadOnlyList<string> notes = SourceModel.Join(model, file, result.GetValue(map), options.ReadingOf(result));
                if (!result.GetValue(options.Quiet) && !result.GetValue(options.Json))
                {
                    notes.ToList().ForEach(Console.Out.WriteLine);
                }
            }

            FixedShapes.Apply(model, options.ShapesOf(result), (code, message) => new ModelException(code, message, path));
            if (result.GetValue(opset) is not null)
            {
                PassList.Run(PassList.Normalization, model);
            }

            IReadOnlyList<string> files = Waiting.While("Writing", result.GetValue(options.Quiet), () => ModelFormats.Write(model, result.GetRequiredValue(output), new ModelWriteOptions { ExternalData = result.GetValue(external) }));
            WrittenFiles.Print("convert", files, result.GetValue(options.Json), result.GetValue(options.Quiet), null);
            return ExitCode.Done;
        });
        return command;
    }
}
