using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>A fast way for nodes of some operators. Stateless.</summary>
internal interface ILoweringRule
{
    /// <summary>Anchors that the rule looks at, with their operator sets.</summary>
    IReadOnlyList<(string Domain, string OpType)> Operators { get; }

    /// <summary>Adds the steps for a group; its anchor is one of <see cref="Operators"/>.</summary>
    /// <returns>Null when it did; otherwise why it declines, having added nothing.</returns>
    string? TryLower(LoweringContext context, NodeGroup group);
}
