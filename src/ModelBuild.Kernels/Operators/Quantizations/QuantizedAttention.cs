namespace ModelBuild.Kernels;

/// <summary>The operator QAttention of ONNX Runtime's own set.</summary>
public static unsafe class QuantizedAttention
{
    /// <summary>Self-attention of a quantized input with quantized projections; everything behind them in float32.</summary>
    /// <param name="context">Memory of the projections.</param>
    /// <param name="input">Input, <c>[batch, sequence, input]</c>, 8-bit integers.</param>
    /// <param name="weight">Projections of query, key and value side by side, <c>[input, 3 * hidden]</c>.</param>
    /// <param name="bias">Bias of the projections, <c>[3 * hidden]</c>, float32.</param>
    /// <param name="inputScale">Scale of the input.</param>
    /// <param name="weightScale">One scale of the projections or one per column.</param>
    /// <param name="maskIndex">Length of each sequence, <c>[batch]</c>; ends and then starts, <c>[2 * batch]</c>; or which keys count, <c>[batch, keys]</c> or <c>[batch, sequence, keys]</c>.</param>
    /// <param name="inputZeroPoint">Zero point of the input.</param>
    /// <param name="weightZeroPoint">Zero points like the scales.</param>
    /// <param name="past">Keys and values of earlier calls, <c>[2, batch, heads, past, head size]</c>.</param>
    /// <param name="output">Result, <c>[batch, sequence, hidden]</c>.</param>
    /// <param name="present">Past and new keys and values.</param>
    /// <param name="numHeads">Number of heads.</param>
    /// <param name="doRotary">Has to be 0.</param>
    /// <param name="maskFilterValue">What is added to the scores of keys that don't count.</param>
    /// <param name="pastPresentShareBuffer">Has to be 0.</param>
    /// <param name="scale">Factor of the products; <c>1 / sqrt(head size)</c> when 0.</param>
    /// <param name="unidirectional">1 when a token sees only the keys up to its own.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void QAttention(
        KernelContext context,
        TensorValue input,
        TensorValue weight,
        TensorValue bias,
        TensorValue inputScale,
        TensorValue weightScale,
        TensorValue? maskIndex,
        TensorValue? inputZeroPoint,
        TensorValue? weightZeroPoint,
        TensorValue? past,
        [Output] TensorValue output,
        [Output] TensorValue? present,
        long numHeads,
        long doRotary = 0,
        float maskFilterValue = -10000f,
        long pastPresentShareBuffer = 0,
        float scale = 0,
        long unidirectional = 0)
    {
        if (doRotary != 0 || pastPresentShareBuffer != 0)
        {
            throw new KernelException("QAttention with rotary embeddings or shared buffers.");
        }

        bool fits = input.Rank == 3 && weight.Rank == 2 && weight.Shape[0] == input.Shape[2] && weight.Shape[1] % 3 == 0 && numHeads > 0
            && weight.Shape[1] / 3 % numHeads == 0 && bias.Length == weight.Shape[1] && bias.ElementType == TensorElementType.Float32;
        if (!fits)
        {
            throw new KernelException($"QAttention of {input} with {weight}, {bias} and {numHeads} heads.");
        }

        long hidden = weight.Shape[1] / 3;
        long size = hidden / numHeads;
        (long batch, long sequence) = (input.Shape[0], input.Shape[1]);
        long earlier = past is { Rank: 5 } ? past.Shape[3] : 0;
        if (past is not null)
        {
            RecurrentLayer.Expect(past, "past", 2, batch, numHeads, earlier, size);
        }

        TensorValue q = context.Temporary(0);
        TensorValue k = context.Temporary(1);
        TensorValue v = context.Temporary(2);
        Project(input, weight, bias, QuantizedElements.Scalar(inputScale, "input_scale"), weightScale, (int)QuantizedElements.Scalar(inputZeroPoint, "input_zero_point"), weightZeroPoint, [q, k, v]);
        TensorValue? mask = maskIndex is null ? null : Mask(context.Temporary(3), maskIndex, batch, sequence, earlier + sequence, maskFilterValue);
        TensorValue? pastKey = past is null ? null : Half(context.Temporary(4), past, 0);
        TensorValue? pastValue = past is null ? null : Half(context.Temporary(5), past, 1);
        TensorValue? presentKey = null;
        TensorValue? presentValue = null;
        if (present is not null)
        {
            present.Resize(TensorElementType.Float32, 2, batch, numHeads, earlier + sequence, size);
            presentKey = Half(context.Temporary(6), present, 0);
            presentValue = Half(context.Temporary(7), present, 1);
            presentKey.Bind(presentKey.Data, present.ByteLength / 2);
            presentValue.Bind(presentValue.Data, present.ByteLength / 2);
        }

        Attentions.Attention(
            q, k, v, mask, pastKey, pastValue, null, output, presentKey, presentValue, null, unidirectional, numHeads, -1, numHeads, 0, -1, scale == 0 ? float.NaN : scale);
        presentKey?.Bind(null, 0);
        presentValue?.Bind(null, 0);
    }

    private static void Project(
        TensorValue input, TensorValue weight, TensorValue bias, float inputScale, TensorValue weightScale, int inputZero, TensorValue? weightZero, ReadOnlySpan<TensorValue> targets)
    {
        long rows = input.Shape[0] * input.Shape[1];
        long depth = weight.Shape[0];
        long columns = weight.Shape[1];
        long hidden = columns / 3;
        var parameters = new LineParameters(weightScale, weightZero, columns, 1);
        using var left = new NativeBuffer<int>(input.Length);
        using var right = new NativeBuffer<int>(weight.Length);
        using var sums = new NativeBuffer<int>(checked(rows * columns));
        QuantizedElements.Widen(input, 0, input.Length, inputZero, left.Pointer);
        QuantizedElements.Widen(weight, 0, weight.Length, 0, right.Pointer);
        for (long i = 0; weightZero is not null && i < weight.Length; i++)
        {
            right.Pointer[i] -= (int)parameters.ZeroPoint(0, i % columns);
        }

        Unfolding.Fill(sums.Pointer, sums.Length, 0);
        MatrixProducts.Accumulate(left.Pointer, depth, right.Pointer, columns, sums.Pointer, columns, rows, columns, depth);
        for (int part = 0; part < 3; part++)
        {
            targets[part].Resize(TensorElementType.Float32, input.Shape[0], input.Shape[1], hidden);
            float* target = targets[part].Pointer<float>();
            for (long i = 0; i < rows * hidden; i++)
            {
                long column = (part * hidden) + (i % hidden);
                target[i] = (sums.Pointer[(i / hidden * columns) + column] * (inputScale * parameters.Scale(0, column))) + bias.Pointer<float>()[column];
            }
        }
    }

    private static TensorValue Half(TensorValue view, TensorValue both, int part)
    {
        view.View(both.ElementType, both.Data + (part * both.ByteLength / 2), both.Shape[1], both.Shape[2], both.Shape[3], both.Shape[4]);
        return view;
    }

    private static TensorValue Mask(TensorValue mask, TensorValue index, long batch, long sequence, long keys, float filter)
    {
        bool byLength = index.Rank == 1;
        bool fits = byLength
            ? index.Length == batch || index.Length == 2 * batch
            : index.Shape[0] == batch && index.Shape[^1] == keys && (index.Rank == 2 || (index.Rank == 3 && index.Shape[1] == sequence));
        if (!fits)
        {
            throw new KernelException($"The mask {index} does not fit {batch} sequences of {sequence} and {keys} keys.");
        }

        long rows = index.Rank == 3 ? sequence : 1;
        mask.Resize(TensorElementType.Float32, batch, 1, rows, keys);
        for (long i = 0; i < mask.Length; i++)
        {
            long b = i / keys / rows;
            long key = i % keys;
            bool counts = byLength
                ? key < Integers.At(index, b) && (index.Length == batch || key >= Integers.At(index, batch + b))
                : Integers.At(index, i) != 0;
            mask.Pointer<float>()[i] = counts ? 0 : filter;
        }

        return mask;
    }
}
