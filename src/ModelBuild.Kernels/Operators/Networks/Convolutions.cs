using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator Conv, any number of spatial axes and every floating-point type.</summary>
public static unsafe class Convolutions
{
    /// <summary>Convolution: <c>y[n, m, p] = b[m] + sum of w[m, c, k] * x[n, c, p * stride + k * dilation - pad]</c> over the channels of the group and the taps.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="w">Weights, <c>[M, C / group, kernel]</c>.</param>
    /// <param name="b">Bias, <c>[M]</c>.</param>
    /// <param name="y">Result, <c>[N, M, spatial axes]</c>.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="dilations">Steps between taps; ones when empty.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="kernelShape">Sizes of the kernel; those of <paramref name="w"/> when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void Conv(
        KernelContext context,
        TensorValue x,
        TensorValue w,
        TensorValue? b,
        [Output] TensorValue y,
        string autoPad = "NOTSET",
        ReadOnlySpan<long> dilations = default,
        long group = 1,
        ReadOnlySpan<long> kernelShape = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        Check(x.Shape, w.Shape, group, kernelShape);
        if (b is not null && b.Length != w.Shape[0])
        {
            throw new KernelException($"The bias {b} does not fit {w.Shape[0]} output channels.");
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], w.Shape[2..], strides, dilations);
        windows.Place(autoPad, pads);
        ResizeOutput(y, x.ElementType, x.Shape[0], w.Shape[0], windows);
        if (RealNumbers.IsDouble(x))
        {
            Run<double>(windows, x, w, b, y, group);
        }
        else
        {
            Run<float>(windows, x, w, b, y, group);
        }
    }

    /// <summary>Checks the shapes of an input and weights against each other.</summary>
    internal static void Check(ReadOnlySpan<long> x, ReadOnlySpan<long> w, long group, ReadOnlySpan<long> kernelShape)
    {
        if (x.Length < 2 || x.Length != w.Length)
        {
            throw new KernelException($"Convolution of {x.Length} dimensions with weights of {w.Length}.");
        }

        if (group < 1 || w[0] % group != 0 || w[1] > x[1] || w[1] * group != x[1])
        {
            throw new KernelException($"{x[1]} channels in {group} groups don't fit weights [{string.Join(',', w.ToArray())}].");
        }

        if (kernelShape.Length != 0 && !kernelShape.SequenceEqual(w[2..]))
        {
            throw new KernelException($"kernel_shape [{string.Join(',', kernelShape.ToArray())}] is not that of the weights, [{string.Join(',', w.ToArray())}].");
        }
    }

    /// <summary>Sets the shape <c>[batch, channels, outputs]</c>.</summary>
    internal static void ResizeOutput(TensorValue y, TensorElementType type, long batch, long channels, SpatialWindows windows)
    {
        Span<long> shape = windows.Rank <= 16 ? stackalloc long[windows.Rank + 2] : new long[windows.Rank + 2];
        shape[0] = batch;
        shape[1] = channels;
        windows.Output.CopyTo(shape[2..]);
        y.Resize(type, shape);
    }

    /// <summary>Adds the convolution to <paramref name="y"/>.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="x">Input, <c>[batch, group * channels, inputs]</c>.</param>
    /// <param name="w">Weights, <c>[group * filters, channels, kernel]</c>.</param>
    /// <param name="y">Sums, <c>[batch, group * filters, outputs]</c>.</param>
    /// <param name="batch">Size of the batch.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="channels">Input channels of a group.</param>
    /// <param name="filters">Output channels of a group.</param>
    internal static void Accumulate<T>(SpatialWindows windows, T* x, T* w, T* y, long batch, long group, long channels, long filters)
        where T : unmanaged, INumber<T>
    {
        long outputs = windows.OutputLength;
        long inputs = windows.InputLength;
        long depth = channels * windows.KernelLength;
        if (outputs == 0 || batch == 0 || filters == 0 || depth == 0)
        {
            return;
        }

        Span<long> row = windows.Rank <= 16 ? stackalloc long[16] : new long[windows.Rank];
        bool pointwise = windows.IsPointwise;
        bool direct = channels * filters <= 2;
        long chunk = Unfolding.Chunk(depth, outputs);
        using var columns = new NativeBuffer<T>(pointwise || direct ? 0 : checked(depth * chunk));
        for (long n = 0; n < batch * group; n++)
        {
            long g = n % group;
            T* source = x + (n * channels * inputs);
            T* weights = w + (g * filters * depth);
            T* target = y + (n * filters * outputs);
            if (pointwise)
            {
                MatrixProducts.Accumulate(weights, depth, source, inputs, target, outputs, filters, outputs, depth);
                continue;
            }

            if (direct)
            {
                for (long filter = 0; filter < filters; filter++)
                {
                    AccumulateDirect(windows, row, source, weights + (filter * depth), target + (filter * outputs), channels, outputs);
                }

                continue;
            }

            for (long first = 0; first < outputs; first += chunk)
            {
                long end = Math.Min(outputs, first + chunk);
                Unfolding.Unfold(windows, row, source, channels, first, end, columns.Pointer);
                MatrixProducts.Accumulate(weights, depth, columns.Pointer, end - first, target + first, outputs, filters, end - first, depth);
            }
        }
    }

    private static void Run<T>(SpatialWindows windows, TensorValue x, TensorValue w, TensorValue? b, TensorValue y, long group)
        where T : unmanaged, INumber<T>
    {
        using var input = new RealInput<T>(x);
        using var weights = new RealInput<T>(w);
        using var bias = new RealInput<T>(b);
        using var result = new RealOutput<T>(y);
        FillBias(result.Pointer, bias.Pointer, x.Shape[0], w.Shape[0], windows.OutputLength);
        Accumulate(windows, input.Pointer, weights.Pointer, result.Pointer, x.Shape[0], group, w.Shape[1], w.Shape[0] / group);
        result.Commit();
    }

    /// <summary>Sets each channel to its bias, or to zero.</summary>
    internal static void FillBias<T>(T* y, T* bias, long batch, long channels, long length)
        where T : unmanaged, INumber<T>
    {
        if (bias == null)
        {
            Unfolding.Fill(y, batch * channels * length, T.Zero);
            return;
        }

        for (long i = 0; i < batch * channels; i++)
        {
            Unfolding.Fill(y + (i * length), length, bias[i % channels]);
        }
    }

    // Few channels: tap by tap over the whole plane costs less than unfolding.
    private static void AccumulateDirect<T>(SpatialWindows windows, Span<long> row, T* x, T* w, T* y, long channels, long outputs)
        where T : unmanaged, INumber<T>
    {
        long plane = windows.InputLength;
        for (long channel = 0; channel < channels; channel++, x += plane)
        {
            do
            {
                T weight = *w++;
                var segments = new TapSegments(windows, row, 0, outputs);
                while (segments.Next())
                {
                    AddScaled(x + segments.Input, segments.Step, weight, y + segments.Output, segments.Count);
                }
            }
            while (windows.NextTap());
        }
    }

    private static void AddScaled<T>(T* x, long step, T weight, T* y, long count)
        where T : unmanaged, INumber<T>
    {
        long i = 0;
        if (step == 1)
        {
            // A product of one column by rows of one: the vector loop of the matrix product.
            long whole = count / (2 * Vector<T>.Count) * (2 * Vector<T>.Count);
            MatrixProducts.Accumulate(&weight, 1, x, count, y, count, 1, whole, 1);
            i = whole;
        }

        for (; i < count; i++)
        {
            y[i] = MatrixProducts.MultiplyAdd(weight, x[i * step], y[i]);
        }
    }
}
