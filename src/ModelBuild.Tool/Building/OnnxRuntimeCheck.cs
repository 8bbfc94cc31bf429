using System.Text.RegularExpressions;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tool.Assets;

namespace ModelBuild.Tool.Building;

/// <summary>Asks ONNX Runtime whether it can run a model, and turns its refusal into a coded error.</summary>
internal static partial class OnnxRuntimeCheck
{
    private static readonly OrtSessionOptions s_options = new() { Optimization = OrtOptimization.None, Prepacking = false };

    /// <summary>Says where the native library is: the argument, else the environment variable <c>MODELBUILD_ORT_DIRECTORY</c>, else beside the program.</summary>
    public static void Locate(string? path)
    {
        // Standard error is for coded lines.
        OrtLibrary.Silence();
        if ((path ?? Environment.GetEnvironmentVariable("MODELBUILD_ORT_DIRECTORY")) is { Length: > 0 } chosen)
        {
            OrtLibrary.SetPath(chosen);
        }
    }

    /// <summary>Opens and closes a session.</summary>
    /// <returns>What ONNX Runtime said, or null when it can run the model.</returns>
    /// <exception cref="ModelException">ONNX Runtime can't be loaded.</exception>
    public static OrtException? TryOpen(string path)
    {
        try
        {
            OrtSession.Open(path, s_options).Dispose();
            return null;
        }
        catch (OrtException e) when (e.Code != OrtErrorCode.LibraryNotUsable)
        {
            return e;
        }
        catch (OrtException e)
        {
            throw Error(e, null, path);
        }
    }

    /// <summary>The coded error for what ONNX Runtime said.</summary>
    /// <param name="exception">What it said.</param>
    /// <param name="model">The model, to find the node that it means; null when unknown.</param>
    /// <param name="path">The model's file.</param>
    public static ModelException Error(OrtException exception, Model? model, string path)
    {
        if (exception.Code == OrtErrorCode.LibraryNotUsable)
        {
            return new ModelException("MB3007", $"ONNX Runtime, which the tool needs to run models, can't be used: {exception.Message}", path, exception);
        }

        Match match = UnknownOperator().Match(exception.Message);
        if (match.Success && FindNode(model, match) is var (type, domain, node))
        {
            return KnownDomains.Unsupported(type, domain, node, path);
        }

        // The file that it read is a copy of this program's; the model's own path stands before the message.
        return new ModelException("MB3007", $"ONNX Runtime can't run the model: {CopyName().Replace(exception.Message, "")}", path, exception);
    }

    private static (string Type, string Domain, string Node) FindNode(Model? model, Match match)
    {
        string type = match.Groups["op"].Value;
        Node? node = model?.Graph.AllNodes().Concat(model.Functions.SelectMany(f => f.Body.AllNodes())).FirstOrDefault(n => n.OpType == type);
        string domain = match.Groups["domain"].Success ? match.Groups["domain"].Value : "";
        return (type, node?.Domain ?? domain, node is null ? "" : node.Name.Length > 0 ? node.Name : node.Outputs.FirstOrDefault(o => o is not null)?.Name ?? "");
    }

    [GeneratedRegex(@"Load model from .*? failed: ?")]
    private static partial Regex CopyName();

    // Its three ways of saying so: the operator is unknown in that version, unknown at all, or has no kernel.
    [GeneratedRegex(@"(?:No Op registered for (?<op>\w+) with)|(?:(?<domain>[\w.]*):(?<op>\w+)\(-?\d+\) is not a registered function/op)|(?:Could not find an implementation for (?<op>\w+)\(\d+\))")]
    private static partial Regex UnknownOperator();
}
