using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Values of a plan as <see cref="CompiledPlan.Values"/> has them.</summary>
internal static class PlanEncoding
{
    public static long[] Encode(IEnumerable<PlanValueInfo> values)
    {
        var numbers = new List<long>();
        foreach (PlanValueInfo v in values)
        {
            numbers.AddRange([(long)v.Kind, v.ElementType, (long)v.Home, v.Place, v.First, v.Last, v.HasShape ? v.Shape.Count : -1]);
            numbers.AddRange(v.Shape.Select(n => n.IsSize ? -1 - n.Value : n.Value));
        }

        return [.. numbers];
    }
}
