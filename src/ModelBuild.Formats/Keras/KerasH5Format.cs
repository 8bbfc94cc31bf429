using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Hdf5;
using ModelBuild.Formats.Keras.Layers;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras;

/// <summary>Keras models in HDF5 files (<c>.h5</c>, <c>.hdf5</c>), as Keras 1 to 3 write them.</summary>
public sealed class KerasH5Format : IModelFormat
{
    /// <inheritdoc/>
    public string Name => "Keras H5";

    /// <inheritdoc/>
    public string Extension => ".h5";

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public IReadOnlyList<OperatorMapping> Operators => KerasOperators.All;

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path) => Hdf5File.IsHdf5(head);

    /// <inheritdoc/>
    /// <remarks>Computes in 32-bit floats, whatever the file's policy. Weights are read from the file when they are asked for.</remarks>
    public Model Read(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Hdf5File file = Hdf5File.Open(path, options.MaxUnpackedSize);
        try
        {
            (NetworkConfig network, KerasDialect dialect, string version) = H5Contents.Network(file, path);
            return KerasModels.Build(network, H5Contents.Weights(file, path), dialect, version, path, options, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public FileSummary? Summarize(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using Hdf5File file = Hdf5File.Open(path, options.MaxUnpackedSize);
        string version = file.Root.Text("keras_version") ?? file.Root.Group("model_weights")?.Text("keras_version") ?? "";
        LayerWeights weights = H5Contents.HasWeights(file) ? H5Contents.Weights(file, path) : new GroupWeights(file.Root);
        System.Text.Json.JsonElement? json = file.Root.Text("model_config") is null ? null : H5Contents.Config(file, path);
        return KerasModels.Summarize("Keras H5", version, json, weights);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => throw new ModelException("MB1012", "Keras H5 files can't be written.", path);
}
