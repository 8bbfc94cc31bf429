using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>Says what a file is that no reader takes, and how to get an ONNX model instead.</summary>
internal static class ForeignFiles
{
    /// <summary>The error for a file, or for a folder (whose head is empty).</summary>
    public static ModelException Explain(ReadOnlySpan<byte> head, string path)
    {
        if (head.IsEmpty)
        {
            return ForeignFormats.OfFolder(path) is { } folder ? Unsupported(path, folder) : new ModelException("MB1002", "A folder is not a model file. Name the file.", path);
        }

        if (head.StartsWith("version https://git-lfs.github.com/"u8))
        {
            return FileProblem.Damaged(path, "it is a Git LFS pointer in place of the file; run 'git lfs pull'");
        }

        if (head.StartsWith("<!DOCTYPE"u8) || head.StartsWith("<html"u8))
        {
            return FileProblem.Damaged(path, "it is a web page, saved in place of the file; download the file itself");
        }

        return ForeignFormats.OfFile(head, path) is { } format ? Unsupported(path, format) : FileProblem.Damaged(path, "its content is that of no known model format");
    }

    private static ModelException Unsupported(string path, ForeignFormat format) =>
        new("MB1005", $"The file is {format.Name}, which this version does not read. {format.Export}", path);
}

/// <summary>A format that is recognised and not read.</summary>
/// <param name="Name">As it stands in a sentence.</param>
/// <param name="Export">What to do, a sentence that ends with the command for whoever made the model.</param>
internal sealed record ForeignFormat(string Name, string Export);

/// <summary>Formats that are recognised by their content and not read.</summary>
internal static class ForeignFormats
{
    private const string TorchExport = "Export it where it was made: torch.onnx.export(model, example_inputs, \"model.onnx\", dynamo=True)";
    private const string TensorFlowExport = "Export it where it was made: python -m tf2onnx.convert ";
    private const string HuggingFaceExport = "Export the model that the weights belong to: optimum-cli export onnx --model NAME FOLDER";
    private const string MindSporeExport = "Export it where it was made: mindspore.export(net, example_inputs, file_name=\"model\", file_format=\"ONNX\")";

    private static readonly ForeignFormat s_savedModel = new("a TensorFlow SavedModel", TensorFlowExport + "--saved-model FOLDER --output model.onnx");
    private static readonly ForeignFormat s_frozenGraph = new("a TensorFlow GraphDef", TensorFlowExport + "--graphdef model.pb --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx");
    private static readonly ForeignFormat s_tensorFlowJs = new("a TensorFlow.js model", TensorFlowExport + "--tfjs model.json --output model.onnx");
    private static readonly ForeignFormat s_torchScript = new("a TorchScript archive", "Export it where it was made: torch.onnx.export(torch.jit.load(\"model.pt\"), example_inputs, \"model.onnx\", dynamo=False)");
    private static readonly ForeignFormat s_exportedProgram = new("an exported PyTorch program (.pt2)", "Export it where it was made: torch.onnx.export(torch.export.load(\"model.pt2\"), f=\"model.onnx\", dynamo=True)");
    private static readonly ForeignFormat s_torchArchive = new("a PyTorch archive, which holds weights without a graph", TorchExport);
    private static readonly ForeignFormat s_zip = new("a ZIP archive", "Unpack it and name the model in it.");
    private static readonly ForeignFormat s_gzip = new("a gzip archive", "Unpack it and name the model in it.");
    private static readonly ForeignFormat s_arrays = new("a NumPy archive, which holds arrays without a graph", "Use it as Calibration= data, and name a model.");
    private static readonly ForeignFormat s_pickle = new("a Python pickle, such as old PyTorch files and scikit-learn models", TorchExport + "; for scikit-learn: skl2onnx.to_onnx(model, example_inputs)");
    private static readonly ForeignFormat s_safetensors = new("a safetensors file, which holds weights without a graph", HuggingFaceExport);
    private static readonly ForeignFormat s_mindRecord = new("a MindRecord data set, which holds samples and no model", "Name the model file.");
    private static readonly ForeignFormat s_gguf = new("a GGUF file", HuggingFaceExport);
    private static readonly ForeignFormat s_executorch = new("an ExecuTorch program", TorchExport);
    private static readonly ForeignFormat s_executorchData = new("ExecuTorch data", TorchExport);
    private static readonly ForeignFormat s_mindSporeLite = new("a MindSpore Lite model", MindSporeExport);
    private static readonly ForeignFormat s_mindSporeCheckpoint = new("a MindSpore checkpoint, which holds weights without a graph", MindSporeExport);
    private static readonly ForeignFormat s_mindSporeEncrypted = new("an encrypted MindSpore file", MindSporeExport);
    private static readonly ForeignFormat s_paddle = new("a PaddlePaddle program", "Export it where it was made: paddle2onnx --model_dir FOLDER --model_filename inference.pdmodel --params_filename inference.pdiparams --save_file model.onnx");
    private static readonly ForeignFormat s_coreMl = new("a Core ML model", "Export the model that it was converted from, for example: " + TorchExport[TorchExport.IndexOf("torch", StringComparison.Ordinal)..]);
    private static readonly ForeignFormat s_openVino = new("an OpenVINO model", "Export the model that it was converted from, for example: " + TorchExport[TorchExport.IndexOf("torch", StringComparison.Ordinal)..]);
    private static readonly ForeignFormat s_ortFormat = new("a model in ONNX Runtime's own format (.ort)", "Name the .onnx file that it was converted from.");
    private static readonly ForeignFormat s_json = new("a JSON file", "Name the model file.");

    /// <summary>What a folder is, or null.</summary>
    public static ForeignFormat? OfFolder(string path) =>
        File.Exists(Path.Combine(path, "saved_model.pb")) ? s_savedModel
        : File.Exists(Path.Combine(path, "Manifest.json")) && Directory.Exists(Path.Combine(path, "Data")) ? s_coreMl
        : null;

    /// <summary>What a file is, or null.</summary>
    public static ForeignFormat? OfFile(ReadOnlySpan<byte> head, string path) => ByMagic(head) ?? ByText(head) ?? ByArchive(head, path) ?? ByProtobuf(head);

    private static ForeignFormat? ByMagic(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 8)
        {
            // FlatBuffers have their identifier at byte 4.
            ReadOnlySpan<byte> identifier = head.Slice(4, 4);
            ForeignFormat? flat = identifier.SequenceEqual("ORTM"u8) ? s_ortFormat
                : identifier.StartsWith("MSL"u8) ? s_mindSporeLite
                : identifier.StartsWith("ET"u8) && char.IsAsciiDigit((char)identifier[2]) ? s_executorch
                : identifier.StartsWith("FT0"u8) ? s_executorchData
                : null;
            if (flat is not null)
            {
                return flat;
            }
        }

        return head.StartsWith("GGUF"u8) ? s_gguf
            : head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? s_gzip
            : head.Length > 3 && head[0] is >= 0xd8 and <= 0xda && head[1..].StartsWith((ReadOnlySpan<byte>)[0x5e, 0x3a, 0x7f]) ? s_mindSporeEncrypted
            : head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5 ? s_pickle
            : head.Length > 24 && head[8..].StartsWith("{\"header_size\""u8) ? s_mindRecord
            : head.Length > 9 && head[8] == (byte)'{' && head[7] == 0 && head[6] == 0 && !head[..6].SequenceEqual(new byte[6]) ? s_safetensors
            : null;
    }

    private static ForeignFormat? ByText(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart("\u00ef\u00bb\u00bf \t\r\n"u8);
        if (text.StartsWith("<?xml"u8) || text.StartsWith("<net "u8))
        {
            return text.IndexOf("<net "u8) >= 0 ? s_openVino : null;
        }

        if (!text.StartsWith("{"u8))
        {
            return null;
        }

        return text.IndexOf("\"modelTopology\""u8) >= 0 || text.IndexOf("\"weightsManifest\""u8) >= 0 || text.IndexOf("graph-model"u8) >= 0 || text.IndexOf("layers-model"u8) >= 0 ? s_tensorFlowJs
            : text.IndexOf("\"pir\""u8) >= 0 ? s_paddle
            : s_json;
    }

    // The names of an archive stand at its end; they are looked for, not parsed, so that a damaged one is no danger.
    private static ForeignFormat? ByArchive(ReadOnlySpan<byte> head, string path)
    {
        const int TailSize = 1 << 16;
        if (!head.StartsWith("PK\x03\x04"u8))
        {
            return null;
        }

        byte[] tail = [];
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
            stream.Position = Math.Max(0, stream.Length - TailSize);
            tail = new byte[(int)(stream.Length - stream.Position)];
            stream.ReadExactly(tail);
        }
        catch (IOException)
        {
            // The head alone decides.
        }

        string names = Encoding.Latin1.GetString(head) + Encoding.Latin1.GetString(tail);
        return names.Contains("archive_format", StringComparison.Ordinal) || names.Contains("serialized_exported_program", StringComparison.Ordinal) ? s_exportedProgram
            : names.Contains("constants.pkl", StringComparison.Ordinal) ? s_torchScript
            : names.Contains("data.pkl", StringComparison.Ordinal) ? s_torchArchive
            : names.Contains(".npy", StringComparison.Ordinal) ? s_arrays
            : s_zip;
    }

    // Protobuf has no signature: the first fields decide.
    private static ForeignFormat? ByProtobuf(ReadOnlySpan<byte> head)
    {
        // SavedModel: schema version 1, then a graph whose own first field is a message.
        if (head.StartsWith((ReadOnlySpan<byte>)[0x08, 0x01, 0x12]) && Inner(head[2..]) is [0x0a, ..])
        {
            return s_savedModel;
        }

        // Core ML: specification version, then a description.
        if (head.Length > 3 && head[0] == 0x08 && head[1] is >= 1 and <= 20 && head[2] == 0x12 && Inner(head[2..]) is [0x0a, ..])
        {
            return s_coreMl;
        }

        if (head is not [0x0a, ..])
        {
            return null;
        }

        ReadOnlySpan<byte> inner = Inner(head);

        // PaddlePaddle: a block with index 0 and parent -1.
        if (inner.StartsWith((ReadOnlySpan<byte>)[0x08, 0x00, 0x10, 0xff, 0xff]))
        {
            return s_paddle;
        }

        if (inner is not [0x0a, ..])
        {
            return null;
        }

        // Both start with an entry that starts with a name: of a node with its operator's name, or of a tensor.
        ReadOnlySpan<byte> name = Inner(inner);
        ReadOnlySpan<byte> second = name.Length < inner.Length - 2 ? inner[(2 + name.Length)..] : [];
        return second is not [0x12, ..] || name.IsEmpty || name.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) >= 0 ? null
            : Inner(second) is [>= (byte)'A' and <= (byte)'Z' or (byte)'_', ..] ? s_frozenGraph
            : s_mindSporeCheckpoint;
    }

    /// <summary>Content of the length-delimited field that <paramref name="field"/> starts with, as far as it is there.</summary>
    private static ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> field)
    {
        long length = 0;
        int position = 1;
        for (int shift = 0; position < field.Length && shift < 35; shift += 7)
        {
            byte b = field[position++];
            length |= (long)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return field.Slice(position, (int)Math.Min(length, field.Length - position));
            }
        }

        return [];
    }
}
