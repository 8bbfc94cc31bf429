using System.Collections.Generic;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>How code reaches values and sizes; notes what it used, so that a method declares no more than that.</summary>
/// <param name="plan">The plan.</param>
/// <param name="isDirect">Whether the method has no frame: inputs and outputs are pointers called <c>input0</c>, <c>output0</c>.</param>
internal sealed class PlanMemory(Plan plan, bool isDirect)
{
    private readonly SortedSet<int> _sizes = [];

    public Plan Plan => plan;

    /// <summary>Whether <c>arena</c> is used.</summary>
    public bool UsesArena { get; private set; }

    /// <summary>Whether <c>weights</c> is used.</summary>
    public bool UsesWeights { get; private set; }

    /// <summary>Whether <c>context</c> is used in a method without a frame.</summary>
    public bool UsesContext { get; private set; }

    /// <summary>What kernels may use.</summary>
    public string Context
    {
        get
        {
            UsesContext = true;
            return isDirect ? "context" : "frame.Context";
        }
    }

    /// <summary>Sizes that are used.</summary>
    public IEnumerable<int> Sizes => _sizes;

    /// <summary>First element of a value.</summary>
    public string Pointer(int index, string type)
    {
        int root = Root(plan, index);
        PlanValueInfo value = plan.Values[root];
        string code;
        switch (value.Home)
        {
            case PlanHome.Arena when plan.ArenaBytes >= 0:
                UsesArena = true;
                code = Offset("arena", value.Place);
                break;
            case PlanHome.Weights:
                UsesWeights = true;
                code = Offset("weights", value.Place);
                break;
            case PlanHome.Input when isDirect:
                code = $"input{PlanNames.Integer(value.Place)}";
                break;
            case PlanHome.Output when isDirect:
                code = $"output{PlanNames.Integer(value.Place)}";
                break;
            default:
                code = $"frame.Data({PlanNames.Integer(root)})";
                break;
        }

        return type is "byte*" or "void*" ? code : $"({PlanNames.Type(type)}){(code.IndexOf(' ') >= 0 ? $"({code})" : code)}";
    }

    /// <summary>A value as an object.</summary>
    public static string Value(int index, string type)
    {
        string number = PlanNames.Integer(index);
        return type switch
        {
            "TensorValue" => $"frame.Tensor({number})",
            "PlanValue" => $"frame.Value({number})",
            _ => $"({PlanNames.Type(type)})frame.Value({number})",
        };
    }

    /// <summary>A number or the local with a size.</summary>
    public string Number(PlanNumber number)
    {
        if (!number.IsSize)
        {
            return PlanNames.Integer(number.Value);
        }

        _sizes.Add((int)number.Value);
        return "size" + PlanNames.Integer(number.Value);
    }

    /// <summary>The value in whose memory a value lies.</summary>
    public static int Root(Plan plan, int index)
    {
        for (int steps = 0; plan.Values[index].Home == PlanHome.Alias; steps++)
        {
            index = steps < plan.Values.Count ? (int)plan.Values[index].Place : throw new System.FormatException($"value {index} lies in its own memory");
        }

        return index;
    }

    private static string Offset(string block, long offset) => offset == 0 ? block : $"{block} + {PlanNames.Integer(offset)}";
}
