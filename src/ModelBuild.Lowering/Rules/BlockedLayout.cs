using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Steps between the row-major and the blocked form of images.</summary>
internal static class BlockedLayout
{
    /// <summary>Channels in a block.</summary>
    public const int Block = 16;

    /// <summary>Adds the step from the blocked to the row-major form.</summary>
    public static void ToPlain(LoweringContext context, Value value, PlanDraft blocked) => throw new NotSupportedException($"{context}{value}{blocked}");
}
