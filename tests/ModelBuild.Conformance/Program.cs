using ModelBuild.Conformance.Formats;
using ModelBuild.Conformance.Models;
using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance;

/// <summary>Runs conformance suites and the corpus; see <see cref="Usage"/>.</summary>
internal static class Program
{
    private const string Usage = """
        suite DIR --engine onnxruntime|rewritten [--filter REGEX] [--tsv FILE]
            every folder below DIR with model.onnx and test_data_set_*; the last line counts
        models DIR [--engine compiled] [--filter REGEX] [--shapes name=1,3;...] [--tsv FILE]
            every ONNX file below DIR on random inputs, compared with ONNX Runtime within 1e-4
        formats DIR [--tsv FILE]
            every model file below DIR: read, run, compared with recorded outputs
        """;

    private static int Main(string[] args)
    {
        try
        {
            return args switch
            {
                ["suite", var folder, .. var options] => SuiteCommand.Run(folder, options),
                ["models", var folder, .. var options] => ModelsCommand.Run(folder, options),
                ["formats", var folder, .. var options] => FormatsCommand.Run(folder, options),
                ["worker", var job] => Worker.Serve(job),
                _ => Fail(Usage),
            };
        }
        catch (UsageException e)
        {
            return Fail($"{e.Message}\n{Usage}");
        }
    }

    private static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 2;
    }
}

/// <summary>The command line is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
