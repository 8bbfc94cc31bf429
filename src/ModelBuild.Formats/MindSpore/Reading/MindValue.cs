using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>What a name in a MindIR graph stands for while the graph is translated.</summary>
internal abstract record MindValue;

/// <summary>A tensor.</summary>
/// <param name="Value">The value in the graph that is built.</param>
internal sealed record MindTensor(Value Value) : MindValue;

/// <summary>A constant tensor that no graph holds yet: an attribute.</summary>
internal sealed record MindData(TensorData Data) : MindValue;

/// <summary>A number, a truth value or text that is known when the model is read.</summary>
/// <param name="Value">A <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or <see cref="string"/>.</param>
internal sealed record MindScalar(object Value) : MindValue;

/// <summary>A tuple or list.</summary>
internal sealed record MindTuple(IReadOnlyList<MindValue> Items) : MindValue;

/// <summary>An element type.</summary>
internal sealed record MindType(ElementType Type) : MindValue;

/// <summary>No value: Python's None, or one of the values that only order side effects.</summary>
internal sealed record MindNone : MindValue
{
    public static MindNone Instance { get; } = new();
}

/// <summary>A graph that can be called, with its first arguments when they are bound.</summary>
internal sealed record MindClosure(GraphProto Graph, IReadOnlyList<MindValue> Bound) : MindValue;

/// <summary>A choice between graphs that is made when the model runs.</summary>
/// <param name="Selector">A truth value, or an index into <paramref name="Branches"/>.</param>
/// <param name="IsIndex">Whether it is an index.</param>
/// <param name="Branches">What is called: for a truth value the one for true first.</param>
internal sealed record MindChoice(MindValue Selector, bool IsIndex, IReadOnlyList<MindValue> Branches) : MindValue;

/// <summary>What an operator that can't be translated gives: nothing that reads it is an error of its own.</summary>
internal sealed record MindUnknown : MindValue
{
    public static MindUnknown Instance { get; } = new();
}
