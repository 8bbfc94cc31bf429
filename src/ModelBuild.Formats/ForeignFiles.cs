using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>Says what a file is that no reader takes, so that the message can say what to do.</summary>
internal static class ForeignFiles
{
    /// <summary>The error for a file, or for a folder (whose head is empty).</summary>
    public static ModelException Explain(ReadOnlySpan<byte> head, string path)
    {
        if (head.IsEmpty)
        {
            return File.Exists(Path.Combine(path, "saved_model.pb"))
                ? Unsupported(path, "a TensorFlow SavedModel")
                : new ModelException("MB1002", "A folder is not a model file. Name the file.", path);
        }

        if (head.StartsWith("version https://git-lfs.github.com/"u8))
        {
            return FileProblem.Damaged(path, "it is a Git LFS pointer in place of the file; run 'git lfs pull'");
        }

        if (head.StartsWith("<!DOCTYPE"u8) || head.StartsWith("<html"u8))
        {
            return FileProblem.Damaged(path, "it is a web page, saved in place of the file; download the file itself");
        }

        return Name(head) is { } name ? Unsupported(path, name) : FileProblem.Damaged(path, "its content is that of no known model format");
    }

    private static string? Name(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 8 && head.Slice(4, 4).SequenceEqual("TFL3"u8))
        {
            return "TensorFlow Lite";
        }

        if (head.Length >= 8 && head.Slice(4, 2).SequenceEqual("ET"u8) && char.IsAsciiDigit((char)head[6]))
        {
            return "ExecuTorch";
        }

        if (head.Length >= 4 && head[0] == 0x89 && head.Slice(1, 3).SequenceEqual("HDF"u8))
        {
            return "HDF5, such as Keras writes";
        }

        if (head.StartsWith("PK\x03\x04"u8))
        {
            return "a ZIP archive, such as PyTorch and Keras write";
        }

        if (head.Length > 9 && head[8] == (byte)'{' && head[..8].IndexOfAnyExcept((byte)0) is >= 0 and < 4 && head[7] == 0)
        {
            return "safetensors, which holds weights without a graph";
        }

        if (head.StartsWith("GGUF"u8))
        {
            return "GGUF";
        }

        if (head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
        {
            return "a Python pickle, such as old PyTorch files";
        }

        return head.StartsWith("{"u8) ? "JSON, such as TensorFlow.js writes" : null;
    }

    private static ModelException Unsupported(string path, string name) =>
        new("MB1005", $"The file is {name}, which this version does not read. Export the model to ONNX.", path);
}
