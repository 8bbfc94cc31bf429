namespace ModelBuild.Kernels;

/// <summary>The operators QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear for every type.</summary>
public static unsafe class LinearQuantization
{
    private const int Part = 256;

    /// <summary><c>y = saturate(round(x / y_scale) + y_zero_point)</c>, halves to even; narrow floats are rounded to nearest.</summary>
    /// <param name="x">Numbers.</param>
    /// <param name="yScale">One scale, one per element of the axis, or one per block.</param>
    /// <param name="yZeroPoint">Zero points like the scales; their type is that of the result.</param>
    /// <param name="y">Result.</param>
    /// <param name="axis">Axis of the scales.</param>
    /// <param name="blockSize">Elements of a block; 0 for none.</param>
    /// <param name="outputDtype">Type of the result when there is no zero point; unsigned 8-bit integers when 0.</param>
    /// <param name="precision">Type of the division; that of the scale when 0.</param>
    /// <param name="saturate">Whether 8-bit floats that are too large become the largest number.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void QuantizeLinear(
        TensorValue x,
        TensorValue yScale,
        TensorValue? yZeroPoint,
        [Output] TensorValue y,
        long axis = 1,
        long blockSize = 0,
        long outputDtype = 0,
        long precision = 0,
        long saturate = 1)
    {
        TensorElementType type = yZeroPoint?.ElementType ?? (outputDtype == 0 ? TensorElementType.UInt8 : (TensorElementType)outputDtype);
        if (outputDtype != 0 && (TensorElementType)outputDtype != type)
        {
            throw new KernelException($"output_dtype is {(TensorElementType)outputDtype}, and the zero points are {yZeroPoint}.");
        }

        bool isFloat = NarrowFloats.Is(type);
        (int lowest, int highest) = isFloat ? (0, 0) : QuantizedElements.Range(type);
        TensorElementType division = precision == 0 ? yScale.ElementType : (TensorElementType)precision;
        using var quantizer = new Quantizer(x.Shape, yScale, yZeroPoint, axis, blockSize);
        y.Resize(type, x.Shape);
        if (Elements.IsPacked(type) && y.ByteLength > 0)
        {
            y.Data[y.ByteLength - 1] = 0;
        }

        Span<float> values = stackalloc float[Part];
        for (long row = 0; row < quantizer.Outer * quantizer.Size; row++)
        {
            (long parameter, long step) = quantizer.Row(row / quantizer.Size, row % quantizer.Size);
            for (long done = 0; done < quantizer.Inner; done += Part)
            {
                int count = (int)Math.Min(Part, quantizer.Inner - done);
                long start = (row * quantizer.Inner) + done;
                Read(x, start, values[..count]);
                for (int i = 0; i < count; i++)
                {
                    long p = parameter + (step * (done + i));
                    float zeroPoint = quantizer.ZeroPoint(p);
                    float value = Divide(values[i], quantizer.Scale(p), division);
                    if (isFloat)
                    {
                        value = type == TensorElementType.Float4E2M1 ? value + zeroPoint : value;
                        QuantizedElements.Write(y, start + i, NarrowFloats.Encode(type, value, saturate != 0));
                    }
                    else
                    {
                        QuantizedElements.Write(y, start + i, QuantizedElements.Quantize(value, (int)zeroPoint, lowest, highest));
                    }
                }
            }
        }
    }

    /// <summary><c>y = (x - x_zero_point) * x_scale</c>.</summary>
    /// <param name="x">Quantized numbers.</param>
    /// <param name="xScale">One scale, one per element of the axis, or one per block.</param>
    /// <param name="xZeroPoint">Zero points like the scales.</param>
    /// <param name="y">Result.</param>
    /// <param name="axis">Axis of the scales.</param>
    /// <param name="blockSize">Elements of a block; 0 for none.</param>
    /// <param name="outputDtype">Type of the result; that of the scale when 0.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void DequantizeLinear(TensorValue x, TensorValue xScale, TensorValue? xZeroPoint, [Output] TensorValue y, long axis = 1, long blockSize = 0, long outputDtype = 0)
    {
        TensorElementType type = outputDtype != 0 ? (TensorElementType)outputDtype : NarrowFloats.Is(xScale.ElementType) ? TensorElementType.Float32 : xScale.ElementType;
        using var quantizer = new Quantizer(x.Shape, xScale, xZeroPoint, axis, blockSize);
        y.Resize(type, x.Shape);
        bool wide = x.ElementType == TensorElementType.Int32;
        Span<float> values = stackalloc float[Part];
        for (long row = 0; row < quantizer.Outer * quantizer.Size; row++)
        {
            (long parameter, long step) = quantizer.Row(row / quantizer.Size, row % quantizer.Size);
            for (long done = 0; done < quantizer.Inner; done += Part)
            {
                int count = (int)Math.Min(Part, quantizer.Inner - done);
                long start = (row * quantizer.Inner) + done;
                QuantizedElements.Read(x, start, values[..count]);
                for (int i = 0; i < count; i++)
                {
                    long p = parameter + (step * (done + i));
                    float difference = wide ? (long)x.Pointer<int>()[start + i] - (long)quantizer.ZeroPoint(p) : values[i] - quantizer.ZeroPoint(p);
                    values[i] = difference * quantizer.Scale(p);
                }

                fixed (float* source = values)
                {
                    RealNumbers.Store(type, source, count, y.Data + TensorValue.ByteSize(type, start));
                }
            }
        }
    }

    /// <summary>Quantizes to unsigned 8-bit integers with a scale that covers all numbers and zero.</summary>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Result.</param>
    /// <param name="yScale">The scale, a scalar.</param>
    /// <param name="yZeroPoint">The zero point, a scalar.</param>
    public static void DynamicQuantizeLinear(TensorValue x, [Output] TensorValue y, [Output] TensorValue yScale, [Output] TensorValue yZeroPoint)
    {
        using var input = new RealInput<float>(x);
        y.Resize(TensorElementType.UInt8, x.Shape);
        yScale.Resize(TensorElementType.Float32);
        yZeroPoint.Resize(TensorElementType.UInt8);
        (float scale, byte zeroPoint) = Cover(input.Pointer, x.Length);
        *yScale.Pointer<float>() = scale;
        *yZeroPoint.Data = zeroPoint;
        QuantizeBytes(input.Pointer, x.Length, scale, zeroPoint, y.Data);
    }

    /// <summary>The scale and zero point of unsigned 8-bit integers that cover some numbers and zero.</summary>
    internal static (float Scale, byte ZeroPoint) Cover(float* x, long length)
    {
        float lowest = 0;
        float highest = 0;
        for (long i = 0; i < length; i++)
        {
            lowest = x[i] < lowest ? x[i] : lowest;
            highest = x[i] > highest ? x[i] : highest;
        }

        float scale = highest == lowest ? 1 : (highest - lowest) / 255f;
        float zeroPoint = -lowest / scale;
        return (scale, (byte)MathF.Round(zeroPoint > 255 ? 255 : zeroPoint > 0 ? zeroPoint : 0));
    }

    /// <summary>Quantizes with one scale.</summary>
    internal static void QuantizeBytes(float* x, long length, float scale, byte zeroPoint, byte* y)
    {
        for (long i = 0; i < length; i++)
        {
            y[i] = (byte)QuantizedElements.Quantize(x[i] / scale, zeroPoint, 0, 255);
        }
    }

    private static void Read(TensorValue x, long start, Span<float> values)
    {
        if (x.ElementType == TensorElementType.Float32)
        {
            new ReadOnlySpan<float>(x.Pointer<float>() + start, values.Length).CopyTo(values);
        }
        else
        {
            QuantizedElements.Read(x, start, values);
        }
    }

    private static float Divide(float value, float scale, TensorElementType precision) => precision switch
    {
        TensorElementType.Float16 => (float)(Half)((float)(Half)value / (float)(Half)scale),
        TensorElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)RealNumbers.ToBFloat16(value / scale) << 16),
        TensorElementType.Int32 => (float)((double)value / scale),
        _ => value / scale,
    };
}
