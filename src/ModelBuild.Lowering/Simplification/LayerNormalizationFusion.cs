using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>
/// Recognises layer normalization over the last dimension spelled out in small operators:
/// <c>d = x - mean(x); y = d / sqrt(mean(d * d) + epsilon) * scale + bias</c>.
/// </summary>
internal sealed class LayerNormalizationFusion : IPass
{
    /// <inheritdoc/>
    public string Name => "LayerNormalizationFusion";

    /// <inheritdoc/>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        InferenceResult types = ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = false });
        foreach (Graph graph in model.Graph.AllGraphs())
        {
            foreach (Node divide in graph.Nodes.Where(n => n is { Domain: "", OpType: "Div" }).ToList())
            {
                if (Match(divide, types) is not { } match)
                {
                    continue;
                }

                var uses = new GraphUses(model);
                Node? scale = uses.Only(divide.Output(0)!) is { OpType: "Mul", Domain: "" } m && VectorOf(m, divide.Output(0)!, match.Size) is not null ? m : null;
                if (scale is null)
                {
                    entries.Add(new PassEntry(divide.DisplayName, false, "no scale of the last dimension follows."));
                    continue;
                }

                Value gamma = VectorOf(scale, divide.Output(0)!, match.Size)!;
                Node? shift = uses.Only(scale.Output(0)!) is { OpType: "Add", Domain: "" } a && VectorOf(a, scale.Output(0)!, match.Size) is not null ? a : null;
                Node last = shift ?? scale;
                List<Value?> inputs = [match.X, gamma];
                if (shift is not null)
                {
                    inputs.Add(VectorOf(shift, scale.Output(0)!, match.Size));
                }

                Value output = last.Output(0)!;
                last.SetOutput(0, null);
                var fused = new Node("LayerNormalization", inputs, [output]) { Name = divide.Name };
                fused.Attributes["axis"] = new IntAttribute(-1);
                fused.Attributes["epsilon"] = new FloatAttribute(match.Epsilon);
                graph.Nodes[graph.Nodes.IndexOf(last)] = fused;
                entries.Add(new PassEntry(divide.DisplayName, true, "small operators are one LayerNormalization."));
            }
        }

        return new PassResult(Name, entries);
    }

    private static (Value X, float Epsilon, long Size)? Match(Node divide, InferenceResult types)
    {
        if (Patterns.Producer(divide.Input(0), "Sub") is not { } difference || difference.Input(0) is not { } x
            || Patterns.Producer(difference.Input(1), "ReduceMean") is not { } mean || mean.Input(0) != x || !IsMeanOfLast(mean, types)
            || Patterns.Producer(divide.Input(1), "Sqrt") is not { } root
            || Patterns.WithScalar(Patterns.Producer(root.Input(0), "Add")) is not { } shifted
            || Patterns.Producer(shifted.Other, "ReduceMean") is not { } variance || !IsMeanOfLast(variance, types) || variance.Input(0) is not { Producer: { } square }
            || !IsSquareOf(square, difference.Output(0)!, mean, x)
            || types.TypeOf(x) is not TensorType { ElementType: ElementType.Float32, Shape: { Rank: > 0 } shape } || !shape[shape.Rank - 1].IsFixed)
        {
            return null;
        }

        return (x, shifted.Number, shape[shape.Rank - 1].Value);
    }

    // Some exporters compute the difference twice.
    private static bool IsSquareOf(Node node, Value value, Node mean, Value x)
    {
        bool IsDifference(Value? v) => v == value || (Patterns.Producer(v, "Sub") is { } other && other.Input(0) == x && other.Input(1) == mean.Output(0));
        return (node is { Domain: "", OpType: "Mul" } && IsDifference(node.Input(0)) && node.Input(1) == node.Input(0))
            || (node is { Domain: "", OpType: "Pow" } && IsDifference(node.Input(0)) && Patterns.IsScalar(node.Input(1), 2));
    }

    private static bool IsMeanOfLast(Node node, InferenceResult types) =>
        node.GetInt("keepdims", 1) == 1 && Patterns.Integers(node.Input(1)) is [var axis]
        && types.TypeOf(node.Input(0)!) is TensorType { Shape: { } shape } && (axis == -1 || axis == shape.Rank - 1);

    private static Value? VectorOf(Node node, Value other, long size)
    {
        Value? value = node.Input(0) == other ? node.Input(1) : node.Input(0);
        return value?.Initializer is { ElementType: ElementType.Float32, Rank: 1 } data && data.ElementCount == size ? value : null;
    }
}
