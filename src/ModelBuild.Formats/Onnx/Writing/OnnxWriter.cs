using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Writes an ONNX model and, when it is large or asked for, its external data.</summary>
internal static class OnnxWriter
{
    /// <summary>From here on weights go to a file of their own, unless the caller decides.</summary>
    private const long LargeModel = 1_500_000_000;

    public static IReadOnlyList<string> Write(Model model, string path, ModelWriteOptions options)
    {
        path = Path.GetFullPath(path);
        ExternalDataLayout? external = options.ExternalData == true ? MakeLayout(path, options) : null;
        MessageWriter message = Encode(model, external);
        if (options.ExternalData is null && message.Length > LargeModel)
        {
            external = MakeLayout(path, options);
            message = Encode(model, external);
        }

        if (message.Length > int.MaxValue)
        {
            throw new ModelException(
                "MB1012",
                $"The model would take {message.Length} bytes, but an ONNX file may not exceed {int.MaxValue}. Write weights as external data; what large constants remain are attributes of nodes.",
                path);
        }

        using var files = new AtomicFiles(options.Cancellation);
        if (external is { IsEmpty: false })
        {
            files.Add(path + ".data", stream => external.CopyTo(stream, options.Cancellation));
        }

        files.Add(path, stream => message.CopyTo(stream, options.Cancellation));
        return files.Commit();
    }

    private static ExternalDataLayout MakeLayout(string path, ModelWriteOptions options) =>
        new(Path.GetFileName(path) + ".data", Math.Max(1, options.ExternalDataAlignment), options.ExternalDataThreshold);

    private static MessageWriter Encode(Model model, ExternalDataLayout? external)
    {
        var message = new MessageWriter();
        message.Int(1, IrVersions.Needed(model));
        message.StringUnlessEmpty(2, model.ProducerName);
        message.StringUnlessEmpty(3, model.ProducerVersion);
        message.StringUnlessEmpty(4, model.Domain);
        message.IntUnlessZero(5, model.ModelVersion);
        message.StringUnlessEmpty(6, model.DocString);
        message.Message(7, new OnnxGraphWriter(new OnnxValueNames(model.Graph), external).Write(model.Graph));
        OnnxGraphWriter.WriteOpsets(message, 8, model.OpsetImports);
        OnnxTensorWriter.Entries(message, 14, model.Metadata);
        foreach (Function function in model.Functions)
        {
            message.Message(25, new OnnxGraphWriter(new OnnxValueNames(function.Body), null).Write(function));
        }

        message.Raw(model.Unknown);
        return message;
    }
}
