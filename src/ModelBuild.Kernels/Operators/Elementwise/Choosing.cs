using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Choice between two tensors, element by element.</summary>
public static unsafe class Choosing
{
    /// <summary>An element of one tensor where the condition is true, of the other where it is not; all three with broadcasting.</summary>
    /// <param name="condition">Truth values.</param>
    /// <param name="x">Elements of any type.</param>
    /// <param name="y">Elements of the same type.</param>
    /// <param name="output">Result.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Where(TensorValue condition, TensorValue x, TensorValue y, [Output] TensorValue output)
    {
        BinaryOperators.CheckTypes(x, y);
        if (condition.ElementType != TensorElementType.Bool)
        {
            throw new KernelException($"Truth values are expected, not {condition}.");
        }

        Span<long> shape = stackalloc long[BroadcastLayout.MaxRank];
        Span<long> both = stackalloc long[BroadcastLayout.MaxRank];
        int rank = BroadcastLayout.Shape(x.Shape, y.Shape, both);
        rank = BroadcastLayout.Shape(condition.Shape, both[..rank], shape);
        output.Resize(x.ElementType, shape[..rank]);
        if (output.Length > 0)
        {
            Elements.Dispatch(x.ElementType, new Action(condition, x, y, output));
        }
    }

    private readonly ref struct Action(TensorValue condition, TensorValue x, TensorValue y, TensorValue output) : IElementAction
    {
        public void Run<T>()
        {
            long* memory = stackalloc long[BroadcastLayout.Words(output.Rank)];
            BroadcastLayout layout = BroadcastLayout.Create(memory, output.Shape, x.Shape, y.Shape, condition.Shape);
            long* position = stackalloc long[Math.Max(1, layout.Rank)];
            BroadcastCursor cursor = new(&layout, position, 0);
            ref T firstX = ref Elements.First<T>(x);
            ref T firstY = ref Elements.First<T>(y);
            ref T result = ref Elements.First<T>(output);
            for (long row = 0; row < layout.Outer; row++)
            {
                Row(
                    condition.Data + cursor.Z, layout.StepZ, ref Unsafe.Add(ref firstX, (nint)cursor.X), layout.StepX,
                    ref Unsafe.Add(ref firstY, (nint)cursor.Y), layout.StepY, ref result, layout.Inner);
                result = ref Unsafe.Add(ref result, (nint)layout.Inner);
                cursor.Next();
            }
        }

        private static void Row<T>(byte* condition, long stepCondition, ref T x, long stepX, ref T y, long stepY, ref T result, long length)
        {
            for (long i = 0; i < length; i++)
            {
                Unsafe.Add(ref result, (nint)i) = condition[i * stepCondition] != 0
                    ? Unsafe.Add(ref x, (nint)(i * stepX))
                    : Unsafe.Add(ref y, (nint)(i * stepY));
            }
        }
    }
}
