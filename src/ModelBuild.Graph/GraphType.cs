namespace ModelBuild.Graphs;

/// <summary>Type of a <see cref="Value"/>, after ONNX's <c>TypeProto</c>.</summary>
public abstract record GraphType
{
    /// <summary>What the value denotes, such as <c>IMAGE</c>; empty when the model does not say.</summary>
    public string Denotation { get; init; } = "";
}

/// <summary>A dense tensor.</summary>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Shape">The dimensions, or null when not even the rank is known.</param>
public sealed record TensorType(ElementType ElementType, Shape? Shape) : GraphType;

/// <summary>A sparse tensor.</summary>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Shape">The dense dimensions, or null when not even the rank is known.</param>
public sealed record SparseTensorType(ElementType ElementType, Shape? Shape) : GraphType;

/// <summary>A list of values of one type.</summary>
/// <param name="Element">Type of each entry.</param>
public sealed record SequenceType(GraphType? Element) : GraphType;

/// <summary>A value that may be absent.</summary>
/// <param name="Element">Type of the value when present.</param>
public sealed record OptionalType(GraphType? Element) : GraphType;

/// <summary>A dictionary.</summary>
/// <param name="Key">Type of the keys: an integer type or string.</param>
/// <param name="Value">Type of the values.</param>
public sealed record MapType(ElementType Key, GraphType? Value) : GraphType;

/// <summary>A type that only its own domain understands.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Name">The type's name there.</param>
public sealed record OpaqueType(string Domain, string Name) : GraphType;
