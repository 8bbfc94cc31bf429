using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>What a scatter does where an element has been written before.</summary>
internal enum ScatterReduction
{
    /// <summary>The update replaces it.</summary>
    None,
    /// <summary>Sum.</summary>
    Add,
    /// <summary>Product.</summary>
    Mul,
    /// <summary>The smaller one.</summary>
    Min,
    /// <summary>The larger one.</summary>
    Max,
}

/// <summary>Arithmetic of a scatter on elements of one type.</summary>
internal interface IScatterArithmetic<T>
{
    /// <summary>The element after an update.</summary>
    static abstract T Combine(T element, T update, ScatterReduction reduction);
}

/// <summary>No arithmetic: the update replaces the element.</summary>
internal readonly struct Replacing<T> : IScatterArithmetic<T>
{
    public static T Combine(T element, T update, ScatterReduction reduction) => update;
}

/// <summary>Arithmetic of .NET's number types. A NaN stays.</summary>
internal readonly struct NumberArithmetic<T> : IScatterArithmetic<T>
    where T : INumber<T>
{
    public static T Combine(T element, T update, ScatterReduction reduction) => reduction switch
    {
        ScatterReduction.Add => unchecked(element + update),
        ScatterReduction.Mul => unchecked(element * update),
        ScatterReduction.Min => T.Min(element, update),
        ScatterReduction.Max => T.Max(element, update),
        _ => update,
    };
}

/// <summary>Arithmetic on bfloat16, in float and rounded once.</summary>
internal readonly struct BrainFloatArithmetic : IScatterArithmetic<ushort>
{
    public static ushort Combine(ushort element, ushort update, ScatterReduction reduction) => reduction == ScatterReduction.None
        ? update
        : Reals.ToBFloat16(NumberArithmetic<float>.Combine(Wide(element), Wide(update), reduction));

    private static float Wide(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}

/// <summary>Arithmetic on truth values: a sum is or, a product is and.</summary>
internal readonly struct BoolArithmetic : IScatterArithmetic<byte>
{
    public static byte Combine(byte element, byte update, ScatterReduction reduction) => reduction switch
    {
        ScatterReduction.Add or ScatterReduction.Max => (byte)(element | update),
        ScatterReduction.Mul or ScatterReduction.Min => (byte)(element & update),
        _ => update,
    };
}

/// <summary>Work on elements of a type with their arithmetic.</summary>
internal interface IScatterAction
{
    /// <summary>Does it.</summary>
    void Run<T, TArithmetic>(ScatterReduction reduction)
        where TArithmetic : IScatterArithmetic<T>;
}

/// <summary>Finds the arithmetic of an element type.</summary>
internal static class ScatterDispatch
{
    /// <summary>The reduction of a name.</summary>
    public static ScatterReduction Parse(string name) => name switch
    {
        "none" => ScatterReduction.None,
        "add" => ScatterReduction.Add,
        "mul" => ScatterReduction.Mul,
        "min" => ScatterReduction.Min,
        "max" => ScatterReduction.Max,
        _ => throw new KernelException($"There is no reduction '{name}'; there are none, add, mul, min and max."),
    };

    /// <summary>Runs an action.</summary>
    /// <exception cref="KernelException">The type has no arithmetic.</exception>
    public static void Run<TAction>(TensorElementType type, ScatterReduction reduction, scoped TAction action)
        where TAction : IScatterAction, allows ref struct
    {
        if (reduction == ScatterReduction.None)
        {
            Elements.Dispatch(type, new Replace<TAction>(action));
            return;
        }

        switch (type)
        {
            case TensorElementType.Float32:
                action.Run<float, NumberArithmetic<float>>(reduction);
                break;
            case TensorElementType.Float64:
                action.Run<double, NumberArithmetic<double>>(reduction);
                break;
            case TensorElementType.Float16:
                action.Run<Half, NumberArithmetic<Half>>(reduction);
                break;
            case TensorElementType.BFloat16:
                action.Run<ushort, BrainFloatArithmetic>(reduction);
                break;
            case TensorElementType.Int64:
                action.Run<long, NumberArithmetic<long>>(reduction);
                break;
            case TensorElementType.Int32:
                action.Run<int, NumberArithmetic<int>>(reduction);
                break;
            case TensorElementType.Int16:
                action.Run<short, NumberArithmetic<short>>(reduction);
                break;
            case TensorElementType.Int8:
                action.Run<sbyte, NumberArithmetic<sbyte>>(reduction);
                break;
            case TensorElementType.UInt64:
                action.Run<ulong, NumberArithmetic<ulong>>(reduction);
                break;
            case TensorElementType.UInt32:
                action.Run<uint, NumberArithmetic<uint>>(reduction);
                break;
            case TensorElementType.UInt16:
                action.Run<ushort, NumberArithmetic<ushort>>(reduction);
                break;
            case TensorElementType.UInt8:
                action.Run<byte, NumberArithmetic<byte>>(reduction);
                break;
            case TensorElementType.Bool:
                action.Run<byte, BoolArithmetic>(reduction);
                break;
            default:
                throw new KernelException($"Elements of type {type} can't be combined.");
        }
    }

    private readonly ref struct Replace<TAction>(TAction action) : IElementAction
        where TAction : IScatterAction, allows ref struct
    {
        private readonly TAction _action = action;

        public void Run<T>() => _action.Run<T, Replacing<T>>(ScatterReduction.None);
    }
}
