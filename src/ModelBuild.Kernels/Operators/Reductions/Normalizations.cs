using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Layer, RMS, group and instance normalization. 16-bit floats are computed in single precision and rounded once.</summary>
public static unsafe class Normalizations
{
    /// <summary><c>(x - mean) / sqrt(variance + epsilon) * scale + bias</c> over the dimensions from <paramref name="axis"/> on.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers.</param>
    /// <param name="scale">Factors, of a shape that fits that of <paramref name="x"/>.</param>
    /// <param name="b">Summands, of a shape that fits that of <paramref name="x"/>.</param>
    /// <param name="y">Result.</param>
    /// <param name="mean">Means, the normalized dimensions with one element.</param>
    /// <param name="invStdDev">Reciprocal standard deviations, in the same shape.</param>
    /// <param name="axis">First dimension to normalize.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="stashType">Type of <paramref name="mean"/> and <paramref name="invStdDev"/>: a number of <see cref="TensorElementType"/>.</param>
    /// <exception cref="KernelException">Shapes don't fit each other, or a type has no real numbers.</exception>
    public static void LayerNormalization(
        KernelContext context, TensorValue x, TensorValue scale, TensorValue? b, [Output] TensorValue y, [Output] TensorValue? mean, [Output] TensorValue? invStdDev,
        long axis = -1, float epsilon = 1e-5f, long stashType = 1) =>
        NormalizeRows(context, x, scale, b, y, mean, invStdDev, axis, epsilon, stashType, true);

    /// <summary><c>x / sqrt(mean(x^2) + epsilon) * scale</c> over the dimensions from <paramref name="axis"/> on.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers.</param>
    /// <param name="scale">Factors, of a shape that fits that of <paramref name="x"/>.</param>
    /// <param name="y">Result.</param>
    /// <param name="axis">First dimension to normalize.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="stashType">Type to compute in; at least single precision is used.</param>
    /// <exception cref="KernelException">Shapes don't fit each other, or a type has no real numbers.</exception>
    public static void RMSNormalization(
        KernelContext context, TensorValue x, TensorValue scale, [Output] TensorValue y, long axis = -1, float epsilon = 1e-5f, long stashType = 1) =>
        NormalizeRows(context, x, scale, null, y, null, null, axis, epsilon, stashType, false);

    /// <summary>Each group of channels less its mean, over its standard deviation, then <c>* scale + bias</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Real numbers, <c>[batch, channels, ...]</c>.</param>
    /// <param name="scale">A factor per channel, or per group.</param>
    /// <param name="bias">A summand per channel, or per group.</param>
    /// <param name="y">Result.</param>
    /// <param name="numGroups">How many groups; divides the channels.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="stashType">Type to compute in; at least single precision is used.</param>
    /// <exception cref="KernelException">Shapes don't fit each other, or a type has no real numbers.</exception>
    public static void GroupNormalization(
        KernelContext context, TensorValue x, TensorValue scale, TensorValue bias, [Output] TensorValue y, long numGroups, float epsilon = 1e-5f, long stashType = 1)
    {
        _ = stashType;
        long channels = Channels(x);
        if (numGroups < 1 || channels % numGroups != 0)
        {
            throw new KernelException($"{channels} channels can't be split into {numGroups} groups.");
        }

        if (scale.Length == numGroups && numGroups != channels)
        {
            RealWork.CheckLength(bias, numGroups, "bias");
            scale = PerChannel(context, scale, channels, 6);
            bias = PerChannel(context, bias, channels, 7);
        }

        NormalizeGroups(context, x, scale, bias, y, numGroups, epsilon);
    }

    /// <summary>Each channel of each element of the batch less its mean, over its standard deviation, then <c>* scale + b</c>.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="input">Real numbers, <c>[batch, channels, ...]</c>.</param>
    /// <param name="scale">A factor per channel.</param>
    /// <param name="b">A summand per channel.</param>
    /// <param name="output">Result.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="KernelException">Shapes don't fit each other, or a type has no real numbers.</exception>
    public static void InstanceNormalization(
        KernelContext context, TensorValue input, TensorValue scale, TensorValue b, [Output] TensorValue output, float epsilon = 1e-5f) =>
        NormalizeGroups(context, input, scale, b, output, Channels(input), epsilon);

    private static long Channels(TensorValue x) => x.Rank >= 2 ? x.Shape[1] : throw new KernelException($"A batch of channels is expected, not {x}.");

    private static TensorValue PerChannel(KernelContext context, TensorValue perGroup, long channels, int slot)
    {
        TensorValue result = context.Temporary(slot);
        result.Resize(perGroup.ElementType, channels);
        for (long c = 0; c < channels; c++)
        {
            Reals.Write(result, c, Reals.Read(perGroup, c / (channels / perGroup.Length)));
        }

        return result;
    }

    private static void NormalizeGroups(KernelContext context, TensorValue x, TensorValue scale, TensorValue bias, TensorValue y, long groups, float epsilon)
    {
        TensorElementType type = x.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        long channels = x.Shape[1];
        RealWork.CheckLength(scale, channels, "scale");
        RealWork.CheckLength(bias, channels, "bias");
        x = RealWork.Read(context, x, isDouble, 0);
        scale = RealWork.Read(context, scale, isDouble, 1);
        bias = RealWork.Read(context, bias, isDouble, 2);
        TensorValue target = RealWork.Target(context, y, type, isDouble, 3);
        target.Resize(x.ElementType, x.Shape);
        if (x.Length > 0)
        {
            long size = Strides.Product(x.Shape[2..]);
            if (isDouble)
            {
                DoubleNormalization.Groups(
                    x.Pointer<double>(), scale.Pointer<double>(), bias.Pointer<double>(), target.Pointer<double>(), x.Shape[0], channels, size, groups, epsilon);
            }
            else
            {
                ChannelNormalization.Groups(
                    context, x.Pointer<float>(), scale.Pointer<float>(), bias.Pointer<float>(), target.Pointer<float>(), x.Shape[0], channels, size, groups, epsilon);
            }
        }

        RealWork.Write(target, y, type);
    }

    private static void NormalizeRows(
        KernelContext context, TensorValue x, TensorValue scale, TensorValue? bias, TensorValue y, TensorValue? mean, TensorValue? factor, long axis, float epsilon,
        long stashType, bool isCentered)
    {
        TensorElementType type = x.ElementType;
        bool isDouble = type == TensorElementType.Float64;
        int first = Strides.Axis(axis, x.Rank);
        long columns = Strides.Product(x.Shape[first..]);
        long rows = Strides.Product(x.Shape[..first]);
        x = RealWork.Read(context, x, isDouble, 0);
        scale = RealWork.Read(context, scale, isDouble, 1);
        bias = bias is null ? null : RealWork.Read(context, bias, isDouble, 2);
        TensorValue target = RealWork.Target(context, y, type, isDouble, 3);
        TensorValue means = context.Temporary(4);
        TensorValue factors = context.Temporary(5);
        Span<long> shape = stackalloc long[Math.Min(x.Rank, BroadcastLayout.MaxRank)];
        for (int d = 0; d < shape.Length; d++)
        {
            shape[d] = d < first ? x.Shape[d] : 1;
        }

        target.Resize(x.ElementType, x.Shape);
        means.Resize(x.ElementType, shape);
        factors.Resize(x.ElementType, shape);
        bool isPlain = IsRow(scale, x.Shape[first..]) && (bias is null || IsRow(bias, x.Shape[first..]));
        TensorValue? rowScale = isPlain ? scale : null;
        TensorValue? rowBias = isPlain ? bias : null;
        if (x.Length == 0)
        {
            means.Bytes.Clear();
            factors.Bytes.Clear();
        }
        else if (isDouble)
        {
            DoubleNormalization.Rows(
                x.Pointer<double>(), Data<double>(rowScale), Data<double>(rowBias), target.Pointer<double>(), means.Pointer<double>(), factors.Pointer<double>(), rows, columns,
                epsilon, isCentered);
        }
        else
        {
            Kernels.LayerNormalization.Run(
                context, x.Pointer<float>(), Data<float>(rowScale), Data<float>(rowBias), target.Pointer<float>(), means.Pointer<float>(), factors.Pointer<float>(), rows, columns,
                epsilon, isCentered);
        }

        if (!isPlain)
        {
            // Scale and bias that vary over the rows too, or repeat within one.
            Apply<Multiply>(context, target, scale);
            if (bias is not null)
            {
                Apply<Add>(context, target, bias);
            }
        }

        RealWork.Write(target, y, type);
        Stash(means, mean, stashType);
        Stash(factors, factor, stashType);
    }

    // Whether the tensor has one number for each of a row, and nothing else.
    private static bool IsRow(TensorValue tensor, ReadOnlySpan<long> row)
    {
        int more = tensor.Rank - row.Length;
        return more >= 0 && tensor.Shape[more..].SequenceEqual(row) && Strides.Product(tensor.Shape[..more]) == 1;
    }

    private static void Apply<TOperation>(KernelContext context, TensorValue x, TensorValue y)
        where TOperation : struct, INumberOperation, IBinaryOperation
    {
        if (x.ElementType == TensorElementType.Float32)
        {
            Elementwise.BroadcastTo<TOperation>(context, x.Pointer<float>(), y.Pointer<float>(), x.Pointer<float>(), x.Shape, x.Shape, y.Shape);
        }
        else
        {
            BinaryOperators.RunInto<TOperation>(x, y, x);
        }
    }

    private static void Stash(TensorValue source, TensorValue? output, long type)
    {
        if (output is not null)
        {
            Casting.Cast(source, output, type);
        }
    }

    private static T* Data<T>(TensorValue? tensor)
        where T : unmanaged => tensor is null ? null : tensor.Pointer<T>();
}
