using System.Runtime.InteropServices;
using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Quantize;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Compression.Calibrate;

/// <summary>An error that was measured on data.</summary>
/// <param name="Relative">Root mean square of the error over that of the value.</param>
/// <param name="Cosine">Cosine between both.</param>
internal readonly record struct Measured(double Relative, double Cosine)
{
    /// <summary>The larger error; one that is known rather than one that is not.</summary>
    public static Measured? Worse(Measured? a, Measured? b) => a is { } x && b is { } y ? (x.Relative >= y.Relative ? x : y) : a ?? b;
}

/// <summary>A question: how far is the first output of a node off when one of its weights is rounded, and perhaps its activations too?</summary>
/// <param name="Node">A node of the model's own graph, not of a nested one.</param>
/// <param name="Input">The input that is the weight.</param>
/// <param name="Tensor">The rounded weight.</param>
/// <param name="RoundActivations">Whether input 0 is rounded as <c>DynamicQuantizeLinear</c> does.</param>
internal sealed record Probe(Node Node, int Input, RoundedTensor Tensor, bool RoundActivations)
{
    /// <summary>Whether a node can be asked about: it has a first output, and runs twice the same.</summary>
    public static bool CanMeasure(Node node) => node.Output(0) is not null && !node.Subgraphs.Any();
}

/// <summary>
/// Measures layers one by one, each on the activations of the original model, so that a layer's number is what it adds itself. Beside each node a second one is put that
/// computes with the rounded values, and the model's only output becomes the sums of squares of both and of their difference: no activations leave ONNX Runtime.
/// </summary>
internal static class LayerErrors
{
    private const int SumsPerProbe = 3;

    /// <summary>At most this many bytes of weights are expanded at a time.</summary>
    private const long ChunkBytes = 256L << 20;

    private const int LargestBatchCount = 8;

    /// <summary>Answers the questions; null where the output has no finite, non-zero values.</summary>
    /// <exception cref="ModelException">MB3007: ONNX Runtime can't run the model.</exception>
    public static IReadOnlyList<Measured?> Measure(IReadOnlyList<Probe> probes, SchemeContext context)
    {
        var results = new List<Measured?>();
        using var folder = new TemporaryFolder(context.Options.TemporaryFolder);
        for (int start = 0; start < probes.Count;)
        {
            int count = 0;
            for (long bytes = 0; start + count < probes.Count && (count == 0 || bytes + (4 * probes[start + count].Tensor.ElementCount) <= ChunkBytes); count++)
            {
                bytes += 4 * probes[start + count].Tensor.ElementCount;
            }

            results.AddRange(MeasureChunk([.. probes.Skip(start).Take(count)], context, Path.Combine(folder.Path, "layers.onnx")));
            start += count;
            context.Progress("Measuring layers", (double)start / probes.Count);
        }

        return results;
    }

    private static Measured?[] MeasureChunk(IReadOnlyList<Probe> probes, SchemeContext context, string path)
    {
        string sums = WriteProbes(context.Model, probes, path);
        double[] totals = new double[probes.Count * SumsPerProbe];
        using var runner = ModelRunner.Open(path, "the original model", ModelRunner.ForComparing(context.Options.Threads) with { Optimization = OrtOptimization.None });
        for (int i = 0; i < Math.Min(context.Data.Count, LargestBatchCount); i++)
        {
            OrtValue[] values = runner.Run(context.Data.GetBatch(i), [sums], context.CancellationToken);
            ReadOnlySpan<float> batch = MemoryMarshal.Cast<byte, float>(values[0].Bytes);
            for (int k = 0; k < totals.Length; k++)
            {
                totals[k] += batch[k];
            }

            Array.ForEach(values, v => v.Dispose());
        }

        return [.. probes.Select((_, i) => ToMeasured(totals.AsSpan(i * SumsPerProbe, SumsPerProbe)))];
    }

    private static Measured? ToMeasured(ReadOnlySpan<double> sums)
    {
        (double error, double before, double after) = (sums[0], sums[1], sums[2]);
        if (!double.IsFinite(error + before + after) || before <= 0)
        {
            return null;
        }

        double cosine = after > 0 ? Math.Clamp((before + after - error) / (2 * Math.Sqrt(before) * Math.Sqrt(after)), -1, 1) : 0;
        return new Measured(Math.Sqrt(error / before), cosine);
    }

    /// <summary>Writes the model with the probes; leaves it in memory as it was.</summary>
    private static string WriteProbes(Model model, IReadOnlyList<Probe> probes, string path)
    {
        Graph graph = model.Graph;
        (int nodes, int initializers) = (graph.Nodes.Count, graph.Initializers.Count);
        Value[] outputs = [.. graph.Outputs];
        try
        {
            Value sums = new ProbeBuilder(graph).Build(probes);
            graph.Outputs.Clear();
            graph.Outputs.Add(sums);
            ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = true });
            return sums.Name;
        }
        finally
        {
            graph.Outputs.Clear();
            graph.Outputs.AddRange(outputs);
            graph.Nodes.RemoveRange(nodes, graph.Nodes.Count - nodes);
            graph.Initializers.RemoveRange(initializers, graph.Initializers.Count - initializers);
        }
    }

    private sealed class ProbeBuilder(Graph graph)
    {
        private readonly NameAllocator _names = new(graph);
        private readonly Dictionary<RoundedTensor, Value> _weights = [];
        private readonly Dictionary<Value, Value> _activations = [];

        public Value Build(IReadOnlyList<Probe> probes)
        {
            Value flat = graph.AddInitializer(_names.Next("probe_flat"), TensorData.Int64s(-1));
            var sums = new List<Value>();
            foreach (Probe probe in probes)
            {
                Node copy = Copy(probe);
                Value before = Add("Reshape", [probe.Node.Output(0), flat]);
                Value after = Add("Reshape", [copy.Output(0), flat]);
                sums.Add(Add("ReduceSumSquare", [Add("Sub", [before, after])]));
                sums.Add(Add("ReduceSumSquare", [before]));
                sums.Add(Add("ReduceSumSquare", [after]));
            }

            var all = new Value(_names.Next("probe_sums")) { Type = new TensorType(ElementType.Float32, Shape.Of(sums.Count)) };
            var concat = new Node("Concat", sums, [all]);
            concat.Attributes["axis"] = new IntAttribute(0);
            graph.Nodes.Add(concat);
            return all;
        }

        private Node Copy(Probe probe)
        {
            Node node = probe.Node;
            var copy = new Node(node.OpType, node.Inputs, node.Outputs.Select(o => o is null ? null : new Value(_names.Next("probe"))), node.Domain);
            foreach ((string name, AttributeValue attribute) in node.Attributes)
            {
                copy.Attributes.Add(name, attribute);
            }

            copy.Inputs[probe.Input] = Weight(probe.Tensor);
            if (probe.RoundActivations)
            {
                copy.Inputs[0] = Rounded(node.Inputs[0]!);
            }

            graph.Nodes.Add(copy);
            return copy;
        }

        private Value Weight(RoundedTensor tensor)
        {
            if (!_weights.TryGetValue(tensor, out Value? value))
            {
                Value numbers = Add("Cast", [graph.AddInitializer(_names.Next("probe_stored"), tensor)]);
                numbers.Producer!.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
                value = tensor.Scales is { } scales ? Add("Mul", [numbers, graph.AddInitializer(_names.Next("probe_scale"), scales)]) : numbers;
                _weights.Add(tensor, value);
            }

            return value;
        }

        private Value Rounded(Value activation)
        {
            if (!_activations.TryGetValue(activation, out Value? value))
            {
                var quantize = new Node("DynamicQuantizeLinear", [activation], [new Value(_names.Next("probe")), new Value(_names.Next("probe")), new Value(_names.Next("probe"))]);
                graph.Nodes.Add(quantize);
                _activations.Add(activation, value = Add("DequantizeLinear", quantize.Outputs));
            }

            return value;
        }

        private Value Add(string opType, IEnumerable<Value?> inputs)
        {
            var value = new Value(_names.Next("probe"));
            graph.Nodes.Add(new Node(opType, inputs, [value]));
            return value;
        }
    }
}
