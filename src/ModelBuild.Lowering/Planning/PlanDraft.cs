using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Planning;

/// <summary>A value of a plan that is being built.</summary>
internal sealed class PlanDraft(int index, string name, PlanValueKind kind, ElementType elementType, Shape? shape)
{
    /// <summary>Its index in the plan.</summary>
    public int Index { get; } = index;

    /// <summary>Name in the model, or what a step calls it.</summary>
    public string Name { get; } = name;

    /// <summary>What it is.</summary>
    public PlanValueKind Kind { get; } = kind;

    /// <summary>Type of the elements.</summary>
    public ElementType ElementType { get; } = elementType;

    /// <summary>The shape as numbers and formulas over the inputs' symbols, or null when it depends on the data.</summary>
    public Shape? Shape { get; } = shape;

    /// <summary>Where it lies.</summary>
    public PlanHome Home { get; set; }

    /// <summary>Offset or index; see <see cref="PlanHome"/>.</summary>
    public long Place { get; set; }

    /// <summary>The value whose memory it shares; itself when it is no alias.</summary>
    public PlanDraft? Root { get; set; }

    /// <summary>The content when it is a weight.</summary>
    public TensorData? Content { get; set; }
}
