using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator Col2Im, any number of spatial axes and every numeric type.</summary>
public static unsafe class ColumnsToImages
{
    /// <summary>Adds the columns of a matrix to the blocks of an image that they were taken from.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="input">Columns, <c>[N, C * elements of a block, blocks]</c>.</param>
    /// <param name="imageShape">Sizes of the image's spatial axes.</param>
    /// <param name="blockShape">Sizes of a block.</param>
    /// <param name="output">Images, <c>[N, C, image_shape]</c>.</param>
    /// <param name="dilations">Steps within a block; ones when empty.</param>
    /// <param name="pads">Padding: begins, then ends; zeros when empty.</param>
    /// <param name="strides">Steps between blocks; ones when empty.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other.</exception>
    public static void Col2Im(
        KernelContext context,
        TensorValue input,
        TensorValue imageShape,
        TensorValue blockShape,
        [Output] TensorValue output,
        ReadOnlySpan<long> dilations = default,
        ReadOnlySpan<long> pads = default,
        ReadOnlySpan<long> strides = default)
    {
        int rank = Integers.Count(imageShape);
        if (rank > 64 || Integers.Count(blockShape) != rank || input.Rank != 3)
        {
            throw new KernelException($"Columns {input}, an image of {rank} axes and a block of {blockShape.Length} don't fit together.");
        }

        Span<long> image = stackalloc long[rank];
        Span<long> block = stackalloc long[rank];
        Integers.Read(imageShape, image);
        Integers.Read(blockShape, block);
        foreach (long size in image)
        {
            if (size is < 0 or > int.MaxValue)
            {
                throw new KernelException($"An image can't have {size} elements along an axis.");
            }
        }

        var windows = new SpatialWindows(stackalloc long[SpatialWindows.StackLength], image, block, strides, dilations);
        windows.Place("NOTSET", pads);
        long taps = windows.KernelLength;
        if (windows.OutputLength != input.Shape[2] || taps == 0 || input.Shape[1] % taps != 0)
        {
            throw new KernelException($"{windows.OutputLength} blocks of {taps} elements don't fit the columns {input}.");
        }

        windows.Input.CopyTo(image);
        Span<long> shape = stackalloc long[rank + 2];
        shape[0] = input.Shape[0];
        shape[1] = input.Shape[1] / taps;
        image.CopyTo(shape[2..]);
        output.Resize(input.ElementType, shape);
        switch (input.ElementType)
        {
            case TensorElementType.Float64:
                Run<double>(windows, input, output);
                break;
            case TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16:
                Run<float>(windows, input, output);
                break;
            case TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.UInt32 or TensorElementType.Int32
                or TensorElementType.UInt64 or TensorElementType.Int64:
                Run<long>(windows, input, output);
                break;
            default:
                throw new KernelException($"Columns of numbers are expected, not {input}.");
        }
    }

    private static void Run<T>(SpatialWindows windows, TensorValue input, TensorValue output)
        where T : unmanaged, INumber<T>
    {
        using var columns = new RealInput<T>(input);
        using var images = new RealOutput<T>(output);
        Unfolding.Fill(images.Pointer, images.Length, T.Zero);
        Span<long> row = stackalloc long[64];
        for (long n = 0; n < input.Shape[0]; n++)
        {
            T* source = columns.Pointer + (n * input.Shape[1] * input.Shape[2]);
            Unfolding.Fold(windows, row, source, output.Shape[1], 0, input.Shape[2], images.Pointer + (n * output.Shape[1] * windows.InputLength));
        }

        images.Commit();
    }
}
