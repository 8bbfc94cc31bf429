using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Sum.</summary>
internal readonly struct ScalarSum : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.Zero;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => total + x;
}

/// <summary>Product.</summary>
internal readonly struct ScalarProduct : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.One;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => total * x;
}

/// <summary>The largest number; negative infinity, or the smallest integer, for none.</summary>
internal readonly struct ScalarMaximum : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => typeof(T) == typeof(double) || typeof(T) == typeof(float) ? -T.One / T.Zero : T.MinValue;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.Max(total, x);
}

/// <summary>The smallest number; infinity, or the largest integer, for none.</summary>
internal readonly struct ScalarMinimum : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => typeof(T) == typeof(double) || typeof(T) == typeof(float) ? T.One / T.Zero : T.MaxValue;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.Min(total, x);
}

/// <summary>Sum of the magnitudes.</summary>
internal readonly struct ScalarMagnitudes : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.Zero;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => total + (T.IsNegative(x) ? -x : x);
}

/// <summary>Sum of the squares.</summary>
internal readonly struct ScalarSquares : IScalarReduction
{
    /// <inheritdoc/>
    public static T Start<T>()
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => T.Zero;

    /// <inheritdoc/>
    public static T Next<T>(T total, T x)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => total + (x * x);
}
