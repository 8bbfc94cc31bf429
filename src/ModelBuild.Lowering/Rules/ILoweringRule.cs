using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Rules;

/// <summary>A fast way for nodes of some operators. Stateless.</summary>
internal interface ILoweringRule
{
    /// <summary>Operators that the rule looks at, with their operator sets.</summary>
    IReadOnlyList<(string Domain, string OpType)> Operators { get; }

    /// <summary>Adds the steps for a node.</summary>
    /// <returns>Null when it did; otherwise why it declines, having added nothing.</returns>
    string? TryLower(LoweringContext context, Node node);
}
