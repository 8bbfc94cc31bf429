using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Passes;
using ModelBuild.Tool.Assets;

namespace ModelBuild.Tool.Verbs;

/// <summary>One input or output.</summary>
internal sealed record ValueFact(string Name, string Kind, string Type, Shape? Shape);

/// <summary>How often an operator stands in the graphs, or how many nodes a function has.</summary>
internal sealed record OperatorCount(string Domain, string Name, int Count);

/// <summary>Something that a pass left as it was.</summary>
internal sealed record DeclinedFact(string Pass, string Node, string Reason);

/// <summary>What <c>inspect</c> shows of a model file.</summary>
internal sealed record ModelFacts
{
    public required string File { get; init; }

    public required string Format { get; init; }

    public long FileBytes { get; init; }

    public long ExternalBytes { get; init; }

    public int ExternalFiles { get; init; }

    public long IrVersion { get; init; }

    public required IReadOnlyDictionary<string, long> Opsets { get; init; }

    public string Producer { get; init; } = "";

    public string Graph { get; init; } = "";

    public string Description { get; init; } = "";

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required IReadOnlyList<ValueFact> Inputs { get; init; }

    public required IReadOnlyList<ValueFact> Outputs { get; init; }

    /// <summary>Elements of all initializers.</summary>
    public long Parameters { get; init; }

    public long WeightBytes { get; init; }

    public int Initializers { get; init; }

    public required IReadOnlyDictionary<string, long> WeightTypes { get; init; }

    /// <summary>Nodes of the graph and of those nested in it, without the bodies of functions.</summary>
    public int Nodes { get; init; }

    public required IReadOnlyList<OperatorCount> Operators { get; init; }

    public required IReadOnlyList<OperatorCount> Functions { get; init; }

    /// <summary>What passes declined; null when they were not tried.</summary>
    public IReadOnlyList<DeclinedFact>? Declined { get; init; }

    /// <summary>Reads a model's header.</summary>
    /// <exception cref="ModelException">The file is not a valid model.</exception>
    public static ModelFacts Read(string path, bool tryPasses, ModelReadOptions? options = null)
    {
        IModelFormat format = ModelFormats.Sniff(path);
        using Model model = format.Read(path, options ?? ModelReadOptions.Default);
        IReadOnlyList<string> external = SourceFiles.External(model, path);
        List<TensorData> weights = [.. model.Graph.AllGraphs().SelectMany(g => g.Initializers).Select(v => v.Initializer).OfType<TensorData>()];
        List<Node> nodes = [.. model.Graph.AllNodes()];
        return new ModelFacts
        {
            File = Path.GetFileName(path),
            Format = format.Name,
            FileBytes = new FileInfo(path).Length,
            ExternalFiles = external.Count,
            ExternalBytes = external.Sum(f => new FileInfo(f).Length),
            IrVersion = model.IrVersion,
            Opsets = new SortedDictionary<string, long>(model.OpsetImports, StringComparer.Ordinal),
            Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim(),
            Graph = model.Graph.Name,
            Description = model.DocString.Length > 0 ? model.DocString : model.Graph.DocString,
            Metadata = new SortedDictionary<string, string>(model.Metadata, StringComparer.Ordinal),
            Inputs = [.. SignatureBuilder.RequiredInputs(model).Select(Fact)],
            Outputs = [.. model.Graph.Outputs.Select(Fact)],
            Parameters = weights.Sum(w => w.ElementCount),
            WeightBytes = weights.Sum(w => w.ByteLength),
            Initializers = weights.Count,
            WeightTypes = new SortedDictionary<string, long>(weights.GroupBy(w => w.ElementType).ToDictionary(g => g.Key.Name(), g => g.Sum(w => w.ByteLength)), StringComparer.Ordinal),
            Nodes = nodes.Count,
            // Text as the key: a grouping by a pair of texts would have to be compiled at start-up.
            Operators = [.. nodes.GroupBy(n => $"{n.Domain}\n{n.OpType}", StringComparer.Ordinal).Select(g => new OperatorCount(g.First().Domain, g.First().OpType, g.Count())).OrderByDescending(o => o.Count).ThenBy(o => o.Domain, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal)],
            Functions = [.. model.Functions.Select(f => new OperatorCount(f.Domain, f.Name, f.Body.Nodes.Count))],
            Declined = tryPasses ? TryPasses(model) : null,
        };
    }

    private static ValueFact Fact(Value value)
    {
        (string kind, ElementType element, Shape? shape) = SignatureBuilder.Describe(value.Type);
        return new ValueFact(value.Name, kind, element.Name(), shape);
    }

    private static List<DeclinedFact> TryPasses(Model model)
    {
        var declined = new List<DeclinedFact>();
        foreach (IPass pass in PassList.Normalization)
        {
            try
            {
                declined.AddRange(pass.Run(model).Entries.Where(e => !e.Applied).Select(e => new DeclinedFact(pass.Name, e.Where, e.Reason)));
            }
            catch (ModelException e)
            {
                declined.Add(new DeclinedFact(pass.Name, "", $"{e.Code}: {e.Message}"));
                break;
            }
        }

        InferenceResult inferred = ShapeInference.Run(model);
        declined.AddRange(inferred.Findings.Select(f => new DeclinedFact("ShapeInference", "", $"{f.Code}: {f.Message}")));
        declined.AddRange(inferred.Unresolved.Select(u => new DeclinedFact("ShapeInference", u.Node.DisplayName, u.Reason)));
        return declined;
    }
}
