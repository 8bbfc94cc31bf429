using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator ConvTranspose, any number of spatial axes and every floating-point type.</summary>
public static unsafe class TransposedConvolutions
{
    /// <summary>Transposed convolution: <c>y[n, m, p * stride + k * dilation - pad] += w[c, m, k] * x[n, c, p]</c>, plus the bias.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="w">Weights, <c>[C, M / group, kernel]</c>.</param>
    /// <param name="b">Bias, <c>[M]</c>.</param>
    /// <param name="y">Result, <c>[N, M, spatial axes]</c>.</param>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="dilations">Steps between taps; ones when empty.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="kernelShape">Sizes of the kernel; those of <paramref name="w"/> when empty.</param>
    /// <param name="outputPadding">Elements added at the end of each axis; zeros when empty.</param>
    /// <param name="outputShape">Sizes of the result's spatial axes, from which the padding follows; used unless empty.</param>
    /// <param name="pads">Elements left away: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void ConvTranspose(
        KernelContext context,
        TensorValue x,
        TensorValue w,
        TensorValue? b,
        [Output] TensorValue y,
        string autoPad = "NOTSET",
        ReadOnlySpan<long> dilations = default,
        long group = 1,
        ReadOnlySpan<long> kernelShape = default,
        ReadOnlySpan<long> outputPadding = default,
        ReadOnlySpan<long> outputShape = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        if (x.Rank < 2 || x.Rank != w.Rank || group < 1 || x.Shape[1] != w.Shape[0] || x.Shape[1] % group != 0)
        {
            throw new KernelException($"{x} in {group} groups does not fit the weights {w}.");
        }

        if (kernelShape.Length != 0 && !kernelShape.SequenceEqual(w.Shape[2..]))
        {
            throw new KernelException($"kernel_shape [{string.Join(',', kernelShape.ToArray())}] is not that of the weights {w}.");
        }

        long filters = w.Shape[1];
        if (group > long.MaxValue / Math.Max(1, filters) || (b is not null && b.Length != filters * group))
        {
            throw new KernelException($"The bias {b} does not fit {filters} output channels in each of {group} groups.");
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], w.Shape[2..], strides, dilations);
        Place(windows, autoPad, pads, outputPadding, outputShape);
        Convolutions.ResizeOutput(y, x.ElementType, x.Shape[0], filters * group, windows);

        // Seen from the result, every element of the input is a window over it.
        for (int i = 0; i < windows.Rank; i++)
        {
            (windows.Input[i], windows.Output[i]) = (windows.Output[i], windows.Input[i]);
        }

        if (RealNumbers.IsDouble(x))
        {
            Run<double>(windows, x, w, b, y, group);
        }
        else
        {
            Run<float>(windows, x, w, b, y, group);
        }
    }

    private static void Place(SpatialWindows windows, string autoPad, ReadOnlySpan<long> pads, ReadOnlySpan<long> outputPadding, ReadOnlySpan<long> outputShape)
    {
        bool same = windows.ReadPads(autoPad, pads, out bool _);
        if (outputPadding.Length != 0 && outputPadding.Length != windows.Rank)
        {
            throw new KernelException($"output_padding has {outputPadding.Length} numbers for {windows.Rank} spatial axes.");
        }

        if (outputShape.Length == windows.Rank + 2)
        {
            outputShape = outputShape[2..];
        }

        if (outputShape.Length != 0 && outputShape.Length != windows.Rank)
        {
            throw new KernelException($"output_shape has {outputShape.Length} numbers for {windows.Rank} spatial axes.");
        }

        for (int i = 0; i < windows.Rank; i++)
        {
            long added = outputPadding.Length == 0 ? 0 : outputPadding[i];
            if (added is < 0 or > int.MaxValue || windows.Input[i] > int.MaxValue)
            {
                throw new KernelException($"Axis {i} has {windows.Input[i]} elements and output_padding {added}.");
            }

            long full = windows.Input[i] == 0 ? 0 : ((windows.Input[i] - 1) * windows.Stride[i]) + added + windows.Extent(i);
            if (same || outputShape.Length != 0)
            {
                long size = outputShape.Length != 0 ? outputShape[i] : windows.Input[i] * windows.Stride[i];
                long cut = Math.Max(0, full - size);
                windows.PadBegin[i] = autoPad == "SAME_UPPER" ? cut / 2 : cut - (cut / 2);
                windows.PadEnd[i] = cut - windows.PadBegin[i];
                windows.Output[i] = size;
            }
            else
            {
                windows.Output[i] = full - windows.PadBegin[i] - windows.PadEnd[i];
            }

            if (windows.Output[i] < 0)
            {
                throw new KernelException($"Axis {i} of the result would have {windows.Output[i]} elements.");
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
        long batch = x.Shape[0];
        long channels = x.Shape[1] / group;
        long filters = w.Shape[1];
        Convolutions.FillBias(result.Pointer, bias.Pointer, batch, filters * group, windows.InputLength);
        Accumulate(windows, input.Pointer, weights.Pointer, result.Pointer, batch, group, channels, filters);
        result.Commit();
    }

    private static void Accumulate<T>(SpatialWindows windows, T* x, T* w, T* y, long batch, long group, long channels, long filters)
        where T : unmanaged, INumber<T>
    {
        long inputs = windows.OutputLength;
        long outputs = windows.InputLength;
        long height = filters * windows.KernelLength;
        if (inputs == 0 || outputs == 0 || batch == 0 || channels == 0 || height == 0)
        {
            return;
        }

        Span<long> row = windows.Rank <= 16 ? stackalloc long[16] : new long[windows.Rank];
        long chunk = Unfolding.Chunk(height, inputs);
        using var columns = new NativeBuffer<T>(checked(height * chunk));
        using var transposed = new NativeBuffer<T>(checked(height * channels));
        for (long g = 0; g < group; g++)
        {
            MatrixProducts.Transpose(w + (g * channels * height), height, channels, height, transposed.Pointer);
            for (long n = 0; n < batch; n++)
            {
                T* source = x + (((n * group) + g) * channels * inputs);
                T* target = y + (((n * group) + g) * filters * outputs);
                for (long first = 0; first < inputs; first += chunk)
                {
                    long width = Math.Min(inputs, first + chunk) - first;
                    Unfolding.Fill(columns.Pointer, height * width, T.Zero);
                    MatrixProducts.Accumulate(transposed.Pointer, channels, source + first, inputs, columns.Pointer, width, height, width, channels);
                    Unfolding.Fold(windows, row, columns.Pointer, filters, first, first + width, target);
                }
            }
        }
    }
}
