using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Whether products are added with one rounding, as a type.</summary>
internal interface IFusion
{
    /// <summary><c>a * b + sum</c>.</summary>
    static abstract float MultiplyAdd(float a, float b, float sum);
}

/// <summary>One rounding.</summary>
internal readonly struct Fused : IFusion
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float sum) => MathF.FusedMultiplyAdd(a, b, sum);
}

/// <summary>Two roundings.</summary>
internal readonly struct Unfused : IFusion
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float sum) => (a * b) + sum;
}

/// <summary>The reference of the microkernels of fp32 matrix products, which also serves where there are no vectors.</summary>
internal static unsafe class GemmScalar
{
    /// <summary>One row, one panel.</summary>
    /// <typeparam name="F">How products are added.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<F>(void* arguments)
        where F : struct, IFusion
    {
        var tile = (GemmTile*)arguments;
        for (int column = 0; column < GemmMicrokernels.PanelColumns; column++)
        {
            float sum = tile->Accumulate != 0 ? tile->C[column] : 0;
            float* b = tile->B + column;
            for (nint k = 0; k < tile->K; k++)
            {
                sum = F.MultiplyAdd(tile->A[k], *b, sum);
                b += GemmMicrokernels.PanelColumns;
            }

            if (tile->Bias != null)
            {
                sum += tile->Bias[column];
            }

            if (tile->Residual != null)
            {
                sum += tile->Residual[column];
            }

            sum = tile->Minimum > sum ? tile->Minimum : sum;
            tile->C[column] = tile->Maximum < sum ? tile->Maximum : sum;
        }
    }
}
