namespace ModelBuild.Kernels;

/// <summary>The operators MatMulInteger, QLinearMatMul, ConvInteger and QLinearConv: sums are exact in 32 bits.</summary>
public static unsafe class IntegerProducts
{
    /// <summary>Product of matrices of 8-bit integers less their zero points, as 32-bit integers.</summary>
    /// <param name="a">Left matrices, batches broadcast.</param>
    /// <param name="b">Right matrices.</param>
    /// <param name="aZeroPoint">One zero point or one per row.</param>
    /// <param name="bZeroPoint">One zero point or one per column.</param>
    /// <param name="y">Sums.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void MatMulInteger(TensorValue a, TensorValue b, TensorValue? aZeroPoint, TensorValue? bZeroPoint, [Output] TensorValue y)
    {
        var batches = new MatrixBatches(stackalloc long[MatrixBatches.StackLength], a.Shape, b.Shape);
        y.Resize(TensorElementType.Int32, batches.Output);
        using var product = new IntegerProduct(batches, a, b, aZeroPoint, bZeroPoint);
        for (long batch = 0; batch < batches.Count; batch++)
        {
            product.Run(batch, y.Pointer<int>() + (batch * batches.Rows * batches.Columns));
        }
    }

    /// <summary>Product of quantized matrices, quantized.</summary>
    /// <param name="a">Left matrices, batches broadcast; 8-bit integers or 8-bit floats.</param>
    /// <param name="aScale">One scale or one per row.</param>
    /// <param name="aZeroPoint">Zero points like the scales.</param>
    /// <param name="b">Right matrices.</param>
    /// <param name="bScale">One scale or one per column.</param>
    /// <param name="bZeroPoint">Zero points like the scales.</param>
    /// <param name="yScale">Scale of the result, one or one per row.</param>
    /// <param name="yZeroPoint">Zero points like the scales; their type is that of the result.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void QLinearMatMul(
        TensorValue a,
        TensorValue aScale,
        TensorValue aZeroPoint,
        TensorValue b,
        TensorValue bScale,
        TensorValue bZeroPoint,
        TensorValue yScale,
        TensorValue yZeroPoint,
        [Output] TensorValue y)
    {
        var batches = new MatrixBatches(stackalloc long[MatrixBatches.StackLength], a.Shape, b.Shape);
        y.Resize(yZeroPoint.ElementType, batches.Output);
        var left = new LineParameters(aScale, aZeroPoint, batches.Rows, batches.LeftCount);
        var right = new LineParameters(bScale, bZeroPoint, batches.Columns, batches.RightCount);
        var result = new LineParameters(yScale, yZeroPoint, batches.Rows, batches.Count);
        bool isFloat = NarrowFloats.Is(a.ElementType);
        (int lowest, int highest) = isFloat ? (0, 0) : QuantizedElements.Range(y.ElementType);
        using var product = isFloat ? default : new IntegerProduct(batches, a, b, aZeroPoint, bZeroPoint);
        using var sums = new NativeBuffer<int>(isFloat ? 0 : batches.Rows * batches.Columns);
        using var reals = new NativeBuffer<float>(isFloat ? batches.Rows * batches.Columns : 0);
        for (long batch = 0; batch < batches.Count; batch++)
        {
            (long leftBatch, long rightBatch) = batches.Operands(batch);
            if (isFloat)
            {
                MultiplyFloats(batches, a, leftBatch, b, rightBatch, reals.Pointer);
            }
            else
            {
                product.Run(batch, sums.Pointer);
            }

            for (long row = 0; row < batches.Rows; row++)
            {
                float leftScale = left.Scale(leftBatch, row);
                float resultScale = result.Scale(batch, row);
                int zeroPoint = (int)result.ZeroPoint(batch, row);
                for (long column = 0; column < batches.Columns; column++)
                {
                    long at = (row * batches.Columns) + column;
                    float scale = leftScale * right.Scale(rightBatch, column) / resultScale;
                    long target = (batch * batches.Rows * batches.Columns) + at;
                    int value = isFloat
                        ? NarrowFloats.Encode(y.ElementType, reals.Pointer[at] * scale, saturate: true)
                        : QuantizedElements.Quantize(sums.Pointer[at] * scale, zeroPoint, lowest, highest);
                    QuantizedElements.Write(y, target, value);
                }
            }
        }
    }

    /// <summary>Convolution of 8-bit integers less their zero points, as 32-bit integers.</summary>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="w">Weights, <c>[M, C / group, kernel]</c>.</param>
    /// <param name="xZeroPoint">Zero point of the input.</param>
    /// <param name="wZeroPoint">One zero point of the weights or one per output channel.</param>
    /// <param name="y">Sums.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="dilations">Steps between taps; ones when empty.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="kernelShape">Sizes of the kernel; those of <paramref name="w"/> when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void ConvInteger(
        TensorValue x,
        TensorValue w,
        TensorValue? xZeroPoint,
        TensorValue? wZeroPoint,
        [Output] TensorValue y,
        string autoPad = "NOTSET",
        ReadOnlySpan<long> dilations = default,
        long group = 1,
        ReadOnlySpan<long> kernelShape = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        Convolutions.Check(x.Shape, w.Shape, group, kernelShape);
        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], w.Shape[2..], strides, dilations);
        windows.Place(autoPad, pads);
        Convolutions.ResizeOutput(y, TensorElementType.Int32, x.Shape[0], w.Shape[0], windows);
        Convolve(windows, x, w, xZeroPoint, wZeroPoint, null, y.Pointer<int>(), group);
    }

    /// <summary>Convolution of quantized tensors, quantized.</summary>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>, 8-bit integers.</param>
    /// <param name="xScale">Scale of the input.</param>
    /// <param name="xZeroPoint">Zero point of the input.</param>
    /// <param name="w">Weights, <c>[M, C / group, kernel]</c>.</param>
    /// <param name="wScale">One scale of the weights or one per output channel.</param>
    /// <param name="wZeroPoint">Zero points like the scales.</param>
    /// <param name="yScale">Scale of the result.</param>
    /// <param name="yZeroPoint">Zero point of the result; its type is the result's.</param>
    /// <param name="b">Bias, <c>[M]</c>, 32-bit integers with the scale <c>x_scale * w_scale</c>.</param>
    /// <param name="y">Result.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="dilations">Steps between taps; ones when empty.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="kernelShape">Sizes of the kernel; those of <paramref name="w"/> when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void QLinearConv(
        TensorValue x,
        TensorValue xScale,
        TensorValue xZeroPoint,
        TensorValue w,
        TensorValue wScale,
        TensorValue wZeroPoint,
        TensorValue yScale,
        TensorValue yZeroPoint,
        TensorValue? b,
        [Output] TensorValue y,
        string autoPad = "NOTSET",
        ReadOnlySpan<long> dilations = default,
        long group = 1,
        ReadOnlySpan<long> kernelShape = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        Convolutions.Check(x.Shape, w.Shape, group, kernelShape);
        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], w.Shape[2..], strides, dilations);
        windows.Place(autoPad, pads);
        Convolutions.ResizeOutput(y, yZeroPoint.ElementType, x.Shape[0], w.Shape[0], windows);
        var weights = new LineParameters(wScale, wZeroPoint, w.Shape[0], 1);
        float inputScale = QuantizedElements.Scalar(xScale, "x_scale");
        float outputScale = QuantizedElements.Scalar(yScale, "y_scale");
        int zeroPoint = (int)QuantizedElements.Scalar(yZeroPoint, "y_zero_point");
        (int lowest, int highest) = QuantizedElements.Range(y.ElementType);
        using var sums = new NativeBuffer<int>(y.Length);
        Convolve(windows, x, w, xZeroPoint, wZeroPoint, b, sums.Pointer, group);
        long plane = windows.OutputLength;
        for (long i = 0; i < x.Shape[0] * w.Shape[0] && plane > 0; i++)
        {
            float scale = inputScale * weights.Scale(0, i % w.Shape[0]) / outputScale;
            for (long j = i * plane; j < (i + 1) * plane; j++)
            {
                QuantizedElements.Write(y, j, QuantizedElements.Quantize(sums.Pointer[j] * scale, zeroPoint, lowest, highest));
            }
        }
    }

    private static void Convolve(SpatialWindows windows, TensorValue x, TensorValue w, TensorValue? xZeroPoint, TensorValue? wZeroPoint, TensorValue? bias, int* y, long group)
    {
        long filters = w.Shape[0];
        if (bias is not null && (bias.ElementType != TensorElementType.Int32 || bias.Length != filters))
        {
            throw new KernelException($"The bias {bias} does not fit {filters} output channels.");
        }

        var zeroPoints = new LineParameters(null, wZeroPoint, filters, 1);
        using var input = new NativeBuffer<int>(x.Length);
        using var weights = new NativeBuffer<int>(w.Length);
        QuantizedElements.Widen(x, 0, x.Length, (int)QuantizedElements.Scalar(xZeroPoint, "x_zero_point"), input.Pointer);
        long filterLength = filters == 0 ? 0 : w.Length / filters;
        for (long filter = 0; filter < filters && filterLength > 0; filter++)
        {
            QuantizedElements.Widen(w, filter * filterLength, filterLength, (int)zeroPoints.ZeroPoint(0, filter), weights.Pointer + (filter * filterLength));
        }

        Convolutions.FillBias(y, bias is null ? null : bias.Pointer<int>(), x.Shape[0], filters, windows.OutputLength);
        Convolutions.Accumulate(windows, input.Pointer, weights.Pointer, y, x.Shape[0], group, w.Shape[1], filters / group);
    }

    private static void MultiplyFloats(MatrixBatches batches, TensorValue a, long leftBatch, TensorValue b, long rightBatch, float* sums)
    {
        using var left = new NativeBuffer<float>(batches.Rows * batches.Depth);
        using var right = new NativeBuffer<float>(batches.Depth * batches.Columns);
        QuantizedElements.Read(a, leftBatch * left.Length, left.Span);
        QuantizedElements.Read(b, rightBatch * right.Length, right.Span);
        Unfolding.Fill(sums, batches.Rows * batches.Columns, 0f);
        MatrixProducts.Accumulate(left.Pointer, batches.Depth, right.Pointer, batches.Columns, sums, batches.Columns, batches.Rows, batches.Columns, batches.Depth);
    }
}
