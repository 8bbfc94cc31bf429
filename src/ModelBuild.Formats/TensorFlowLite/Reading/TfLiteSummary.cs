using System.Globalization;
using ModelBuild.Formats.TensorFlowLite.Ops;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>What a .tflite file holds, whether or not it can be translated.</summary>
internal static class TfLiteSummary
{
    /// <inheritdoc cref="IModelFormat.Summarize"/>
    public static FileSummary Of(string path, ModelReadOptions options)
    {
        using MappedFile mapped = SourceFile.Map(path);
        TfLiteFile file = TfLiteFile.Open(mapped);
        TfLiteSubgraph main = TfLiteReader.Select(file, options);
        var operators = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var weights = new List<SummarizedTensor>();
        for (int i = 0; i < file.SubgraphCount; i++)
        {
            TfLiteSubgraph subgraph = file.Subgraph(i);
            foreach (TfLiteOperator op in subgraph.Operators)
            {
                operators[op.Name] = operators.GetValueOrDefault(op.Name) + 1;
            }

            weights.AddRange(subgraph.Tensors.Where(t => t.ExternalBuffer != 0 || file.Content(t.Buffer).Length > 0).Select(Tensor));
        }

        return new FileSummary($"TensorFlow Lite {file.Version}", file.Description)
        {
            Signatures = [.. file.Signatures.Select(s => s.Key)],
            Inputs = [.. main.Inputs.Select(t => Tensor(main.Tensors[t]))],
            Outputs = [.. main.Outputs.Select(t => Tensor(main.Tensors[t]))],
            Operators = operators,
            Weights = weights,
            Notes = [.. Notes(file, operators)],
        };
    }

    private static SummarizedTensor Tensor(TfLiteTensor tensor) => new(tensor.Name, tensor.Type.Name() + Scale(tensor), tensor.Shape);

    private static string Scale(TfLiteTensor tensor) => tensor.Scales.Length switch
    {
        0 => tensor.Blocks is { } blocks ? $" (blocks of {blocks.BlockSize})" : "",
        1 => string.Create(CultureInfo.InvariantCulture, $" (scale {tensor.Scales[0]}, zero point {(tensor.ZeroPoints.Length > 0 ? tensor.ZeroPoints[0] : 0)})"),
        var n => $" ({n} scales along axis {tensor.QuantizedDimension})",
    };

    private static IEnumerable<string> Notes(TfLiteFile file, SortedDictionary<string, int> operators)
    {
        if (file.SubgraphCount > 1)
        {
            yield return $"{file.SubgraphCount} graphs";
        }

        string[] unknown = [.. operators.Keys.Where(o => TfLiteOps.Find(o) is null)];
        if (unknown.Length > 0)
        {
            yield return $"Operators that can't be read: {string.Join(", ", unknown)}";
        }

        string[] metadata = [.. file.MetadataNames.Where(n => n.Length > 0).Distinct().Take(20)];
        if (metadata.Length > 0)
        {
            yield return $"Metadata: {string.Join(", ", metadata)}";
        }
    }
}
