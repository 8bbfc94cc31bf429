namespace ModelBuild.Kernels;

/// <summary>Operators that move blocks between channels and places, or turn sequences round.</summary>
public static class Rearranging
{
    /// <summary>Channels become blocks of places.</summary>
    /// <param name="input"><c>[n, c, h, w]</c>, c a multiple of the block's square.</param>
    /// <param name="output"><c>[n, c / b^2, h * b, w * b]</c>.</param>
    /// <param name="blocksize">b.</param>
    /// <param name="mode"><c>DCR</c>: a channel is <c>(block row, block column, c)</c>; <c>CRD</c>: <c>(c, block row, block column)</c>.</param>
    public static void DepthToSpace(TensorValue input, [Output] TensorValue output, long blocksize, string mode = "DCR")
    {
        Check(input, blocksize);
        long b = blocksize;
        if (mode is not ("DCR" or "CRD") || input.Shape[1] % (b * b) != 0)
        {
            throw new KernelException($"Channels of {input} can't become blocks of {b} in mode {mode}.");
        }

        long n = input.Shape[0], c = input.Shape[1] / (b * b), h = input.Shape[2], w = input.Shape[3];
        long channel = h * w;
        bool outermost = mode == "DCR";
        long column = channel * (outermost ? c : 1);
        output.Resize(input.ElementType, n, c, checked(h * b), checked(w * b));
        ReadOnlySpan<long> shape = [n, c, h, b, w, b];
        Span<long> to = stackalloc long[6];
        Strides.RowMajor(shape, to);
        StridedMove.Run(input, 0, output, 0, shape, [c * b * b * channel, channel * (outermost ? 1 : b * b), w, column * b, 1, column], to);
    }

    /// <summary>Blocks of places become channels.</summary>
    /// <param name="input"><c>[n, c, h, w]</c>, h and w multiples of the block.</param>
    /// <param name="output"><c>[n, c * b^2, h / b, w / b]</c>, a channel being <c>(block row, block column, c)</c>.</param>
    /// <param name="blocksize">b.</param>
    public static void SpaceToDepth(TensorValue input, [Output] TensorValue output, long blocksize)
    {
        Check(input, blocksize);
        long b = blocksize;
        if (input.Shape[2] % b != 0 || input.Shape[3] % b != 0)
        {
            throw new KernelException($"Places of {input} are no blocks of {b}.");
        }

        long n = input.Shape[0], c = input.Shape[1], h = input.Shape[2] / b, w = input.Shape[3] / b;
        output.Resize(input.ElementType, n, checked(c * b * b), h, w);
        ReadOnlySpan<long> shape = [n, b, b, c, h, w];
        Span<long> to = stackalloc long[6];
        Strides.RowMajor(shape, to);
        long row = w * b;
        StridedMove.Run(input, 0, output, 0, shape, [c * h * b * row, row, 1, h * b * row, row * b, b], to);
    }

    /// <summary>The first elements of each sequence in reverse order.</summary>
    /// <param name="input">Any type, at least two dimensions.</param>
    /// <param name="sequenceLens">For each batch entry the number of elements that are turned round.</param>
    /// <param name="y">Result.</param>
    /// <param name="batchAxis">0 or 1.</param>
    /// <param name="timeAxis">The other one.</param>
    public static void ReverseSequence(TensorValue input, TensorValue sequenceLens, [Output] TensorValue y, long batchAxis = 1, long timeAxis = 0)
    {
        if (input.Rank < 2 || !((batchAxis == 0 && timeAxis == 1) || (batchAxis == 1 && timeAxis == 0)) || sequenceLens.Length != input.Shape[(int)batchAxis])
        {
            throw new KernelException($"{sequenceLens} lengths along dimension {batchAxis} don't fit {input}.");
        }

        y.Resize(input.ElementType, input.Shape);
        long batch = input.Shape[(int)batchAxis];
        long time = input.Shape[(int)timeAxis];
        long inner = Strides.Product(input.Shape[2..]);
        long batchStride = inner * (batchAxis == 0 ? time : 1);
        long timeStride = inner * (timeAxis == 0 ? batch : 1);
        for (long i = 0; i < batch; i++)
        {
            long length = Integers.At(sequenceLens, i);
            if (length < 0 || length > time)
            {
                throw new KernelException($"Sequence {i} can't have {length} of {time} elements.");
            }

            for (long j = 0; j < time; j++)
            {
                long source = j < length ? length - 1 - j : j;
                Elements.CopyRange(input, (i * batchStride) + (source * timeStride), y, (i * batchStride) + (j * timeStride), inner);
            }
        }
    }

    private static void Check(TensorValue input, long blocksize)
    {
        if (input.Rank != 4 || blocksize < 1 || blocksize > int.MaxValue)
        {
            throw new KernelException($"{input} has no blocks of {blocksize}; four dimensions are expected.");
        }
    }
}
