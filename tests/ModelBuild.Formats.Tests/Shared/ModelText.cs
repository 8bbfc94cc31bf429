using System.Globalization;
using System.IO.Hashing;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests;

/// <summary>Everything a model holds as text, so that two models can be compared and a difference can be read.</summary>
internal static class ModelText
{
    public static string Of(Model model)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{model.ProducerName}|{model.ProducerVersion}|{model.Domain}|{model.ModelVersion}|{model.DocString}|{Hex(model.Unknown)}");
        text.AppendLine(Entries(model.Metadata));
        text.AppendLine(string.Join(';', model.OpsetImports));
        Append(text, model.Graph, "");
        foreach (Function f in model.Functions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"function {f.Domain}.{f.Name}:{f.Overload}|{f.DocString}|{string.Join(',', f.AttributeNames)}|{string.Join(';', f.OpsetImports)}|{Entries(f.Metadata)}");
            foreach ((string name, AttributeValue value) in f.AttributeDefaults)
            {
                Append(text, name, value, "  ");
            }

            Append(text, f.Body, "  ");
        }

        return text.ToString();
    }

    public static string Of(TensorData data) => data.Strings is { } strings
        ? $"{data}({data.DocString}) {string.Join(',', strings.Select(s => Convert.ToHexString(s.Span)))}"
        : $"{data}({data.DocString}) {Hash(data)}";

    private static string Hash(TensorData data)
    {
        var hash = new XxHash64();
        for (long i = 0; i < data.ByteLength; i += 1 << 20)
        {
            hash.Append(data.GetBytes(i, (int)Math.Min(1 << 20, data.ByteLength - i)));
        }

        return Convert.ToHexString(hash.GetCurrentHash());
    }

    private static string Of(SparseTensor s) => $"sparse {Of(s.Values)} at {Of(s.Indices)} in [{string.Join(',', s.Dimensions)}]";

    private static string Of(Value? v) => v is null ? "-" : $"{v.Name}<{v.Type} '{v.Type?.Denotation}' {v.DocString} {Entries(v.Metadata)}>";

    private static string Hex(byte[]? bytes) => bytes is null ? "-" : Convert.ToHexString(bytes);

    private static string Entries(SortedDictionary<string, string> entries) => string.Join(';', entries);

    private static void Append(StringBuilder text, Graph graph, string indent)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"{indent}graph {graph.Name}|{graph.DocString}|{Entries(graph.Metadata)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{indent}in {string.Join(", ", graph.Inputs.Select(Of))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{indent}out {string.Join(", ", graph.Outputs.Select(Of))}");
        foreach (Value i in graph.Initializers)
        {
            string content = graph.SparseInitializers.TryGetValue(i, out SparseTensor? s) ? $"{Of(s)} dense {Of(i.Initializer!)}" : Of(i.Initializer!);
            text.AppendLine(CultureInfo.InvariantCulture, $"{indent}init {Of(i)} = {content}");
        }

        foreach ((string name, SortedDictionary<string, string> roles) in graph.QuantizationAnnotations)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{indent}quant {name}: {Entries(roles)}");
        }

        foreach (Node n in graph.Nodes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{indent}node {n.Domain}.{n.OpType}:{n.Overload} '{n.Name}' {n.DocString} ({string.Join(", ", n.Inputs.Select(v => v?.Name ?? "-"))}) -> {string.Join(", ", n.Outputs.Select(Of))} {Entries(n.Metadata)} {Hex(n.Unknown)}");
            foreach ((string name, AttributeValue value) in n.Attributes)
            {
                Append(text, name, value, indent + "  ");
            }
        }
    }

    private static void Append(StringBuilder text, string name, AttributeValue value, string indent)
    {
        text.Append(indent).Append(name).Append(' ').Append(value.GetType().Name).Append(' ').Append(value.DocString).Append(" = ");
        text.AppendLine(value switch
        {
            FloatAttribute a => BitConverter.SingleToUInt32Bits(a.Value).ToString("X8", CultureInfo.InvariantCulture),
            IntAttribute a => a.Value.ToString(CultureInfo.InvariantCulture),
            StringAttribute a => Convert.ToHexString(a.Bytes.Span),
            TensorAttribute a => Of(a.Value),
            SparseTensorAttribute a => Of(a.Value),
            TypeAttribute a => a.Value.ToString(),
            FloatsAttribute a => string.Join(',', a.Values.Select(BitConverter.SingleToUInt32Bits)),
            IntsAttribute a => string.Join(',', a.Values),
            StringsAttribute a => string.Join(',', a.Values.Select(s => Convert.ToHexString(s.Span))),
            TensorsAttribute a => string.Join(',', a.Values.Select(Of)),
            SparseTensorsAttribute a => string.Join(',', a.Values.Select(Of)),
            TypesAttribute a => string.Join(',', a.Values),
            ReferenceAttribute a => $"@{a.Reference}:{a.Type}",
            _ => "",
        });
        foreach (Graph graph in value is GraphAttribute g ? [g.Value] : value is GraphsAttribute many ? many.Values : [])
        {
            Append(text, graph, indent + "  ");
        }
    }
}
