using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator DeformConv, any number of spatial axes and every floating-point type.</summary>
public static unsafe class DeformableConvolutions
{
    /// <summary>Convolution whose taps are moved by given offsets; between elements the input is interpolated linearly, outside it is zero.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="x">Input, <c>[N, C, spatial axes]</c>.</param>
    /// <param name="w">Weights, <c>[M, C / group, kernel]</c>.</param>
    /// <param name="offset">Offsets, <c>[N, offset_group * taps * axes, outputs]</c>: for each group and tap one per axis, outermost first.</param>
    /// <param name="b">Bias, <c>[M]</c>.</param>
    /// <param name="mask">Factor of each tap, <c>[N, offset_group * taps, outputs]</c>; ones when absent.</param>
    /// <param name="y">Result, <c>[N, M, spatial axes]</c>.</param>
    /// <param name="dilations">Steps between taps; ones when empty.</param>
    /// <param name="group">Number of groups.</param>
    /// <param name="kernelShape">Sizes of the kernel; those of <paramref name="w"/> when empty.</param>
    /// <param name="offsetGroup">Number of groups of channels that share offsets.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between windows; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void DeformConv(
        KernelContext context,
        TensorValue x,
        TensorValue w,
        TensorValue offset,
        TensorValue? b,
        TensorValue? mask,
        [Output] TensorValue y,
        ReadOnlySpan<long> dilations = default,
        long group = 1,
        ReadOnlySpan<long> kernelShape = default,
        long offsetGroup = 1,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        Convolutions.Check(x.Shape, w.Shape, group, kernelShape);
        if (x.Rank is < 3 or > 10)
        {
            throw new KernelException($"Deformable convolution of {x}.");
        }

        if (b is not null && b.Length != w.Shape[0])
        {
            throw new KernelException($"The bias {b} does not fit {w.Shape[0]} output channels.");
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], x.Shape[2..], w.Shape[2..], strides, dilations);
        windows.Place("NOTSET", pads);
        long taps = windows.KernelLength;
        if (offsetGroup < 1 || x.Shape[1] % offsetGroup != 0)
        {
            throw new KernelException($"{x.Shape[1]} channels can't have {offsetGroup} groups of offsets.");
        }

        CheckMap(offset, x.Shape[0], checked(offsetGroup * taps * windows.Rank), windows);
        if (mask is not null)
        {
            CheckMap(mask, x.Shape[0], offsetGroup * taps, windows);
        }

        Convolutions.ResizeOutput(y, x.ElementType, x.Shape[0], w.Shape[0], windows);
        if (RealNumbers.IsDouble(x))
        {
            Run<double>(windows, x, w, offset, b, mask, y, group, offsetGroup);
        }
        else
        {
            Run<float>(windows, x, w, offset, b, mask, y, group, offsetGroup);
        }
    }

    private static void CheckMap(TensorValue map, long batch, long channels, SpatialWindows windows)
    {
        if (map.Rank != windows.Rank + 2 || map.Shape[0] != batch || map.Shape[1] != channels || !map.Shape[2..].SequenceEqual(windows.Output))
        {
            throw new KernelException($"{map} does not fit {batch} times {channels} values for outputs of [{string.Join(',', windows.Output.ToArray())}].");
        }
    }

    private static void Run<T>(SpatialWindows windows, TensorValue x, TensorValue w, TensorValue offset, TensorValue? b, TensorValue? mask, TensorValue y, long group, long offsetGroup)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var input = new RealInput<T>(x);
        using var weights = new RealInput<T>(w);
        using var offsets = new RealInput<T>(offset);
        using var bias = new RealInput<T>(b);
        using var factors = new RealInput<T>(mask);
        using var result = new RealOutput<T>(y);
        long outputs = windows.OutputLength;
        long taps = windows.KernelLength;
        long channels = w.Shape[1];
        long filters = w.Shape[0] / group;
        long depth = channels * taps;
        long perOffsetGroup = x.Shape[1] / offsetGroup;
        Convolutions.FillBias(result.Pointer, bias.Pointer, x.Shape[0], w.Shape[0], outputs);
        if (y.Length == 0 || depth == 0)
        {
            result.Commit();
            return;
        }

        // Unfolding of one row: as many windows at once as Unfolding takes.
        long chunk = Unfolding.Chunk(depth, outputs);
        using var columns = new NativeBuffer<T>(checked(depth * chunk));
        for (long n = 0; n < x.Shape[0]; n++)
        {
            for (long g = 0; g < group; g++)
            {
                for (long first = 0; first < outputs; first += chunk)
                {
                    long end = Math.Min(outputs, first + chunk);
                    T* column = columns.Pointer;
                    for (long channel = g * channels; channel < (g + 1) * channels; channel++)
                    {
                        long map = (n * offsetGroup) + (channel / perOffsetGroup);
                        T* plane = input.Pointer + (((n * x.Shape[1]) + channel) * windows.InputLength);
                        T* planeOffsets = offsets.Pointer + (map * taps * windows.Rank * outputs);
                        T* planeFactors = factors.Pointer == null ? null : factors.Pointer + (map * taps * outputs);
                        Sample(windows, plane, planeOffsets, planeFactors, first, end, column);
                        column += taps * (end - first);
                    }

                    T* target = result.Pointer + ((((n * group) + g) * filters * outputs) + first);
                    MatrixProducts.Accumulate(weights.Pointer + (g * filters * depth), depth, columns.Pointer, end - first, target, outputs, filters, end - first, depth);
                }
            }
        }

        result.Commit();
    }

    // One row per tap, one column per window.
    private static void Sample<T>(SpatialWindows windows, T* plane, T* offsets, T* factors, long first, long end, T* column)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int rank = windows.Rank;
        long outputs = windows.OutputLength;
        Span<T> position = stackalloc T[8];
        Span<long> window = stackalloc long[8];
        long tap = 0;
        do
        {
            Locate(first, windows.Output, window);
            for (long output = first; output < end; output++)
            {
                for (int axis = 0; axis < rank; axis++)
                {
                    long start = (window[axis] * windows.Stride[axis]) - windows.PadBegin[axis] + (windows.Tap[axis] * windows.Dilation[axis]);
                    position[axis] = T.CreateTruncating(start) + offsets[(((tap * rank) + axis) * outputs) + output];
                }

                T value = Interpolate(plane, windows.Input, position);
                *column++ = factors == null ? value : value * factors[(tap * outputs) + output];
                Advance(windows.Output, window);
            }

            tap++;
        }
        while (windows.NextTap());
    }

    private static void Locate(long index, ReadOnlySpan<long> sizes, Span<long> position)
    {
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            position[axis] = index % sizes[axis];
            index /= sizes[axis];
        }
    }

    private static void Advance(ReadOnlySpan<long> sizes, Span<long> position)
    {
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            if (++position[axis] < sizes[axis])
            {
                return;
            }

            position[axis] = 0;
        }
    }

    private static T Interpolate<T>(T* plane, ReadOnlySpan<long> sizes, ReadOnlySpan<T> position)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int corner = 0; corner < 1 << sizes.Length; corner++)
        {
            T weight = T.One;
            long index = 0;
            bool inside = true;
            for (int axis = 0; axis < sizes.Length && inside; axis++)
            {
                T low = T.Floor(position[axis]);
                T fraction = position[axis] - low;
                bool upper = ((corner >> axis) & 1) != 0;

                // NaN is outside, and so is what no 64-bit integer can hold.
                T coordinate = upper ? low + T.One : low;
                inside = coordinate >= T.Zero && coordinate < T.CreateTruncating(sizes[axis]);
                weight *= upper ? fraction : T.One - fraction;
                index = (index * sizes[axis]) + (inside ? long.CreateTruncating(coordinate) : 0);
            }

            if (inside && weight != T.Zero)
            {
                sum += weight * plane[index];
            }
        }

        return sum;
    }
}
