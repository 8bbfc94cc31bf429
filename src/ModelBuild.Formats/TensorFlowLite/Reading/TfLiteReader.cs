using ModelBuild.Formats.Importing;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>Reads a .tflite file as a model.</summary>
internal static class TfLiteReader
{
    /// <inheritdoc cref="IModelFormat.Read"/>
    public static Model Read(string path, ModelReadOptions options)
    {
        MappedFile mapped = SourceFile.Map(path);
        Model? model = null;
        try
        {
            TfLiteFile file = TfLiteFile.Open(mapped);
            model = ImportedModel.Create("TensorFlow Lite", file.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            model.DocString = file.Description;
            Translate(file, Select(file, options), model);
            model.Own(mapped);
            return ImportedModel.Finish(model);
        }
        catch
        {
            model?.Dispose();
            mapped.Dispose();
            throw;
        }
    }

    /// <summary>The graph that the options choose: a signature's, or the first.</summary>
    /// <exception cref="ModelException">MB1015: there is no such signature.</exception>
    public static TfLiteSubgraph Select(TfLiteFile file, ModelReadOptions options)
    {
        if (string.IsNullOrEmpty(options.Signature))
        {
            return file.Subgraph(0);
        }

        foreach ((string key, int subgraph) in file.Signatures)
        {
            if (key == options.Signature)
            {
                return file.Subgraph(subgraph);
            }
        }

        throw new ModelException(
            "MB1015",
            file.Signatures.Count == 0
                ? $"The file has no signature '{options.Signature}', nor any other. Leave Signature out."
                : $"The file has no signature '{options.Signature}'. It has: {string.Join(", ", file.Signatures.Select(s => $"'{s.Key}'"))}.",
            file.Path);
    }

    private static void Translate(TfLiteFile file, TfLiteSubgraph subgraph, Model model)
    {
        model.Graph.Name = subgraph.Name.Length > 0 ? subgraph.Name : "main";
        var builder = new GraphBuilder(model);
        var state = new ReadState(file);
        var reader = new SubgraphReader(state, subgraph, builder);
        for (int i = 0; i < subgraph.Inputs.Length; i++)
        {
            TfLiteTensor tensor = subgraph.Tensors[subgraph.Inputs[i]];
            ElementType type = tensor.Type.ToElementType();
            if (type == ElementType.Undefined)
            {
                throw new ModelException("MB1004", $"Input '{tensor.Name}' has type {tensor.Type.Name()}, which ONNX does not have.", file.Path);
            }

            reader.Bind(subgraph.Inputs[i], builder.Input(tensor.Name.Length > 0 ? tensor.Name : $"input_{i}", type, tensor.Shape));
        }

        reader.Run();
        state.Unsupported.ThrowIfRead(file.Path);
        for (int i = 0; i < subgraph.Outputs.Length; i++)
        {
            string name = subgraph.Tensors[subgraph.Outputs[i]].Name;
            builder.Output(reader.Stored(subgraph.Outputs[i]), name.Length > 0 ? name : $"output_{i}");
        }
    }
}
