using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>
/// Values in channel blocks of 16 (<c>[N, ceil(C/16), H, W, 16]</c>) beside or instead of the row-major form. Conversions are added where a step
/// asks for the form that is not there, once.
/// </summary>
internal sealed class BlockedValues
{
    private readonly Dictionary<Value, PlanDraft> _blocked = new(ReferenceEqualityComparer.Instance);

    /// <summary>The blocked form, or null when there is none yet.</summary>
    public PlanDraft? Find(Value value) => _blocked.GetValueOrDefault(value);

    /// <summary>Says that a value has a blocked form.</summary>
    public void Set(Value value, PlanDraft draft) => _blocked[value] = draft;

    /// <summary>Makes a value's row-major form when it only has a blocked one.</summary>
    public void EnsurePlain(LoweringContext context, Value value)
    {
        if (_blocked.TryGetValue(value, out PlanDraft? blocked) && !context.Builder.IsDefined(value))
        {
            BlockedLayout.ToPlain(context, value, blocked);
        }
    }
}
