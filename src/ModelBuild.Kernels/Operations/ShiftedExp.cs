using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels.Operations;

/// <summary><c>e^(x - alpha)</c> where that is at most 1: the numerators of a softmax.</summary>
internal readonly struct ShiftedExp : IUnaryOperation
{
    /// <inheritdoc/>
    public static bool IsShort => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Invoke<T>(T x, T alpha, T beta)
        where T : struct, IFloatVector<T> => VectorMath.ExpFlushed(x - alpha);
}
