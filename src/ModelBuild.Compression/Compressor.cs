using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Quantize;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression;

/// <summary>Makes models smaller, and says what that cost.</summary>
public static class Compressor
{
    /// <summary>Batches of seeded random inputs that errors are measured on when there is no calibration data.</summary>
    public const int RandomBatches = 2;

    // Sizes tried in turn for dimensions that the model leaves open, until it runs.
    private static readonly long[] s_sizes = [16, 64, 128, 224, 320, 512, 640];

    /// <summary>Compresses a model as the options ask.</summary>
    /// <param name="model">The model, with functions inlined and of opset 13 or newer (see the pass <c>Normalize</c>). It is not changed.</param>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Receives how far the work is.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left behind.</param>
    /// <exception cref="ModelException">MB3003: no such scheme. MB3002: the data does not fit the model. MB3007: ONNX Runtime can't run the model on the calibration data.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled.</exception>
    public static CompressionResult Run(Model model, CompressionOptions options, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ICompressionScheme? scheme = options.Quantize == "none" ? null : CompressionSchemes.Get(options.Quantize);
        using var folder = new TemporaryFolder(options.TemporaryFolder);
        var run = new CompressionRun(model, options, folder.Path, progress ?? new Progress<CompressionProgress>(), cancellationToken);
        return scheme is null ? run.Unchanged() : run.Compress(scheme);
    }

    /// <summary>The inputs that a model is measured on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The model as an ONNX file.</param>
    /// <param name="options">Calibration data, seed and shapes.</param>
    /// <param name="problem">Why the model does not run on random inputs, else null.</param>
    /// <param name="cancellationToken">Ends the trials.</param>
    internal static IDataSet ChooseData(Model model, string path, CompressionOptions options, out string? problem, CancellationToken cancellationToken)
    {
        problem = null;
        using var runner = ModelRunner.Open(path, "the original model", ModelRunner.ForComparing(options.Threads));
        if (options.Calibration is { } calibration)
        {
            Try(runner, calibration, cancellationToken);
            return calibration;
        }

        IDataSet? first = null;
        foreach (long size in s_sizes)
        {
            var data = new RandomInputs(model, new RandomInputOptions { Seed = options.Seed, Count = RandomBatches, Shapes = options.InputShapes, DefaultSize = size });
            first ??= data;
            try
            {
                Try(runner, data, cancellationToken);
                problem = null;
                return data;
            }
            catch (ModelException e)
            {
                problem ??= e.Message;
            }
        }

        return first!;
    }

    private static void Try(ModelRunner runner, IDataSet data, CancellationToken cancellationToken) => Array.ForEach(runner.Run(data.GetBatch(0), null, cancellationToken), v => v.Dispose());
}
