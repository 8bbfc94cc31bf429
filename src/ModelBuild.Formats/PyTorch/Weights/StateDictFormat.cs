using ModelBuild.Formats.PyTorch.Archive;
using ModelBuild.Formats.PyTorch.Pickle;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Weights;

/// <summary>Files of <c>torch.save</c>: a state_dict, a checkpoint or a pickled module, as ZIP archive or in the older form.</summary>
public sealed class StateDictFormat : IWeightsFormat
{
    /// <inheritdoc/>
    public string Name => "PyTorch state_dict";

    /// <inheritdoc/>
    public string Extension => ".pth";

    /// <inheritdoc/>
    public string ExportHint =>
        "Ask whoever made it to run, where the model's class is at hand: torch.jit.save(torch.jit.trace(model.eval(), example_inputs), \"model.pt\"), or torch.onnx.export(model.eval(), example_inputs, \"model.onnx\", dynamo=True)";

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path)
    {
        if (head.StartsWith(LegacyCheckpoint.Magic))
        {
            return true;
        }

        return head.StartsWith("PK\x03\x04"u8) && TorchFiles.TryOpen(path, a => a.Has("data.pkl") && !a.Has("constants.pkl") && !a.Has("archive_format"));
    }

    /// <inheritdoc/>
    public TensorFile Read(string path, ModelReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = new TensorFile();
        try
        {
            MappedFile file = SourceFile.Map(path);
            result.Own(file);
            (object? root, TensorViews views) = file.Length >= 4 && file.GetBytes(0, 4).SequenceEqual("PK\x03\x04"u8) ? ReadArchive(file, options) : LegacyCheckpoint.Read(file, options);
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, PickleTensor tensor) in StateDictionary.Find(root, result.Metadata))
            {
                string unique = name;
                for (int i = 1; !names.Add(unique); i++)
                {
                    unique = $"{name}#{i}";
                }

                result.Tensors.Add(new NamedTensor(unique, views.Open(tensor)));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(IReadOnlyList<NamedTensor> tensors, string path, ModelWriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(options);
        path = Path.GetFullPath(path);
        var pickle = new PickleWriter();
        pickle.BeginOrderedDictionary();
        for (int i = 0; i < tensors.Count; i++)
        {
            if (!PickleWriter.CanWrite(tensors[i].Data.ElementType))
            {
                throw new ModelException("MB1011", $"Tensor '{tensors[i].Name}' is of type {tensors[i].Data.ElementType.Name()}, which a PyTorch file can't hold.", path);
            }

            pickle.Text(tensors[i].Name);
            pickle.Tensor(tensors[i].Data, i);
        }

        pickle.EndItems();
        using var files = new AtomicFiles(options.Cancellation);
        files.Add(path, stream =>
        {
            var archive = new TorchArchiveWriter(stream, "archive/");
            archive.Add("data.pkl", pickle.Finish());
            archive.Add("byteorder", "little");
            for (int i = 0; i < tensors.Count; i++)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                archive.Add($"data/{i}", tensors[i].Data);
            }

            archive.Add("version", "3\n");
            archive.Finish();
        });
        return files.Commit();
    }

    private static (object? Root, TensorViews Views) ReadArchive(MappedFile file, ModelReadOptions options)
    {
        var archive = new TorchArchive(file, options.MaxUnpackedSize);
        if (archive.Has("byteorder") && archive.ReadText("byteorder").Trim() == "big")
        {
            throw archive.Damaged("it was written on a big-endian machine; save it again on a usual one");
        }

        object? root = new PickleMachine(archive.ReadBytes("data.pkl"), file.Path, "data.pkl").Read();
        return (root, new TensorViews(file.Path, options.MaxUnpackedSize, (key, type, count) => archive.ReadTensor($"data/{key}", type, count)));
    }
}
