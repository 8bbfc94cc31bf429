using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>Content of a value of any type that ONNX has.</summary>
public abstract record OnnxValue;

/// <summary>A dense tensor.</summary>
/// <param name="Data">The content.</param>
public sealed record OnnxTensorValue(TensorData Data) : OnnxValue;

/// <summary>A sparse tensor.</summary>
/// <param name="Data">The content.</param>
public sealed record OnnxSparseTensorValue(SparseTensor Data) : OnnxValue;

/// <summary>A list.</summary>
/// <param name="Items">The entries.</param>
public sealed record OnnxSequenceValue(IReadOnlyList<OnnxValue> Items) : OnnxValue;

/// <summary>A value that may be absent.</summary>
/// <param name="Value">The value, or null when absent.</param>
public sealed record OnnxOptionalValue(OnnxValue? Value) : OnnxValue;

/// <summary>A dictionary.</summary>
/// <param name="Keys">One dimension of integers or text.</param>
/// <param name="Values">One value for each key.</param>
public sealed record OnnxMapValue(TensorData Keys, IReadOnlyList<OnnxValue> Values) : OnnxValue;
