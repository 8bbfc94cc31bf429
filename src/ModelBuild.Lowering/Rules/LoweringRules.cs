using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>The fast ways, in the order in which they are tried.</summary>
internal static class LoweringRules
{
    /// <summary>Every rule.</summary>
    public static IReadOnlyList<ILoweringRule> All { get; } =
    [
        new ConstantRule(),
        new AliasRule(),
        new AttentionRule(),
        new GemmRule(),
        new MatMulRule(),
        new SoftmaxRule(),
        new LayerNormalizationRule(),
        new BatchNormalizationRule(),
        new TransposeRule(),
        new GatherRule(),
        new MeanRule(),
        new ConvolutionRule(),
        new TransposedConvolutionRule(),
        new PoolingRule(),
        new BlockedConcatRule(),
        new UnaryRule(),
        new BinaryRule(),
        new RecurrenceRule(),
    ];

    private static readonly ILookup<(string, string), ILoweringRule> s_rules =
        All.SelectMany(r => r.Operators.Select(o => (o, r))).ToLookup(p => p.o, p => p.r);

    /// <summary>Whether a rule takes the node whatever its types are, so that no operator is needed.</summary>
    public static bool IsAlwaysHandled(Node node) => node is { Domain: "", OpType: "Constant" } or { Domain: FusedDomain };

    /// <summary>Operator set of the nodes that simplification makes.</summary>
    public const string FusedDomain = "modelbuild";

    /// <summary>Lowers a group by the first rule that takes it.</summary>
    public static bool TryLower(LoweringContext context, NodeGroup group)
    {
        foreach (ILoweringRule rule in s_rules[(group.Anchor.Domain, group.Anchor.OpType)])
        {
            string? reason = rule.TryLower(context, group);
            if (reason is null)
            {
                return true;
            }

            context.Builder.Decisions.Add(new LoweringDecision(group.Layer, $"{rule.GetType().Name} declines: {reason}"));
        }

        return false;
    }
}
