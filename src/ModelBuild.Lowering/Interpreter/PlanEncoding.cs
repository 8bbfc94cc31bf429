using System.Globalization;
using System.Text;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Values of a plan as <see cref="CompiledPlan.Values"/> has them.</summary>
internal static class PlanEncoding
{
    public static byte[] Encode(IEnumerable<PlanValueInfo> values)
    {
        var text = new StringBuilder();
        foreach (PlanValueInfo v in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(long)v.Kind} {v.ElementType} {(long)v.Home} {v.Place} {v.First} {v.Last} {(v.HasShape ? v.Shape.Count : -1)}");
            foreach (PlanNumber n in v.Shape)
            {
                text.Append(CultureInfo.InvariantCulture, $" {(n.IsSize ? -1 - n.Value : n.Value)}");
            }

            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
