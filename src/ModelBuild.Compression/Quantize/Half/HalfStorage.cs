using System.Globalization;
using ModelBuild.Compression.Calibrate;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Half;

/// <summary>Stores float32 weights in 16 bits and expands them in the graph: a cast of a constant, which ONNX Runtime folds when it loads the model. Tables are cast after the look-up.</summary>
internal sealed class HalfStorage(SchemeContext context, ElementType type)
{
    /// <summary>Weights of fewer bytes stay: the node would eat the gain.</summary>
    private const long SmallestWeight = 4096;

    /// <summary>
    /// Largest relative error of the weights. Rounding to 11 bits (float16) gives 0.0002, to 8 bits (bfloat16) 0.002; what is far above lost small numbers to the short exponent of float16.
    /// </summary>
    private double LargestError => type == ElementType.Float16 ? 0.001 : 0.005;

    /// <summary>Changes the model in place.</summary>
    public IReadOnlyList<LayerReport> Apply()
    {
        LiftConstants.Apply(context.Model, SmallestWeight);
        var layers = new List<(WeightGroup Group, HalfTensor? Tensor, string Reason)>();
        IReadOnlyList<WeightGroup> groups = WeightGroup.Find(context.Model.Graph, ElementType.Float32);
        foreach (WeightGroup group in groups)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            layers.Add(Prepare(group));
            context.Progress("Rounding weights", 0.5 * layers.Count / groups.Count);
        }

        Dictionary<WeightGroup, Measured?> errors = context.CanMeasure ? Measure(layers) : [];
        IReadOnlyList<LayerReport> reports = [.. layers.Where(l => l.Tensor is not null || l.Group.Data.ByteLength >= SmallestWeight).Select(l => ToReport(l.Group, l.Tensor, l.Reason, errors.GetValueOrDefault(l.Group)))];
        Rewrite(layers);
        return reports;
    }

    private (WeightGroup Group, HalfTensor? Tensor, string Reason) Prepare(WeightGroup group)
    {
        if (group.Fixed is { } reason)
        {
            return (group, null, reason);
        }

        if (group.Data.ByteLength < SmallestWeight)
        {
            return (group, null, LayerReport.TooSmall(group.Data.ByteLength, SmallestWeight));
        }

        HalfTensor? tensor = HalfTensor.Create(group.Data, type, out reason);
        return tensor?.RelativeError > LargestError
            ? (group, null, string.Create(CultureInfo.InvariantCulture, $"loses too much: relative error {tensor.RelativeError:G3} of at most {LargestError}"))
            : (group, tensor, reason);
    }

    private Dictionary<WeightGroup, Measured?> Measure(List<(WeightGroup Group, HalfTensor? Tensor, string Reason)> layers)
    {
        HashSet<Node> own = new(context.Model.Graph.Nodes, ReferenceEqualityComparer.Instance);
        var probes = new List<(WeightGroup Group, Probe Probe)>();
        foreach ((WeightGroup group, HalfTensor? tensor, _) in layers.Where(l => l.Tensor is not null))
        {
            probes.AddRange(group.Uses.Where(u => own.Contains(u.Node) && Probe.CanMeasure(u.Node)).Select(u => (group, new Probe(u.Node, u.Index, tensor!, RoundActivations: false))));
        }

        IReadOnlyList<Measured?> results = LayerErrors.Measure([.. probes.Select(p => p.Probe)], context);
        var errors = new Dictionary<WeightGroup, Measured?>();
        for (int i = 0; i < results.Count; i++)
        {
            errors[probes[i].Group] = Measured.Worse(errors.GetValueOrDefault(probes[i].Group), results[i]);
        }

        return errors;
    }

    private LayerReport ToReport(WeightGroup group, HalfTensor? tensor, string reason, Measured? error)
    {
        bool lookUps = group.Uses.All(IsLookUp);
        return LayerReport.Of(
            group, tensor, tensor is null ? "float32" : lookUps ? $"{type.Name()} rows, expanded after the look-up" : $"float32, {type.Name()} weights expanded on loading", tensor is null ? null : error, reason);
    }

    private static bool IsLookUp(WeightUse use) => use.Node is { OpType: "Gather", Domain: "" } && use.Index == 0;

    private void Rewrite(List<(WeightGroup Group, HalfTensor? Tensor, string Reason)> layers)
    {
        var names = new NameAllocator(context.Model.Graph);
        var editors = new Dictionary<Graph, GraphEditor>(ReferenceEqualityComparer.Instance);
        GraphEditor EditorOf(Graph graph) => editors.TryGetValue(graph, out GraphEditor? editor) ? editor : editors[graph] = new GraphEditor(graph, names);
        foreach ((WeightGroup group, HalfTensor? tensor, _) in layers.Where(l => l.Tensor is not null))
        {
            GraphEditor editor = EditorOf(group.Graph);
            Value stored = editor.AddInitializer($"{group.Weight.Name}_{type.Name()}", tensor!);
            group.Graph.Initializers.Remove(group.Weight);
            group.Weight.Initializer = null;
            foreach (WeightUse use in group.Uses.Where(IsLookUp))
            {
                LookUp(use, stored, EditorOf(use.Graph));
            }

            if (!group.Uses.All(IsLookUp))
            {
                Cast(editor.AddFor(group.Weight, "Cast", [stored]));
            }
        }

        foreach (GraphEditor editor in editors.Values)
        {
            editor.Apply();
        }
    }

    private static void LookUp(WeightUse use, Value stored, GraphEditor editor) => editor.Replace(use.Node, () =>
    {
        Value output = use.Node.Output(0)!;
        Node gather = editor.Add("Gather", [stored, use.Node.Input(1)], $"{output.Name}_stored");
        foreach ((string name, AttributeValue attribute) in use.Node.Attributes)
        {
            gather.Attributes[name] = attribute;
        }

        Cast(editor.AddFor(output, "Cast", [gather.Output(0)]));
    });

    private static void Cast(Node cast) => cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
}
