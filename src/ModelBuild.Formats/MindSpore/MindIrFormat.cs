using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.MindSpore.Primitives;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore;

/// <summary>MindSpore's MindIR.</summary>
internal sealed class MindIrFormat : IModelFormat
{
    /// <inheritdoc/>
    public string Name => "MindIR";

    /// <inheritdoc/>
    public string Extension => ".mindir";

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public IReadOnlyList<OperatorMapping> Operators => MindPrimitives.Mappings;

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path)
    {
        // An encrypted file shows nothing of what it holds, so its name decides.
        if (EncryptedFile.Recognizes(head))
        {
            return !path.EndsWith(".ckpt", StringComparison.OrdinalIgnoreCase);
        }

        return head.Length >= 7 && head[0] == 0x0a && head[1] is >= 5 and < 16 && char.IsAsciiDigit((char)head[2]) && head[3] == '.' && char.IsAsciiDigit((char)head[4]) && head[5] == '.';
    }

    /// <inheritdoc/>
    public Model Read(string path, ModelReadOptions options) => MindIrReader.Read(path, options);

    /// <inheritdoc/>
    public FileSummary? Summarize(string path, ModelReadOptions options) => MindIrSummary.Read(path, options);

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options) => throw new ModelException("MB1012", "MindIR can't be written yet.", path);
}
