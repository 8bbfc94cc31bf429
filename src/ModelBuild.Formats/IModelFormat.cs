using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>One file format of models. Stateless.</summary>
public interface IModelFormat
{
    /// <summary>Name in messages, manifests and <c>Format=</c>, such as <c>ONNX</c>.</summary>
    string Name { get; }

    /// <summary>Extension of written files with its dot; empty for a folder.</summary>
    string Extension { get; }

    /// <summary>Whether <see cref="Write"/> is supported.</summary>
    bool CanWrite => true;

    /// <summary>What becomes of each operator of the format, for the documentation; empty when the format's operators are ONNX's.</summary>
    IReadOnlyList<OperatorMapping> Operators => [];

    /// <summary>Whether a file looks like this format. Content decides, never the extension alone.</summary>
    /// <param name="head">Up to the first 4,096 bytes; empty for a folder.</param>
    /// <param name="path">The file or folder.</param>
    bool Recognizes(ReadOnlySpan<byte> head, string path);

    /// <summary>
    /// Reads a model as ONNX operators. Names, order, types and layouts of inputs and outputs are those of the file; weights stay in it
    /// where they can. Dispose the model to unmap it.
    /// </summary>
    /// <exception cref="ModelException">The file is not a valid model, or holds operators that have no counterpart (MB1013, all of them at once).</exception>
    Model Read(string path, ModelReadOptions options);

    /// <summary>What a file holds, also when <see cref="Read"/> would refuse it.</summary>
    /// <returns>Null when there is nothing to say that the model itself doesn't say.</returns>
    /// <exception cref="ModelException">The file is damaged.</exception>
    FileSummary? Summarize(string path, ModelReadOptions options) => null;

    /// <summary>Writes a model; all files or none appear. The model may be changed.</summary>
    /// <exception cref="ModelException">The folder can't be written, or the format can't express the model.</exception>
    /// <returns>Full paths of the files written.</returns>
    IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options);
}

/// <summary>An operator of a format and what it becomes.</summary>
/// <param name="Operator">Name in the format, such as <c>CONV_2D</c>.</param>
/// <param name="Onnx">ONNX operators that it is read as or written from.</param>
/// <param name="IsRead">Whether it is read.</param>
/// <param name="IsWritten">Whether it is written.</param>
public sealed record OperatorMapping(string Operator, string Onnx, bool IsRead, bool IsWritten);
