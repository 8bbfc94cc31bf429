namespace ModelBuild.Kernels;

/// <summary>The operator QGemm of ONNX Runtime's own set.</summary>
public static unsafe class QuantizedGemm
{
    /// <summary>Product of quantized matrices with a bias, quantized or as floats.</summary>
    /// <param name="a">Left matrix, 8-bit integers.</param>
    /// <param name="aScale">Its scale.</param>
    /// <param name="aZeroPoint">Its zero point.</param>
    /// <param name="b">Right matrix, 8-bit integers.</param>
    /// <param name="bScale">One scale or one per column.</param>
    /// <param name="bZeroPoint">Zero points like the scales.</param>
    /// <param name="c">Bias, 32-bit integers with the scale <c>a_scale * b_scale</c>, broadcast to the result.</param>
    /// <param name="yScale">Scale of the result; a result of floats when absent.</param>
    /// <param name="yZeroPoint">Zero point of the result; its type is the result's.</param>
    /// <param name="y">Result.</param>
    /// <param name="alpha">Factor.</param>
    /// <param name="transA">Whether the left matrix is transposed.</param>
    /// <param name="transB">Whether the right matrix is transposed.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void QGemm(
        TensorValue a,
        TensorValue aScale,
        TensorValue? aZeroPoint,
        TensorValue b,
        TensorValue bScale,
        TensorValue? bZeroPoint,
        TensorValue? c,
        TensorValue? yScale,
        TensorValue? yZeroPoint,
        [Output] TensorValue y,
        float alpha = 1,
        long transA = 0,
        long transB = 0)
    {
        if (a.Rank != 2 || b.Rank != 2)
        {
            throw new KernelException($"QGemm of {a} and {b}.");
        }

        long rows = a.Shape[transA != 0 ? 1 : 0];
        long depth = a.Shape[transA != 0 ? 0 : 1];
        long columns = b.Shape[transB != 0 ? 0 : 1];
        if (b.Shape[transB != 0 ? 1 : 0] != depth || (c is not null && c.ElementType != TensorElementType.Int32))
        {
            throw new KernelException($"QGemm of {a}, {b} and {c}.");
        }

        y.Resize(yScale is null ? TensorElementType.Float32 : yZeroPoint?.ElementType ?? TensorElementType.UInt8, rows, columns);
        var right = new LineParameters(bScale, bZeroPoint, columns, 1);
        using var sums = new NativeBuffer<int>(rows * columns);
        FillBias(c, rows, columns, sums.Pointer);
        Multiply(a, (int)QuantizedElements.Scalar(aZeroPoint, "a_zero_point"), transA != 0, b, right, transB != 0, sums.Pointer, rows, columns, depth);
        float leftScale = QuantizedElements.Scalar(aScale, "a_scale") * alpha;
        float resultScale = QuantizedElements.Scalar(yScale, "y_scale", 1);
        int zeroPoint = (int)QuantizedElements.Scalar(yZeroPoint, "y_zero_point");
        (int lowest, int highest) = yScale is null ? (0, 0) : QuantizedElements.Range(y.ElementType);
        for (long i = 0; i < y.Length; i++)
        {
            float scale = leftScale * right.Scale(0, i % columns);
            if (yScale is null)
            {
                y.Pointer<float>()[i] = sums.Pointer[i] * scale;
            }
            else
            {
                QuantizedElements.Write(y, i, QuantizedElements.Quantize(sums.Pointer[i] * (scale / resultScale), zeroPoint, lowest, highest));
            }
        }
    }

    private static void FillBias(TensorValue? c, long rows, long columns, int* sums)
    {
        Unfolding.Fill(sums, rows * columns, 0);
        if (c is null)
        {
            return;
        }

        long width = c.Rank == 0 ? 1 : c.Shape[^1];
        long height = c.Rank < 2 ? 1 : c.Shape[^2];
        if (c.Rank > 2 || (width != 1 && width != columns) || (height != 1 && height != rows))
        {
            throw new KernelException($"The bias {c} does not fit [{rows},{columns}].");
        }

        for (long i = 0; i < rows * columns; i++)
        {
            sums[i] = c.Pointer<int>()[((height == 1 ? 0 : i / columns) * width) + (width == 1 ? 0 : i % columns)];
        }
    }

    private static void Multiply(TensorValue a, int aZero, bool transA, TensorValue b, LineParameters right, bool transB, int* sums, long rows, long columns, long depth)
    {
        using var left = new NativeBuffer<int>(rows * depth);
        using var turned = new NativeBuffer<int>(transA ? rows * depth : 0);
        using var weights = new NativeBuffer<int>(depth * columns);
        using var turnedWeights = new NativeBuffer<int>(transB ? depth * columns : 0);
        QuantizedElements.Widen(a, 0, a.Length, aZero, transA ? turned.Pointer : left.Pointer);
        QuantizedElements.Widen(b, 0, b.Length, 0, transB ? turnedWeights.Pointer : weights.Pointer);
        if (transA)
        {
            MatrixProducts.Transpose(turned.Pointer, rows, depth, rows, left.Pointer);
        }

        if (transB)
        {
            MatrixProducts.Transpose(turnedWeights.Pointer, depth, columns, depth, weights.Pointer);
        }

        for (long column = 0; column < columns; column++)
        {
            int zeroPoint = (int)right.ZeroPoint(0, column);
            for (long k = 0; zeroPoint != 0 && k < depth; k++)
            {
                weights.Pointer[(k * columns) + column] -= zeroPoint;
            }
        }

        MatrixProducts.Accumulate(left.Pointer, depth, weights.Pointer, columns, sums, columns, rows, columns, depth);
    }
}
