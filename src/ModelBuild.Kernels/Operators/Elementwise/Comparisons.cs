using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Comparisons of two tensors, with broadcasting.</summary>
public static class Comparisons
{
    /// <summary><c>a = b</c>; texts too.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="a">Numbers, truth values or texts.</param>
    /// <param name="b">The same type.</param>
    /// <param name="c">Truth values.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Equal(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c)
    {
        if (a.ElementType == TensorElementType.String)
        {
            CompareTexts(a, b, c);
            return;
        }

        BinaryOperators.Compare<EqualTo>(context, a, b, c);
    }

    /// <summary><c>a &gt; b</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="a">Numbers.</param>
    /// <param name="b">Numbers of the same type.</param>
    /// <param name="c">Truth values.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void Greater(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.Compare<GreaterThan>(context, a, b, c);

    /// <summary><c>a &gt;= b</c>.</summary>
    /// <inheritdoc cref="Greater"/>
    public static void GreaterOrEqual(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.Compare<GreaterOrEqual>(context, a, b, c);

    /// <summary><c>a &lt; b</c>.</summary>
    /// <inheritdoc cref="Greater"/>
    public static void Less(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.Compare<LessThan>(context, a, b, c);

    /// <summary><c>a &lt;= b</c>.</summary>
    /// <inheritdoc cref="Greater"/>
    public static void LessOrEqual(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue c) => BinaryOperators.Compare<LessOrEqual>(context, a, b, c);

    private static unsafe void CompareTexts(TensorValue a, TensorValue b, TensorValue c)
    {
        BinaryOperators.CheckTypes(a, b);
        BinaryOperators.ResizeResult(a, b, c, TensorElementType.Bool);
        long* memory = stackalloc long[BroadcastLayout.Words(c.Rank)];
        BroadcastLayout layout = BroadcastLayout.Create(memory, c.Shape, a.Shape, b.Shape);
        if (c.Length == 0)
        {
            return;
        }

        long* position = stackalloc long[Math.Max(1, layout.Rank)];
        BroadcastCursor cursor = new(&layout, position, 0);
        Span<string> left = a.Strings;
        Span<string> right = b.Strings;
        bool* result = c.Pointer<bool>();
        for (long row = 0; row < layout.Outer; row++)
        {
            for (long i = 0; i < layout.Inner; i++)
            {
                *result++ = string.Equals(left[(int)(cursor.X + (i * layout.StepX))], right[(int)(cursor.Y + (i * layout.StepY))], StringComparison.Ordinal);
            }

            cursor.Next();
        }
    }
}
