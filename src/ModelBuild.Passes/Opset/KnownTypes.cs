using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;

namespace ModelBuild.Passes.Opset;

/// <summary>Types that the model states or implies, for adapters whose rewrite depends on a rank.</summary>
internal sealed class KnownTypes
{
    /// <summary>The last version that brought a change which depends on a rank: the one that took the flattening from Softmax.</summary>
    private const long LastThatAsks = 13;

    private readonly InferenceResult? _inferred;

    private KnownTypes(InferenceResult? inferred) => _inferred = inferred;

    /// <summary>Infers types where adapters will ask for them. The model does not change: stated types stay, and so do missing ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isOneVersion">Whether all nodes are of the model's own operator set, which inference goes by.</param>
    public static KnownTypes Of(Model model, bool isOneVersion)
    {
        if (!isOneVersion || model.OpsetImports.GetValueOrDefault("", 1) >= LastThatAsks)
        {
            return new KnownTypes(null);
        }

        (Value Value, GraphType? Type)[] stated =
        [
            .. model.Graph.AllGraphs()
                .SelectMany(g => g.Inputs.Concat(g.Outputs).Concat(g.Initializers).Concat(g.Nodes.SelectMany(n => n.Outputs).OfType<Value>()))
                .Select(v => (v, v.Type)),
        ];
        InferenceResult result = ShapeInference.Run(model);
        foreach ((Value value, GraphType? type) in stated)
        {
            value.Type = type;
        }

        return new KnownTypes(result);
    }

    /// <summary>Element type and shape of a dense tensor, or null when nothing is known.</summary>
    public TensorType? Of(Value value)
    {
        if (value.Initializer is { } data)
        {
            return new TensorType(data.ElementType, Shape.Of(data.Dimensions));
        }

        TensorType? inferred = _inferred?.TypeOf(value) as TensorType;
        return value.Tensor is not { } stated ? inferred
            : stated.Shape is null && inferred?.Shape is not null ? stated with { Shape = inferred.Shape }
            : stated;
    }
}
