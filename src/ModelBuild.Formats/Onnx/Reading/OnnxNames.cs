using Google.Protobuf;
using Google.Protobuf.Collections;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Conventions of ONNX's names.</summary>
internal static class OnnxNames
{
    /// <summary>The domain with ONNX's own written as empty.</summary>
    public static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>Copies operator-set versions; of a repeated domain the highest counts.</summary>
    public static void CopyOpsets(RepeatedField<OperatorSetIdProto> imports, SortedDictionary<string, long> destination)
    {
        foreach (OperatorSetIdProto import in imports)
        {
            string domain = Domain(import.Domain);
            destination[domain] = Math.Max(import.Version, destination.GetValueOrDefault(domain));
        }
    }

    /// <summary>The node's fields 10 with their tags.</summary>
    public static byte[] DeviceConfigurations(RepeatedField<ByteString> messages)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            foreach (ByteString message in messages)
            {
                output.WriteTag(10, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(message);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>
    /// Gives values of nested graphs another name where a graph that was seen before has it: ONNX allows one name in two branches, and some exporters
    /// reuse names of outer graphs, but here a name means one value.
    /// </summary>
    public static void MakeUnique(Graph graph)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        List<Graph> all = [.. graph.AllGraphs()];
        if (all.Count == 1)
        {
            return;
        }

        // The names of the file that no renamed value may take.
        var present = new NameAllocator(graph);
        foreach (Graph g in all)
        {
            var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
            var seen = new HashSet<Value>(ReferenceEqualityComparer.Instance);
            foreach (Value value in g.Inputs.Concat(g.Initializers).Concat(g.Nodes.SelectMany(n => n.Outputs).OfType<Value>()))
            {
                if (seen.Add(value) && !taken.Add(value.Name))
                {
                    string name = present.Next(value.Name);
                    renamed.Add(value.Name, name);
                    value.Name = name;
                    taken.Add(name);
                }
            }

            RenameAnnotations(g, renamed);
        }
    }

    private static void RenameAnnotations(Graph graph, Dictionary<string, string> renamed)
    {
        if (renamed.Count == 0 || graph.QuantizationAnnotations.Count == 0)
        {
            return;
        }

        List<KeyValuePair<string, SortedDictionary<string, string>>> annotations = [.. graph.QuantizationAnnotations];
        graph.QuantizationAnnotations.Clear();
        foreach ((string name, SortedDictionary<string, string> roles) in annotations)
        {
            foreach (string role in roles.Keys.ToArray())
            {
                roles[role] = renamed.GetValueOrDefault(roles[role], roles[role]);
            }

            graph.QuantizationAnnotations[renamed.GetValueOrDefault(name, name)] = roles;
        }
    }
}
