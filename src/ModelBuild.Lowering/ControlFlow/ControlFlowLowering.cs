using ModelBuild.Graphs;

namespace ModelBuild.Lowering.ControlFlow;

/// <summary>Operators that run graphs become statements of the plan.</summary>
internal static class ControlFlowLowering
{
    /// <summary>Whether a node is one of them.</summary>
    public static bool Handles(Node node) => node is { Domain: "", OpType: "If" or "Loop" or "Scan" or "SequenceMap" };

    /// <summary>Adds the statements.</summary>
    public static void Lower(LoweringContext context, Node node)
    {
        switch (node.OpType)
        {
            case "If":
                IfLowering.Lower(context, node);
                break;
            case "Loop":
                LoopLowering.Lower(context, node);
                break;
            case "SequenceMap":
                SequenceMapLowering.Lower(context, node);
                break;
            default:
                ScanLowering.Lower(context, node);
                break;
        }
    }

    /// <summary>The graph of an attribute.</summary>
    /// <exception cref="ModelException">MB1002: there is none.</exception>
    public static Graph GraphOf(Node node, string attribute) => node.GetGraph(attribute) ?? throw new ModelException("MB1002", $"{node.DisplayName} has no graph '{attribute}'.");
}
