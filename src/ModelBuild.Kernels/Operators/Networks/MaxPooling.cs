using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operators MaxPool and MaxUnpool, any number of spatial axes.</summary>
public static unsafe class MaxPooling
{
    /// <summary>Largest element of each window. NaN counts only where nothing else is there.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>, floats or 8-bit integers.</param>
    /// <param name="y">Result, <c>[N, C, windows]</c>.</param>
    /// <param name="indices">Where each result comes from, counted through the whole input.</param>
    /// <param name="kernelShape">Sizes of a window.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="ceilMode">1 when a window that lies only partly in the padded input counts.</param>
    /// <param name="dilations">Steps within a window; ones when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="storageOrder">1 when <paramref name="indices"/> count the spatial axes with the first one fastest.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void MaxPool(
        KernelContext context,
        TensorValue x,
        [Output] TensorValue y,
        [Output] TensorValue? indices,
        ReadOnlySpan<long> kernelShape,
        string autoPad = "NOTSET",
        long ceilMode = 0,
        ReadOnlySpan<long> dilations = default,
        ReadOnlySpan<long> pads = default,
        long storageOrder = 0,
        ReadOnlySpan<long> strides = default)
    {
        if (x.Rank < 2)
        {
            throw new KernelException($"Pooling of {x}.");
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], kernelShape, strides, dilations);
        windows.Place(autoPad, pads, ceilMode != 0);
        Convolutions.ResizeOutput(y, x.ElementType, x.Shape[0], x.Shape[1], windows);
        indices?.Resize(TensorElementType.Int64, y.Shape);
        long* index = indices == null ? null : indices.Pointer<long>();
        long planes = x.Shape[0] * x.Shape[1];
        switch (x.ElementType)
        {
            case TensorElementType.UInt8:
                Pool(windows, x.Data, y.Data, index, planes, byte.MinValue);
                break;
            case TensorElementType.Int8:
                Pool(windows, x.Pointer<sbyte>(), y.Pointer<sbyte>(), index, planes, sbyte.MinValue);
                break;
            case TensorElementType.Float64:
                Pool(windows, x.Pointer<double>(), y.Pointer<double>(), index, planes, double.NegativeInfinity);
                break;
            case TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16:
                using (var input = new RealInput<float>(x))
                using (var output = new RealOutput<float>(y))
                {
                    Pool(windows, input.Pointer, output.Pointer, index, planes, float.NegativeInfinity);
                    output.Commit();
                }

                break;
            default:
                throw new KernelException($"Pooling of {x}.");
        }

        if (index != null && storageOrder != 0)
        {
            ToColumnMajor(windows, index, indices!.Length);
        }
    }

    /// <summary>Puts pooled elements back where MaxPool took them from; everything else is zero.</summary>
    /// <param name="x">Pooled elements, <c>[N, C, windows]</c>.</param>
    /// <param name="i">Where each comes from, as MaxPool counts.</param>
    /// <param name="outputShape">Shape of the result; the sizes that MaxPool's input must have had when absent.</param>
    /// <param name="output">Result.</param>
    /// <param name="kernelShape">Sizes of a window.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes contradict each other, or an index is outside.</exception>
    public static void MaxUnpool(
        TensorValue x,
        TensorValue i,
        TensorValue? outputShape,
        [Output] TensorValue output,
        ReadOnlySpan<long> kernelShape,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        if (x.Rank < 2 || !i.Shape.SequenceEqual(x.Shape) || i.ElementType != TensorElementType.Int64)
        {
            throw new KernelException($"Unpooling of {x} with the indices {i}.");
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], kernelShape, strides, default);
        windows.ReadPads("NOTSET", pads, out bool _);
        Span<long> pooled = x.Rank <= 16 ? stackalloc long[x.Rank] : new long[x.Rank];
        x.Shape.CopyTo(pooled);
        for (int axis = 0; axis < windows.Rank; axis++)
        {
            long size = pooled[axis + 2];
            pooled[axis + 2] = size == 0
                ? 0
                : checked(((size - 1) * windows.Stride[axis]) - windows.PadBegin[axis] - windows.PadEnd[axis] + windows.Kernel[axis]);
        }

        Span<long> shape = x.Rank <= 16 ? stackalloc long[x.Rank] : new long[x.Rank];
        pooled.CopyTo(shape);
        if (outputShape is not null)
        {
            if (Integers.Count(outputShape) != x.Rank)
            {
                throw new KernelException($"{x} can't be unpooled to a shape of {outputShape.Length} sizes.");
            }

            Integers.Read(outputShape, shape);
        }

        output.Resize(x.ElementType, shape);
        new Span<byte>(output.Data, checked((int)output.ByteLength)).Clear();
        switch (Elements.Bits(x.ElementType))
        {
            case 8:
                Unpool(x.Data, i, pooled, shape, output.Data);
                break;
            case 16:
                Unpool(x.Pointer<ushort>(), i, pooled, shape, output.Pointer<ushort>());
                break;
            case 32:
                Unpool(x.Pointer<uint>(), i, pooled, shape, output.Pointer<uint>());
                break;
            case 64:
                Unpool(x.Pointer<ulong>(), i, pooled, shape, output.Pointer<ulong>());
                break;
            default:
                throw new KernelException($"Unpooling of {x}.");
        }
    }

    private static void Pool<T>(SpatialWindows windows, T* x, T* y, long* index, long planes, T lowest)
        where T : unmanaged, INumber<T>
    {
        long inputs = windows.InputLength;
        long outputs = windows.OutputLength;
        if (planes == 0 || outputs == 0)
        {
            return;
        }

        Span<long> row = windows.Rank <= 16 ? stackalloc long[16] : new long[windows.Rank];
        for (long plane = 0; plane < planes; plane++, x += inputs, y += outputs)
        {
            Unfolding.Fill(y, outputs, lowest);
            if (index != null)
            {
                Unfolding.Fill(index, outputs, -1);
            }

            do
            {
                var segments = new TapSegments(windows, row, 0, outputs);
                while (segments.Next())
                {
                    T* source = x + segments.Input;
                    T* target = y + segments.Output;
                    if (index == null)
                    {
                        Larger(source, segments.Step, target, segments.Count);
                    }
                    else
                    {
                        Larger(source, segments.Step, target, segments.Count, index + segments.Output, (plane * inputs) + segments.Input);
                    }
                }
            }
            while (windows.NextTap());
            index = index == null ? null : index + outputs;
        }
    }

    private static void Larger<T>(T* source, long step, T* target, long count)
        where T : unmanaged, INumber<T>
    {
        long i = 0;
        if (step == 1)
        {
            for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
            {
                Vector<T> old = Vector.Load(target + i);
                Vector<T> value = Vector.Load(source + i);
                Vector.ConditionalSelect(Vector.GreaterThan(value, old), value, old).Store(target + i);
            }
        }

        for (; i < count; i++)
        {
            T value = source[i * step];
            target[i] = value > target[i] ? value : target[i];
        }
    }

    private static void Larger<T>(T* source, long step, T* target, long count, long* index, long first)
        where T : unmanaged, INumber<T>
    {
        for (long i = 0; i < count; i++)
        {
            T value = source[i * step];
            if (value > target[i] || index[i] < 0)
            {
                target[i] = T.IsNaN(value) ? target[i] : value;
                index[i] = first + (i * step);
            }
        }
    }

    private static void ToColumnMajor(SpatialWindows windows, long* index, long length)
    {
        long plane = windows.InputLength;
        for (long i = 0; i < length; i++)
        {
            if (index[i] < 0)
            {
                continue;
            }

            long rest = index[i] % plane;
            long turned = 0;
            long weight = plane;
            for (int axis = windows.Rank - 1; axis >= 0; axis--)
            {
                weight /= windows.Input[axis];
                turned += rest % windows.Input[axis] * weight;
                rest /= windows.Input[axis];
            }

            index[i] += turned - (index[i] % plane);
        }
    }

    private static void Unpool<T>(T* x, TensorValue indices, ReadOnlySpan<long> pooled, ReadOnlySpan<long> shape, T* y)
        where T : unmanaged
    {
        long length = SpatialWindows.Product(pooled);
        long* index = indices.Pointer<long>();
        bool same = pooled.SequenceEqual(shape);
        for (long i = 0; i < indices.Length; i++)
        {
            if ((ulong)index[i] >= (ulong)length)
            {
                throw new KernelException($"Index {index[i]} is outside of [{string.Join(',', pooled.ToArray())}].");
            }

            long target = index[i];
            if (same || Move(pooled, shape, ref target))
            {
                y[target] = x[i];
            }
        }
    }

    // The same position in another shape, when it has it.
    private static bool Move(ReadOnlySpan<long> from, ReadOnlySpan<long> to, ref long index)
    {
        long rest = index;
        long weight = 1;
        index = 0;
        for (int axis = from.Length - 1; axis >= 0; axis--)
        {
            long position = rest % from[axis];
            rest /= from[axis];
            if (position >= to[axis])
            {
                return false;
            }

            index += position * weight;
            weight *= to[axis];
        }

        return true;
    }
}
