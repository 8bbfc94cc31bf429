using System.Numerics;
using System.Runtime.CompilerServices;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>The loop of every function of two elements, whatever their types.</summary>
internal static unsafe class BroadcastLoop
{
    /// <summary>Fills <paramref name="z"/>, whose shape is set, and which may be an operand that has all of its elements.</summary>
    public static void Run<TFunction, T, TResult>(TensorValue x, TensorValue y, TensorValue z)
        where TFunction : struct, IElementFunction<T, TResult>
        where T : unmanaged
        where TResult : unmanaged
    {
        long* memory = stackalloc long[BroadcastLayout.Words(z.Rank)];
        BroadcastLayout layout = BroadcastLayout.Create(memory, z.Shape, x.Shape, y.Shape);
        if (z.Length == 0)
        {
            return;
        }

        long* position = stackalloc long[Math.Max(1, layout.Rank)];
        BroadcastCursor cursor = new(&layout, position, 0);
        TResult* result = z.Pointer<TResult>();
        for (long row = 0; row < layout.Outer; row++)
        {
            Row<TFunction, T, TResult>(x.Pointer<T>() + cursor.X, layout.StepX, y.Pointer<T>() + cursor.Y, layout.StepY, result, layout.Inner);
            result += layout.Inner;
            cursor.Next();
        }
    }

    /// <summary>One row.</summary>
    private static void Row<TFunction, T, TResult>(T* x, long stepX, T* y, long stepY, TResult* z, long length)
        where TFunction : struct, IElementFunction<T, TResult>
        where T : unmanaged
        where TResult : unmanaged
    {
        for (long i = 0; i < length; i++)
        {
            z[i] = TFunction.Invoke(*x, *y);
            x += stepX;
            y += stepY;
        }
    }

    /// <summary>A number operation on one type of numbers.</summary>
    public readonly struct Number<TOperation, T> : IElementFunction<T, T>
        where TOperation : struct, INumberOperation
        where T : unmanaged, INumber<T>
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Invoke(T x, T y) => TOperation.Invoke(x, y);
    }

    /// <summary>A comparison on one type of numbers.</summary>
    public readonly struct Comparison<TComparison, T> : IElementFunction<T, bool>
        where TComparison : struct, IComparison
        where T : unmanaged, INumber<T>
    {
        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Invoke(T x, T y) => TComparison.Invoke(x, y);
    }
}
