using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Compression.Compare;

/// <summary>A model file opened in ONNX Runtime for measuring.</summary>
internal sealed class ModelRunner : IDisposable
{
    private readonly OrtSession _session;
    private readonly string _what;

    private ModelRunner(OrtSession session, string what)
    {
        _session = session;
        _what = what;
    }

    /// <summary>Outputs in the model's order.</summary>
    public IEnumerable<string> OutputNames => _session.Outputs.Select(o => o.Name);

    /// <summary>
    /// Options for calls whose results are compared: weights in an external file stay mapped and no memory is kept between calls, so that several models can be open at a time.
    /// </summary>
    public static OrtSessionOptions ForComparing(int threads) => new()
    {
        Threads = threads,
        Prepacking = false,
        MemoryArena = false,
        Entries = OrtSessionOptions.ExactIntegerProducts,
    };

    /// <summary>Opens a model.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="what">What messages call it, such as <c>the original model</c>.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="ModelException">MB3007: ONNX Runtime can't load it.</exception>
    public static ModelRunner Open(string path, string what, OrtSessionOptions options)
    {
        try
        {
            return new ModelRunner(OrtSession.Open(path, options), what);
        }
        catch (OrtException e)
        {
            throw Failure(what, "load", e, path);
        }
    }

    /// <summary>Makes one call. Dispose the values.</summary>
    /// <exception cref="ModelException">MB3002: an input is missing. MB3007: ONNX Runtime can't run it.</exception>
    public OrtValue[] Run(IReadOnlyDictionary<string, TensorData> batch, IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        var inputs = new List<KeyValuePair<string, OrtValue>>();
        try
        {
            foreach (string name in _session.Inputs.Select(i => i.Name))
            {
                TensorData tensor = batch.TryGetValue(name, out TensorData? t) ? t : throw new ModelException("MB3002", $"The data has no content for input '{name}'.");
                inputs.Add(new(name, OrtTensors.ToOrt(tensor)));
            }

            return _session.Run(inputs, outputs, cancellationToken);
        }
        catch (OrtException e)
        {
            throw Failure(_what, "run", e);
        }
        finally
        {
            foreach (KeyValuePair<string, OrtValue> input in inputs)
            {
                input.Value.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // The file is a temporary one, and its name would differ from run to run.
    private static ModelException Failure(string what, string verb, OrtException e, string path = "?") =>
        new("MB3007", $"ONNX Runtime can't {verb} {what}: {e.Message.Replace(Path.GetFullPath(path), Path.GetFileName(path), StringComparison.Ordinal)}", null, e);
}
