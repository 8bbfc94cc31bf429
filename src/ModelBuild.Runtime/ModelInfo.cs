namespace ModelBuild;

/// <summary>A model's names, types, shapes and origin. Immutable.</summary>
public sealed class ModelInfo
{
    /// <summary>Name of the generated class.</summary>
    public required string Name { get; init; }

    /// <summary>File name of the model that it was generated from.</summary>
    public required string ModelFile { get; init; }

    /// <summary>SHA-256 of that file in lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The model's own description; empty when it has none.</summary>
    public string Description { get; init; } = "";

    /// <summary>Program that wrote the model, with its version.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Licence as the model's metadata states it; empty when it does not.</summary>
    public string License { get; init; } = "";

    /// <summary><c>Compiled</c> or <c>OnnxRuntime</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>How the weights are stored, such as <c>int8</c>; <c>none</c> when unchanged.</summary>
    public string Quantization { get; init; } = "none";

    /// <summary>Every input of the model in its order, those that the class feeds by itself among them.</summary>
    public required IReadOnlyList<TensorInfo> Inputs { get; init; }

    /// <summary>Every output of the model in its order.</summary>
    public required IReadOnlyList<TensorInfo> Outputs { get; init; }
}
