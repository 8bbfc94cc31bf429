namespace ModelBuild.Kernels;

/// <summary>Dropout.</summary>
public static unsafe class Dropping
{
    /// <summary>In training sets a random share of the elements to zero and scales the others; otherwise copies.</summary>
    /// <param name="context">Temporaries.</param>
    /// <param name="data">Real numbers.</param>
    /// <param name="ratio">One number from 0 to below 1: the share that is dropped; 0.5 where it is absent.</param>
    /// <param name="trainingMode">One truth value; false where it is absent.</param>
    /// <param name="output">Result.</param>
    /// <param name="mask">Which elements are kept.</param>
    /// <param name="seed">Seed of the random numbers; the same seed drops the same elements.</param>
    /// <exception cref="KernelException">The ratio is outside its range, or the type has no real numbers.</exception>
    public static void Dropout(
        KernelContext context, TensorValue data, TensorValue? ratio, TensorValue? trainingMode, [Output] TensorValue output, [Output] TensorValue? mask, long seed = 0)
    {
        double share = ratio is null ? 0.5 : Scalar(ratio);
        if (!(share >= 0 && share < 1))
        {
            throw new KernelException($"The ratio of a dropout is from 0 to below 1, not {share}.");
        }

        mask?.Resize(TensorElementType.Bool, data.Shape);
        if (trainingMode is null || Integers.Scalar(trainingMode) == 0 || share == 0)
        {
            output.CopyFrom(data);
            mask?.Bytes.Fill(1);
            return;
        }

        TensorValue wide = FloatElements.Widen(context, data, 0);
        bool isHalf = HalfPrecision.Is(data.ElementType);
        TensorValue result = isHalf ? context.Temporary(1) : output;
        result.Resize(wide.ElementType, wide.Shape);
        Drop(wide, result, mask, share, (uint)seed);
        if (isHalf)
        {
            HalfPrecision.Narrow(result, output, data.ElementType);
        }
    }

    private static void Drop(TensorValue data, TensorValue output, TensorValue? mask, double share, uint seed)
    {
        MersenneTwister random = new(seed, stackalloc uint[MersenneTwister.StateLength]);
        double scale = 1 / (1 - share);
        for (long i = 0; i < data.Length; i++)
        {
            bool isKept = random.NextDouble() >= share;
            if (mask is not null)
            {
                mask.Data[i] = isKept ? (byte)1 : (byte)0;
            }

            if (data.ElementType == TensorElementType.Float32)
            {
                output.Pointer<float>()[i] = isKept ? data.Pointer<float>()[i] * (float)scale : 0;
            }
            else
            {
                output.Pointer<double>()[i] = isKept ? data.Pointer<double>()[i] * scale : 0;
            }
        }
    }

    private static double Scalar(TensorValue tensor) =>
        tensor.Length == 1 ? Reals.Read(tensor, 0) : throw new KernelException($"One number is expected, not {tensor}.");
}
