using System.Text.Json;

namespace ModelBuild.Formats.Keras.Config;

/// <summary>An output of one call of a layer.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Call">Which of its calls.</param>
/// <param name="Output">Which of the call's outputs.</param>
internal readonly record struct TensorReference(string Layer, int Call, int Output);

/// <summary>An argument of a call: tensors, or a constant.</summary>
/// <param name="Tensors">Tensors in order; empty for a constant.</param>
/// <param name="Constant">The JSON of a constant.</param>
internal sealed record Argument(IReadOnlyList<TensorReference> Tensors, JsonElement Constant);

/// <summary>One use of a layer.</summary>
/// <param name="Inputs">Tensors of the positional arguments, lists of them unfolded.</param>
/// <param name="Arguments">All positional arguments.</param>
/// <param name="Named">Arguments by name.</param>
internal sealed record CallConfig(IReadOnlyList<TensorReference> Inputs, IReadOnlyList<Argument> Arguments, IReadOnlyDictionary<string, Argument> Named)
{
    /// <summary>All tensors that the call needs.</summary>
    public IEnumerable<TensorReference> AllTensors => Inputs.Concat(Named.Values.SelectMany(a => a.Tensors));
}

/// <summary>A layer of a network.</summary>
/// <param name="ClassName">Keras' class.</param>
/// <param name="Name">Name, unique in its network.</param>
/// <param name="Config">Settings.</param>
internal sealed record LayerDescription(string ClassName, string Name, LayerConfig Config)
{
    /// <summary>Its uses, in order.</summary>
    public List<CallConfig> Calls { get; init; } = [];

    /// <summary>The network that the layer is, or null.</summary>
    public NetworkConfig? Network { get; init; }
}

/// <summary>Layers and how they are connected: a Functional or Sequential model, whichever version of Keras wrote it.</summary>
/// <param name="Name">Name.</param>
/// <param name="IsSequential">Whether it is a Sequential model.</param>
/// <param name="Layers">Layers in the file's order.</param>
/// <param name="Inputs">Inputs in order.</param>
/// <param name="Outputs">Outputs in order.</param>
internal sealed record NetworkConfig(string Name, bool IsSequential, IReadOnlyList<LayerDescription> Layers, IReadOnlyList<TensorReference> Inputs, IReadOnlyList<TensorReference> Outputs);
