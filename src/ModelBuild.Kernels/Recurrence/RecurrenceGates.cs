using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelBuild.Kernels;

/// <summary>What follows the products in a step of a recurrent layer: nonlinearities and the new state, 16 units at a time. All widths give the same bits.</summary>
internal static unsafe class RecurrenceGates
{
    private const int Block = RecurrencePacking.Block;

    /// <summary>A step of an LSTM on the widest leg.</summary>
    public static void Lstm(float* gates, float* cell, float* state, int blocks)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Lstm<Float32x16>(gates, cell, state, blocks);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Lstm<Float32x8>(gates, cell, state, blocks);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Lstm<Float32x4>(gates, cell, state, blocks);
        }
        else
        {
            Lstm<Float32x1>(gates, cell, state, blocks);
        }
    }

    /// <summary>The new state of a GRU on the widest leg.</summary>
    public static void Gru(float* gates, float* update, float* hidden, nint stride, float* state, int blocks, bool linear)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Gru<Float32x16>(gates, update, hidden, stride, state, blocks, linear);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Gru<Float32x8>(gates, update, hidden, stride, state, blocks, linear);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Gru<Float32x4>(gates, update, hidden, stride, state, blocks, linear);
        }
        else
        {
            Gru<Float32x1>(gates, update, hidden, stride, state, blocks, linear);
        }
    }

    /// <summary>The state times the reset gate of a GRU, on the widest leg.</summary>
    public static void Reset(float* gates, float* products, float* state, float* result, int blocks)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Reset<Float32x16>(gates, products, state, result, blocks);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Reset<Float32x8>(gates, products, state, result, blocks);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Reset<Float32x4>(gates, products, state, result, blocks);
        }
        else
        {
            Reset<Float32x1>(gates, products, state, result, blocks);
        }
    }

    /// <summary>A step of an LSTM.</summary>
    /// <param name="gates">Sums of each block: input, output, forget, cell, 16 each.</param>
    /// <param name="cell">Cell of each block; replaced.</param>
    /// <param name="state">State of each block; written.</param>
    /// <param name="blocks">Number of blocks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lstm<T>(float* gates, float* cell, float* state, int blocks)
        where T : struct, IFloatVector<T>
    {
        for (int block = 0; block < blocks; block++, gates += 4 * Block)
        {
            for (int lane = 0; lane < Block; lane += T.Count, cell += T.Count, state += T.Count)
            {
                T input = VectorMath.Sigmoid(T.Load(gates + lane));
                T forget = VectorMath.Sigmoid(T.Load(gates + (2 * Block) + lane));
                T candidate = VectorMath.Tanh(T.Load(gates + (3 * Block) + lane));
                T next = T.FusedMultiplyAdd(forget, T.Load(cell), input * candidate);
                T.Store(next, cell);
                T.Store(VectorMath.Sigmoid(T.Load(gates + Block + lane)) * VectorMath.Tanh(next), state);
            }
        }
    }

    /// <summary>The new state of a GRU.</summary>
    /// <param name="gates">The input's sums of each block: update, reset, hidden, 16 each.</param>
    /// <param name="update">The state's sums of the update gate; those of the reset gate follow each 16.</param>
    /// <param name="hidden">The state's sums of the hidden gate.</param>
    /// <param name="stride">Floats from block to block in <paramref name="update"/> and, when <paramref name="linear"/>, in <paramref name="hidden"/>, which has no gaps otherwise.</param>
    /// <param name="state">State of each block; replaced.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="linear">Whether the reset gate multiplies the hidden gate's sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gru<T>(float* gates, float* update, float* hidden, nint stride, float* state, int blocks, bool linear)
        where T : struct, IFloatVector<T>
    {
        for (int block = 0; block < blocks; block++, gates += 3 * Block, update += stride, hidden += linear ? stride : Block)
        {
            for (int lane = 0; lane < Block; lane += T.Count, state += T.Count)
            {
                T keep = VectorMath.Sigmoid(T.Load(gates + lane) + T.Load(update + lane));
                T candidate = T.Load(gates + (2 * Block) + lane);
                T sums = T.Load(hidden + lane);
                if (linear)
                {
                    T reset = VectorMath.Sigmoid(T.Load(gates + Block + lane) + T.Load(update + Block + lane));
                    candidate = T.FusedMultiplyAdd(reset, sums, candidate);
                }
                else
                {
                    candidate += sums;
                }

                candidate = VectorMath.Tanh(candidate);
                T.Store(T.FusedMultiplyAdd(keep, T.Load(state) - candidate, candidate), state);
            }
        }
    }

    /// <summary>The state times the reset gate of a GRU.</summary>
    /// <param name="gates">The input's sums of each block: update, reset, hidden, 16 each.</param>
    /// <param name="products">The state's sums of each block: update, reset.</param>
    /// <param name="state">State of each block.</param>
    /// <param name="result">Product of each block.</param>
    /// <param name="blocks">Number of blocks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reset<T>(float* gates, float* products, float* state, float* result, int blocks)
        where T : struct, IFloatVector<T>
    {
        for (int block = 0; block < blocks; block++, gates += 3 * Block, products += 2 * Block)
        {
            for (int lane = 0; lane < Block; lane += T.Count, state += T.Count, result += T.Count)
            {
                T.Store(VectorMath.Sigmoid(T.Load(gates + Block + lane) + T.Load(products + Block + lane)) * T.Load(state), result);
            }
        }
    }
}
