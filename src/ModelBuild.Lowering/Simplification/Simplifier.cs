using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Passes that make a graph cheaper to run without changing what it computes.</summary>
internal static class Simplifier
{
    /// <summary>The passes, in order.</summary>
    public static IReadOnlyList<IPass> Passes { get; } = 
    [
        new IdentityRemoval(),
        new ConstantFolding(),
        new BatchNormalizationFolding(),
        new HardSwishFusion(),
        new ScaleShiftFolding(),
        new CommonSubexpressions(),
        new LayerNormalizationFusion(),
        new GeluFusion(),
        new DeadCodeRemoval(),
    ];

    /// <summary>Runs them.</summary>
    public static void Run(Model model, List<LoweringDecision> decisions) => Run(Passes, model, decisions);

    /// <summary>Runs some passes.</summary>
    public static void Run(IReadOnlyList<IPass> passes, Model model, List<LoweringDecision> decisions)
    {
        foreach (PassResult result in PassList.Run(passes, model))
        {
            decisions.AddRange(result.Entries.Select(e => new LoweringDecision(e.Where, $"{result.Pass}{(e.Applied ? "" : " declines")}: {e.Reason}")));
        }
    }
}
