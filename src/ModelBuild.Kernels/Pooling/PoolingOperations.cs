using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>What a pooling does with the numbers of a window.</summary>
internal interface IPoolingOperation
{
    /// <summary>Value that a window begins with.</summary>
    static abstract float Start { get; }

    /// <summary>Whether the result is divided by the window's size.</summary>
    static abstract bool Divides { get; }

    /// <summary>Takes one more number.</summary>
    static abstract T Step<T>(T sum, T value)
        where T : struct, IFloatVector<T>;
}

/// <summary>The largest number; the first one where there is no order between them.</summary>
internal readonly struct LargestOfWindow : IPoolingOperation
{
    public static float Start => float.NegativeInfinity;

    public static bool Divides => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Step<T>(T sum, T value)
        where T : struct, IFloatVector<T> => T.Max(value, sum);
}

/// <summary>The mean.</summary>
internal readonly struct MeanOfWindow : IPoolingOperation
{
    public static float Start => 0;

    public static bool Divides => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Step<T>(T sum, T value)
        where T : struct, IFloatVector<T> => sum + value;
}
