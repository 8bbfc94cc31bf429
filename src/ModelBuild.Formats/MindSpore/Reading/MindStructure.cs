using System.Diagnostics.CodeAnalysis;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>Primitives that arrange values and compute nothing: tuples, the order of side effects, and graphs as values.</summary>
internal static class MindStructure
{
    /// <summary>Carries out a primitive of this kind.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryRun(string name, MindValue[] inputs, [NotNullWhen(true)] out MindValue? result)
    {
        result = (name, inputs) switch
        {
            ("MakeTuple" or "MakeList" or "make_tuple" or "make_list", _) => new MindTuple(inputs),
            ("TupleGetItem" or "ListGetItem" or "tuple_getitem" or "list_getitem" or "RealTupleGetItem", [MindTuple tuple, MindScalar { Value: long index }]) =>
                (index < 0 ? index + tuple.Items.Count : index) is >= 0 and var at && at < tuple.Items.Count ? tuple.Items[(int)at] : MindUnknown.Instance,
            ("TupleGetItem" or "tuple_getitem", [MindTensor or MindUnknown, MindScalar { Value: 0L }]) => inputs[0],
            ("Load" or "Depend" or "depend" or "StopGradient" or "stop_gradient" or "Return" or "return" or "InsertGradientOf" or "Identity", [var first, ..]) => first,
            ("UpdateState", _) => MindNone.Instance,
            ("Partial" or "partial", [MindClosure closure, ..]) => closure with { Bound = [.. closure.Bound, .. inputs[1..]] },
            ("Switch" or "switch", [var condition, var yes, var no]) => new MindChoice(condition, false, [yes, no]),
            ("SwitchLayer" or "switch_layer", [var index, MindTuple branches]) => new MindChoice(index, true, branches.Items),
            _ => null,
        };
        return result is not null;
    }
}
