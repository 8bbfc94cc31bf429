using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>What a MindIR file holds, whether or not its primitives can be translated.</summary>
internal static class MindIrSummary
{
    /// <inheritdoc cref="IModelFormat.Summarize"/>
    public static FileSummary Read(string path, ModelReadOptions options)
    {
        var owned = new List<IDisposable>();
        try
        {
            ModelProto model = MindIrSkeleton.ReadModel(EncryptedFile.Open(path, options, owned.Add));
            GraphProto main = model.Graph ?? throw FileProblem.Damaged(path, "it has no graph");
            Dictionary<string, string> primitives = model.Primitives.GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().OpType, StringComparer.Ordinal);
            var operators = new SortedDictionary<string, int>(StringComparer.Ordinal);
            foreach (NodeProto node in model.Functions.Prepend(main).SelectMany(g => g.Node).Where(n => n.OpType != "Constant"))
            {
                bool isReference = node.OpType.StartsWith("REF::", StringComparison.Ordinal);
                string name = isReference ? primitives.GetValueOrDefault(node.OpType["REF::".Length..], "call") : node.OpType;
                operators[name] = operators.GetValueOrDefault(name) + 1;
            }

            return new FileSummary($"MindIR {model.IrVersion}", $"{model.ProducerName} {model.ModelVersion}".Trim())
            {
                Inputs = [.. main.Input.Where(i => i.Tensor.Count > 0).Select(i => Tensor(i.Name, i.Tensor[0]))],
                Outputs = [.. main.Output.Where(o => o.Tensor.Count > 0).Select(o => Tensor(o.Name, o.Tensor[0]))],
                Operators = operators,
                Weights = [.. model.Functions.Prepend(main).SelectMany(g => g.Parameter).Select(p => Tensor(p.RefKey.Length > 0 ? p.RefKey : p.Name, p))],
                Notes = model.Functions.Count > 0 ? [$"{model.Functions.Count} graphs besides the main one."] : [],
            };
        }
        finally
        {
            owned.ForEach(o => o.Dispose());
        }
    }

    private static SummarizedTensor Tensor(string name, TensorProto tensor) =>
        new(MindIrReader.PlainName(name), MindTypes.OfData(tensor.DataType).Name(), new Shape([.. tensor.Dims.Select(d => d < 0 ? Dimension.Unknown : d)]));
}
