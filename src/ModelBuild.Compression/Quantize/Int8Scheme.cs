using ModelBuild.Passes;
using System.Globalization;
using ModelBuild.Compression.Calibrate;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Quantize.Int8;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize;

/// <summary>
/// <c>int8</c>: weights as signed 8-bit integers with a scale per channel. <c>MatMul</c> and <c>Gemm</c> multiply integers, with activations rounded per call; tables are looked up
/// as integers; convolutions and recurrent layers compute in float with weights that are expanded when the model is loaded. Each layer is measured, and one that loses too much
/// goes back a step: from integer arithmetic to stored integers, from there to float.
/// </summary>
public sealed class Int8Scheme : ICompressionScheme
{
    /// <summary>Weights of fewer bytes stay: scales and nodes would eat the gain.</summary>
    public const long SmallestWeight = 4096;

    /// <summary>Largest relative error of a layer's output for integer arithmetic. Rounding a bell-shaped activation to 8 bits gives about 0.01.</summary>
    public const double LargestIntegerError = 0.08;

    /// <summary>Largest relative error of a layer's output, and of the weights where the output is not measured, for stored integers. Rounding bell-shaped weights gives about 0.01.</summary>
    public const double LargestStoredError = 0.05;

    /// <summary>Cosine that every output of the model is to keep; layers go back a step, the worst first, until it does.</summary>
    public const double TargetCosine = 0.99;

    /// <inheritdoc/>
    public string Name => "int8";

    /// <inheritdoc/>
    public string Description => "Weights are signed 8-bit integers with a scale per channel; matrix products round their activations per call and multiply integers.";

    /// <inheritdoc/>
    public IReadOnlyList<LayerReport> Apply(SchemeContext context)
    {
        LiftConstants.Apply(context.Model, SmallestWeight);
        FoldBatchNormalization.Apply(context.Model, context.Notes);
        List<Int8Layer> layers = [.. WeightGroup.Find(context.Model.Graph, ElementType.Float32).Select(g => new Int8Layer(g))];
        var consumers = new ConsumerMap(context.Model.Graph);
        for (int i = 0; i < layers.Count; i++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            layers[i].Layout = Int8Layouts.Find(layers[i].Group, consumers);
            Prepare(layers[i], context.Options);
            context.Progress("Rounding weights", (i + 1.0) / layers.Count);
        }

        if (context.CanMeasure)
        {
            Measure(layers, context);
        }

        layers.ForEach(l => Decide(l, context));
        if (context.CanMeasure && layers.Exists(l => l.Level != Int8Level.Float))
        {
            new Int8Search(layers, context).Run();
        }

        IReadOnlyList<LayerReport> reports = [.. layers.Where(IsListed).Select(ToReport)];
        Int8Rewriter.Apply(context.Model, Plan(layers));
        return reports;
    }

    /// <summary>What <see cref="Int8Rewriter"/> is told.</summary>
    internal static Dictionary<string, (Int8Tensor Tensor, Int8Level Level)> Plan(IEnumerable<Int8Layer> layers) =>
        layers.Where(l => l.Level != Int8Level.Float).ToDictionary(l => l.Group.Weight.Name, l => (l.Tensor!, l.Level), StringComparer.Ordinal);

    private static void Prepare(Int8Layer layer, CompressionOptions options)
    {
        WeightGroup group = layer.Group;
        layer.AllowInteger = Providers.RunOnCpu(options);
        if (group.Fixed is { } reason)
        {
            layer.Reason = reason;
        }
        else if (layer.Layout is null)
        {
            layer.Reason = $"{string.Join(", ", group.Uses.Select(u => u.Node.OpType).Distinct())} keeps its constants";
        }
        else if (group.Data.ByteLength < SmallestWeight)
        {
            layer.Reason = LayerReport.TooSmall(group.Data.ByteLength, SmallestWeight);
        }
        else if ((layer.Tensor = Int8Tensor.Create(group.Data, layer.Layout)) is null)
        {
            layer.Reason = "the weights hold NaN or infinity";
        }
    }

    private static void Measure(List<Int8Layer> layers, SchemeContext context)
    {
        HashSet<Node> own = new(context.Model.Graph.Nodes, ReferenceEqualityComparer.Instance);
        var probes = new List<Probe>();
        var targets = new List<Action<Measured?>>();
        foreach (Int8Layer layer in layers.Where(l => l.Tensor is not null))
        {
            foreach (WeightUse use in layer.Group.Uses.Where(u => own.Contains(u.Node) && Probe.CanMeasure(u.Node)))
            {
                probes.Add(new Probe(use.Node, use.Index, layer.Tensor!, RoundActivations: false));
                targets.Add(m => layer.StoredError = Measured.Worse(layer.StoredError, m));
                if (Int8Layer.RuleOf(use, layer.Tensor!, Int8Level.Integer) is { RoundsActivations: true })
                {
                    probes.Add(new Probe(use.Node, use.Index, layer.Tensor!, RoundActivations: true));
                    targets.Add(m => layer.IntegerError = Measured.Worse(layer.IntegerError, m));
                }
            }
        }

        IReadOnlyList<Measured?> results = LayerErrors.Measure(probes, context);
        for (int i = 0; i < results.Count; i++)
        {
            targets[i](results[i]);
        }
    }

    private static void Decide(Int8Layer layer, SchemeContext context)
    {
        if (layer.Tensor is not { } tensor)
        {
            return;
        }

        double stored = layer.StoredError?.Relative ?? tensor.RelativeError;
        if (!(stored <= LargestStoredError))
        {
            layer.Reason = string.Create(CultureInfo.InvariantCulture, $"loses too much: relative error {stored:G3} of at most {LargestStoredError}");
            return;
        }

        layer.Level = Int8Level.Stored;
        if (!layer.CanBeInteger)
        {
            layer.Reason = string.Join("; ", layer.Group.Uses.Select(u => Int8Rules.For(u.Node, u.Index, tensor) is { RunsAs: not null } rule ? rule.WhyNot(u.Node, u.Index, tensor) : null).OfType<string>().Distinct());
        }
        else if (!layer.AllowInteger)
        {
            layer.Reason = $"{context.Options.ExecutionProviders[0]} has no fast integer product with rounding per call";
        }
        else if (layer.IntegerError is not { } integer)
        {
            layer.Reason = "the error of integer arithmetic was not measured";
        }
        else if (!(integer.Relative <= LargestIntegerError))
        {
            layer.Reason = string.Create(CultureInfo.InvariantCulture, $"rounded activations lose too much: relative error {integer.Relative:G3} of at most {LargestIntegerError}");
        }
        else
        {
            layer.Level = Int8Level.Integer;
        }
    }

    /// <summary>Layers that int8 knows, and other constants that are large enough to ask about.</summary>
    private static bool IsListed(Int8Layer layer) => layer.Group.Data.ByteLength >= 16 * SmallestWeight || layer.Layout is not null;

    private static LayerReport ToReport(Int8Layer layer)
    {
        WeightGroup group = layer.Group;
        bool compressed = layer.Level != Int8Level.Float;
        string runsAs = !compressed ? "float32"
            : string.Join("; ", group.Uses.Select(u => Int8Layer.RuleOf(u, layer.Tensor!, layer.Level)?.RunsAs ?? "float32, int8 weights expanded on loading").Distinct());
        return LayerReport.Of(group, compressed ? layer.Tensor : null, runsAs, layer.Error, layer.Reason);
    }
}
