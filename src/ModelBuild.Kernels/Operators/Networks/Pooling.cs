using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operators AveragePool and LpPool, any number of spatial axes and every floating-point type.</summary>
public static unsafe class Pooling
{
    /// <summary>Mean of each window.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="y">Result, <c>[N, C, windows]</c>.</param>
    /// <param name="kernelShape">Sizes of a window.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="ceilMode">1 when a window that lies only partly in the padded input counts.</param>
    /// <param name="countIncludePad">1 when padding counts as zeros, 0 when it does not count.</param>
    /// <param name="dilations">Steps within a window; ones when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void AveragePool(
        KernelContext context,
        TensorValue x,
        [Output] TensorValue y,
        ReadOnlySpan<long> kernelShape,
        string autoPad = "NOTSET",
        long ceilMode = 0,
        long countIncludePad = 0,
        ReadOnlySpan<long> dilations = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        SpatialWindows windows = Prepare(stackalloc long[SpatialWindows.StackLength], x, y, kernelShape, autoPad, ceilMode, dilations, pads, strides);
        if (RealNumbers.IsDouble(x))
        {
            Average<double>(windows, x, y, countIncludePad != 0);
        }
        else
        {
            Average<float>(windows, x, y, countIncludePad != 0);
        }
    }

    /// <summary>p-norm of each window.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="y">Result, <c>[N, C, windows]</c>.</param>
    /// <param name="kernelShape">Sizes of a window.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="ceilMode">1 when a window that lies only partly in the padded input counts.</param>
    /// <param name="dilations">Steps within a window; ones when empty.</param>
    /// <param name="p">The norm.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void LpPool(
        KernelContext context,
        TensorValue x,
        [Output] TensorValue y,
        ReadOnlySpan<long> kernelShape,
        string autoPad = "NOTSET",
        long ceilMode = 0,
        ReadOnlySpan<long> dilations = default,
        long p = 2,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        SpatialWindows windows = Prepare(stackalloc long[SpatialWindows.StackLength], x, y, kernelShape, autoPad, ceilMode, dilations, pads, strides);
        if (RealNumbers.IsDouble(x))
        {
            Norm<double>(windows, x, y, p);
        }
        else
        {
            Norm<float>(windows, x, y, p);
        }
    }

    /// <summary>Sums each window.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="x">Planes of the input.</param>
    /// <param name="y">Planes of the result.</param>
    /// <param name="planes">Number of planes.</param>
    internal static void Sum<T>(SpatialWindows windows, T* x, T* y, long planes)
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
            Unfolding.Fill(y, outputs, T.Zero);
            do
            {
                var segments = new TapSegments(windows, row, 0, outputs);
                while (segments.Next())
                {
                    Add(x + segments.Input, segments.Step, y + segments.Output, segments.Count);
                }
            }
            while (windows.NextTap());
        }
    }

    /// <summary>Divides the sum of each window by the number of its elements.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="y">Planes of sums.</param>
    /// <param name="planes">Number of planes.</param>
    /// <param name="includePadding">Whether elements of the padding count.</param>
    internal static void Divide<T>(SpatialWindows windows, T* y, long planes, bool includePadding)
        where T : unmanaged, INumber<T>
    {
        long outputs = windows.OutputLength;
        if (planes == 0 || outputs == 0)
        {
            return;
        }

        // The number of elements is a product over the axes.
        using var counts = new NativeBuffer<T>(outputs);
        Unfolding.Fill(counts.Pointer, outputs, T.One);
        long inner = outputs;
        for (int axis = 0; axis < windows.Rank; axis++)
        {
            long size = windows.Output[axis];
            inner /= size;
            for (long i = 0; i < outputs; i++)
            {
                counts.Pointer[i] *= T.CreateTruncating(Taps(windows, axis, i / inner % size, includePadding));
            }
        }

        for (long i = 0; i < planes * outputs; i++)
        {
            T count = counts.Pointer[i % outputs];
            y[i] = count == T.Zero ? T.Zero : y[i] / count;
        }
    }

    private static SpatialWindows Prepare(
        Span<long> stack,
        TensorValue x,
        TensorValue y,
        ReadOnlySpan<long> kernelShape,
        string autoPad,
        long ceilMode,
        ReadOnlySpan<long> dilations,
        ReadOnlySpan<long> pads,
        ReadOnlySpan<long> strides)
    {
        if (x.Rank < 2)
        {
            throw new KernelException($"Pooling of {x}.");
        }

        var windows = new SpatialWindows(stack, x.Shape[2..], kernelShape, strides, dilations);
        windows.Place(autoPad, pads, ceilMode != 0);
        Convolutions.ResizeOutput(y, x.ElementType, x.Shape[0], x.Shape[1], windows);
        return windows;
    }

    private static void Average<T>(SpatialWindows windows, TensorValue x, TensorValue y, bool includePadding)
        where T : unmanaged, INumber<T>
    {
        using var input = new RealInput<T>(x);
        using var output = new RealOutput<T>(y);
        long planes = x.Shape[0] * x.Shape[1];
        Sum(windows, input.Pointer, output.Pointer, planes);
        Divide(windows, output.Pointer, planes, includePadding);
        output.Commit();
    }

    private static void Norm<T>(SpatialWindows windows, TensorValue x, TensorValue y, long p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (p < 1)
        {
            throw new KernelException($"A norm with p = {p}.");
        }

        using var input = new RealInput<T>(x);
        using var output = new RealOutput<T>(y);
        using var powers = new NativeBuffer<T>(windows.InputLength);
        T exponent = T.CreateTruncating(p);
        long planes = x.Shape[0] * x.Shape[1];
        for (long plane = 0; plane < planes; plane++)
        {
            T* source = input.Pointer + (plane * powers.Length);
            T* target = output.Pointer + (plane * windows.OutputLength);
            for (long i = 0; i < powers.Length; i++)
            {
                powers.Pointer[i] = Power(T.Abs(source[i]), p, exponent);
            }

            Sum(windows, powers.Pointer, target, 1);
            for (long i = 0; i < windows.OutputLength; i++)
            {
                target[i] = Root(target[i], p, exponent);
            }
        }

        output.Commit();
    }

    /// <summary><c>x</c> to the power <c>p</c>.</summary>
    internal static T Power<T>(T x, long p, T exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => p switch
        {
            1 => x,
            2 => x * x,
            _ => T.Pow(x, exponent),
        };

    /// <summary><c>x</c> to the power <c>1 / p</c>.</summary>
    internal static T Root<T>(T x, long p, T exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => p switch
        {
            1 => x,
            2 => T.Sqrt(x),
            _ => T.Pow(x, T.One / exponent),
        };

    private static void Add<T>(T* x, long step, T* y, long count)
        where T : unmanaged, INumber<T>
    {
        long i = 0;
        if (step == 1)
        {
            for (; i + Vector<T>.Count <= count; i += Vector<T>.Count)
            {
                (Vector.Load(y + i) + Vector.Load(x + i)).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] += x[i * step];
        }
    }

    private static long Taps(SpatialWindows windows, int axis, long output, bool includePadding)
    {
        long first = (output * windows.Stride[axis]) - windows.PadBegin[axis];
        long low = includePadding ? -windows.PadBegin[axis] : 0;
        long high = windows.Input[axis] + (includePadding ? windows.PadEnd[axis] : 0);
        long from = Math.Clamp(-SpatialWindows.FloorDivide(first - low, windows.Dilation[axis]), 0, windows.Kernel[axis]);
        long to = Math.Clamp(SpatialWindows.FloorDivide(high - 1 - first, windows.Dilation[axis]) + 1, from, windows.Kernel[axis]);
        return to - from;
    }
}
