using ModelBuild.Graphs;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Planning;

/// <summary>Places values in the arena when all their sizes are numbers; otherwise the run time does, for each combination of sizes.</summary>
internal static class ArenaLayout
{
    /// <summary>Chooses the offsets.</summary>
    /// <returns>Bytes of the arena, or -1 when a size is symbolic.</returns>
    public static long Place(IReadOnlyList<PlanDraft> drafts, Lifetimes lifetimes)
    {
        List<PlanDraft> arena = [.. drafts.Where(d => d.Home == PlanHome.Arena)];
        if (arena.Exists(d => !d.Shape!.IsFixed))
        {
            return -1;
        }

        long[] bytes = [.. arena.Select(d => d.ElementType.ByteSize(d.Shape!.ElementCount!.Value))];
        int[] first = [.. arena.Select(lifetimes.First)];
        int[] last = [.. arena.Select(lifetimes.Last)];
        long[] offsets = new long[arena.Count];
        long total = ArenaPlanner.Place(bytes, first, last, offsets);
        for (int i = 0; i < offsets.Length; i++)
        {
            arena[i].Place = offsets[i];
        }

        return total;
    }
}
