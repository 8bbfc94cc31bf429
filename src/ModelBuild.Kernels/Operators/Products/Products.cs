using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operators MatMul, Gemm and FusedMatMul in every type that ONNX allows: 16-bit floats are computed in <see cref="float"/> and rounded once, integers wrap.</summary>
public static unsafe class Products
{
    /// <summary>ONNX MatMul: as numpy's matmul, vectors included.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">First operand, of one dimension or more.</param>
    /// <param name="b">Second operand of the same type, of one dimension or more.</param>
    /// <param name="y">Products.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void MatMul(KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue y) => Multiply(context, a, b, y, 1, default);

    /// <summary>com.microsoft FusedMatMul: a MatMul with a factor and transposes of the operands.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">First operand, of one dimension or more.</param>
    /// <param name="b">Second operand of the same type, of one dimension or more.</param>
    /// <param name="y">Products.</param>
    /// <param name="alpha">Factor of the products.</param>
    /// <param name="transA">Other than 0: the last two dimensions of <paramref name="a"/> change places.</param>
    /// <param name="transB">The same for <paramref name="b"/>.</param>
    /// <param name="transBatchA">Other than 0: before that, the outermost dimension of <paramref name="a"/> moves behind its batch.</param>
    /// <param name="transBatchB">The same for <paramref name="b"/>.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void FusedMatMul(
        KernelContext context, TensorValue a, TensorValue b, [Output] TensorValue y, float alpha = 1, long transA = 0, long transB = 0, long transBatchA = 0, long transBatchB = 0) =>
        Multiply(context, a, b, y, alpha, new(transA != 0 && a.Rank > 1, transB != 0 && b.Rank > 1, transBatchA != 0 && a.Rank > 1, transBatchB != 0 && b.Rank > 1));

    /// <summary>ONNX Gemm: <c>alpha * op(a) * op(b) + beta * c</c>.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">Matrix.</param>
    /// <param name="b">Matrix of the same type.</param>
    /// <param name="c">What is added, broadcast to the result; or nothing.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="beta">Factor of <paramref name="c"/>.</param>
    /// <param name="transA">Other than 0: <paramref name="a"/> is transposed.</param>
    /// <param name="transB">Other than 0: <paramref name="b"/> is transposed.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void Gemm(KernelContext context, TensorValue a, TensorValue b, TensorValue? c, [Output] TensorValue y, float alpha = 1, float beta = 1, long transA = 0, long transB = 0)
    {
        if (a.Rank != 2 || b.Rank != 2 || (c != null && (c.Rank > 2 || c.ElementType != a.ElementType)))
        {
            throw new KernelException($"Gemm can't take {a}, {b} and {c?.ToString() ?? "nothing"}.");
        }

        Multiply(context, a, b, y, alpha, new(transA != 0, transB != 0, false, false), c, beta);
    }

    private static void Multiply(KernelContext context, TensorValue a, TensorValue b, TensorValue y, float alpha, Transposes transposes, TensorValue? c = null, float beta = 1)
    {
        if (a.ElementType != b.ElementType || a.Rank == 0 || b.Rank == 0)
        {
            throw new KernelException($"Tensors {a} and {b} can't be multiplied.");
        }

        // A vector is a row on the left and a column on the right, which the result lacks.
        Span<long> aRow = [1, a.Shape[0]], bColumn = [b.Shape[0], 1];
        ReadOnlySpan<long> aShape = a.Rank == 1 ? aRow : a.Shape, bShape = b.Rank == 1 ? bColumn : b.Shape;
        int memory = ProductShape.MemoryLength(aShape, bShape);
        var shape = new ProductShape(
            aShape, bShape, memory <= 64 ? stackalloc long[memory] : new long[memory], transposes.A, transposes.B, transposes.BatchA, transposes.BatchB);
        int rank = shape.Batch.Length + 2;
        Span<long> result = rank <= 32 ? stackalloc long[rank] : new long[rank];
        shape.Batch.CopyTo(result);
        int length = shape.Batch.Length;
        if (a.Rank > 1)
        {
            result[length++] = shape.M;
        }

        if (b.Rank > 1)
        {
            result[length++] = shape.N;
        }

        result = result[..length];
        switch (a.ElementType)
        {
            case TensorElementType.Float32:
                y.Resize(TensorElementType.Float32, result);
                Floats(context, a, b, y, alpha, shape, c, beta);
                break;
            case TensorElementType.Float16 or TensorElementType.BFloat16:
                TensorValue wide = context.Temporary(3);
                wide.Resize(TensorElementType.Float32, result);
                Floats(
                    context, HalfPrecision.Widen(context, a, 0), HalfPrecision.Widen(context, b, 1), wide, alpha, shape, c == null ? null : HalfPrecision.Widen(context, c, 2), beta);
                HalfPrecision.Narrow(wide, y, a.ElementType);
                break;
            case TensorElementType.Float64:
                Numbers<double>(context, a, b, y, alpha, shape, result, c, beta);
                break;
            case TensorElementType.Int32:
                Numbers<int>(context, a, b, y, alpha, shape, result, c, beta);
                break;
            case TensorElementType.UInt32:
                Numbers<uint>(context, a, b, y, alpha, shape, result, c, beta);
                break;
            case TensorElementType.Int64:
                Numbers<long>(context, a, b, y, alpha, shape, result, c, beta);
                break;
            case TensorElementType.UInt64:
                Numbers<ulong>(context, a, b, y, alpha, shape, result, c, beta);
                break;
            default:
                throw new KernelException($"Matrices of {a.ElementType} can't be multiplied.");
        }
    }

    private static void Floats(KernelContext context, TensorValue a, TensorValue b, TensorValue y, float alpha, scoped ProductShape shape, TensorValue? c, float beta)
    {
        Addend addend = Addend.Of(c, shape, beta);
        float* bias = addend.IsRow && beta == 1 ? c!.Pointer<float>() : null;
        Kernels.MatMul.Strided(
            context, a.Pointer<float>(), b.Pointer<float>(), bias, y.Pointer<float>(), shape.Batch, shape.ABatch, shape.BBatch, shape.CBatch, shape.M, shape.N, shape.K, shape.ARow,
            shape.AColumn, shape.BRow, shape.BColumn, shape.N, alpha);
        if (bias == null && addend.IsPresent)
        {
            Add(y.Pointer<float>(), c!.Pointer<float>(), addend, shape.M, shape.N, beta);
        }
    }

    private static void Numbers<T>(
        KernelContext context, TensorValue a, TensorValue b, TensorValue y, float alpha, scoped ProductShape shape, ReadOnlySpan<long> result, TensorValue? c, float beta)
        where T : unmanaged, INumber<T>
    {
        y.Resize(a.ElementType, result);
        NumberProduct<T>.Run(context, a.Pointer<T>(), b.Pointer<T>(), y.Pointer<T>(), shape);
        if (alpha != 1)
        {
            T* values = y.Pointer<T>();
            for (long i = 0; i < y.Length; i++)
            {
                values[i] = T.CreateTruncating(alpha * double.CreateTruncating(values[i]));
            }
        }

        Addend addend = Addend.Of(c, shape, beta);
        if (addend.IsPresent)
        {
            Add(y.Pointer<T>(), c!.Pointer<T>(), addend, shape.M, shape.N, beta);
        }
    }

    private static void Add<T>(T* y, T* c, Addend addend, long m, long n, float beta)
        where T : unmanaged, INumber<T>
    {
        for (long row = 0; row < m; row++)
        {
            T* source = c + (row * addend.Row);
            for (long column = 0; column < n; column++)
            {
                T value = source[column * addend.Column];
                y[column] += beta == 1 ? value
                    : typeof(T) == typeof(float) ? T.CreateTruncating(beta * float.CreateTruncating(value))
                    : T.CreateTruncating(beta * double.CreateTruncating(value));
            }

            y += n;
        }
    }

    private readonly record struct Transposes(bool A, bool B, bool BatchA, bool BatchB);

    // Strides of a tensor that is broadcast to a matrix; 0 repeats.
    private readonly record struct Addend(bool IsPresent, long Row, long Column)
    {
        public bool IsRow => IsPresent && Row == 0 && Column == 1;

        public static Addend Of(TensorValue? c, scoped ProductShape shape, float beta)
        {
            if (c == null)
            {
                return default;
            }

            long columns = c.Rank > 0 ? c.Shape[^1] : 1;
            long rows = c.Rank > 1 ? c.Shape[0] : 1;
            if ((columns != 1 && columns != shape.N) || (rows != 1 && rows != shape.M))
            {
                throw new KernelException($"{c} can't be broadcast to [{shape.M},{shape.N}].");
            }

            return new(beta != 0, rows == 1 ? 0 : columns, columns == 1 && shape.N != 1 ? 0 : 1);
        }
    }
}
