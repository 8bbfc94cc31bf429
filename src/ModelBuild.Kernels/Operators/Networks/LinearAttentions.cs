using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operators LinearAttention and CausalConvWithState for every floating-point type.</summary>
public static unsafe class LinearAttentions
{
    /// <summary>Attention by a recurrent state per head: <c>S = exp(decay) * S + key * value^T</c>, <c>y = scale * query^T * S</c>; with a delta rule the value is <c>beta * (value - S^T * key)</c>.</summary>
    /// <param name="query">Queries, <c>[batch, tokens, q_heads * key size]</c>.</param>
    /// <param name="key">Keys, <c>[batch, tokens, kv_heads * key size]</c>.</param>
    /// <param name="value">Values, <c>[batch, tokens, kv_heads * value size]</c>.</param>
    /// <param name="pastState">State before the first token, <c>[batch, kv_heads, key size, value size]</c>; zeros when absent.</param>
    /// <param name="decay">Logarithm of what the state keeps, <c>[batch, tokens, kv_heads]</c> or with the key size.</param>
    /// <param name="beta">Rate of the update, <c>[batch, tokens, kv_heads]</c> or <c>[batch, tokens, 1]</c>.</param>
    /// <param name="output">Result, <c>[batch, tokens, q_heads * value size]</c>.</param>
    /// <param name="presentState">State after the last token.</param>
    /// <param name="kvNumHeads">Heads of keys and values.</param>
    /// <param name="qNumHeads">Heads of queries.</param>
    /// <param name="chunkSize">A hint that changes no result.</param>
    /// <param name="scale">Factor of the result; <c>1 / sqrt(key size)</c> when 0.</param>
    /// <param name="updateRule">linear, gated, delta or gated_delta.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void LinearAttention(
        TensorValue query,
        TensorValue key,
        TensorValue value,
        TensorValue? pastState,
        TensorValue? decay,
        TensorValue? beta,
        [Output] TensorValue output,
        [Output] TensorValue? presentState,
        long kvNumHeads,
        long qNumHeads,
        long chunkSize = 64,
        float scale = 0,
        string updateRule = "gated_delta")
    {
        bool gated = updateRule is "gated" or "gated_delta";
        bool delta = updateRule is "delta" or "gated_delta";
        if ((!gated && !delta && updateRule != "linear") || gated != (decay is not null) || delta != (beta is not null))
        {
            throw new KernelException($"The rule '{updateRule}' does not go with the decay {decay} and the rate {beta}.");
        }

        var q = new AttentionHeads(query, qNumHeads, "q_num_heads");
        var k = new AttentionHeads(key, kvNumHeads, "kv_num_heads");
        var v = new AttentionHeads(value, kvNumHeads, "kv_num_heads");
        if (query.Rank != 3 || key.Rank != 3 || value.Rank != 3 || k.Batch != q.Batch || v.Batch != q.Batch || k.Sequence != q.Sequence || v.Sequence != q.Sequence || k.Size != q.Size || q.Heads % k.Heads != 0)
        {
            throw new KernelException($"Linear attention of {query} with {qNumHeads} heads, {key} and {value} with {kvNumHeads}.");
        }

        if (pastState is not null)
        {
            RecurrentLayer.Expect(pastState, "past_state", q.Batch, k.Heads, k.Size, v.Size);
        }

        long decays = decay is { Rank: 3 } ? decay.Shape[2] : 0;
        long rates = beta is { Rank: 3 } ? beta.Shape[2] : 0;
        bool fits = (decay is null || (decay.Rank == 3 && decay.Shape[0] == q.Batch && decay.Shape[1] == q.Sequence && (decays == k.Heads || decays == k.Heads * k.Size)))
            && (beta is null || (beta.Rank == 3 && beta.Shape[0] == q.Batch && beta.Shape[1] == q.Sequence && (rates == k.Heads || rates == 1)));
        if (!fits)
        {
            throw new KernelException($"The decay {decay} and the rate {beta} don't fit {key} with {k.Heads} heads.");
        }

        output.Resize(query.ElementType, q.Batch, q.Sequence, q.Heads * v.Size);
        presentState?.Resize(pastState?.ElementType ?? query.ElementType, q.Batch, k.Heads, k.Size, v.Size);
        float factor = scale == 0 ? (float)(1 / Math.Sqrt(q.Size)) : scale;
        using var queries = new RealInput<float>(query);
        using var keys = new RealInput<float>(key);
        using var values = new RealInput<float>(value);
        using var first = new RealInput<float>(pastState);
        using var logarithms = new RealInput<float>(decay);
        using var betas = new RealInput<float>(beta);
        using var result = new RealOutput<float>(output);
        using var last = new RealOutput<float>(presentState);
        using var state = new NativeBuffer<float>(checked(k.Size * v.Size));
        using var written = new NativeBuffer<float>(v.Size);
        for (long i = 0; i < q.Batch * k.Heads; i++)
        {
            long batch = i / k.Heads;
            long head = i % k.Heads;
            long bytes = state.Length * sizeof(float);
            Unfolding.Fill(state.Pointer, state.Length, 0f);
            if (first.Pointer != null)
            {
                Buffer.MemoryCopy(first.Pointer + (i * state.Length), state.Pointer, bytes, bytes);
            }

            for (long token = 0; token < q.Sequence; token++)
            {
                long at = (batch * q.Sequence) + token;
                float* keyRow = keys.Pointer + k.Offset(batch, head, token);
                Buffer.MemoryCopy(values.Pointer + v.Offset(batch, head, token), written.Pointer, v.Size * sizeof(float), v.Size * sizeof(float));
                if (decay is not null)
                {
                    Decay(state.Pointer, k.Size, v.Size, logarithms.Pointer + (at * decays) + (decays == k.Heads ? head : head * k.Size), decays == k.Heads ? 0 : 1);
                }

                if (beta is not null)
                {
                    Correct(state.Pointer, keyRow, written.Pointer, k.Size, v.Size, betas.Pointer[(at * rates) + (rates == 1 ? 0 : head)]);
                }

                MatrixProducts.Accumulate(keyRow, 1, written.Pointer, v.Size, state.Pointer, v.Size, k.Size, v.Size, 1);
                for (long shared = head * (q.Heads / k.Heads); shared < (head + 1) * (q.Heads / k.Heads); shared++)
                {
                    float* target = result.Pointer + (((at * q.Heads) + shared) * v.Size);
                    Unfolding.Fill(target, v.Size, 0f);
                    MatrixProducts.Accumulate(queries.Pointer + q.Offset(batch, shared, token), q.Size, state.Pointer, v.Size, target, v.Size, 1, v.Size, k.Size);
                    for (long j = 0; j < v.Size; j++)
                    {
                        target[j] *= factor;
                    }
                }
            }

            if (last.Pointer != null)
            {
                Buffer.MemoryCopy(state.Pointer, last.Pointer + (i * state.Length), bytes, bytes);
            }
        }

        result.Commit();
        last.Commit();
    }

    /// <summary>Depthwise convolution over a sequence, whose window begins in the end of the sequence before.</summary>
    /// <param name="input">Input, <c>[batch, channels, length]</c>.</param>
    /// <param name="weight">Weights, <c>[channels, 1, kernel]</c>.</param>
    /// <param name="bias">Bias, <c>[channels]</c>.</param>
    /// <param name="pastState">What came before, <c>[batch, channels, kernel - 1]</c>; zeros when absent.</param>
    /// <param name="output">Result, like <paramref name="input"/>.</param>
    /// <param name="presentState">The last <c>kernel - 1</c> elements.</param>
    /// <param name="activation">none, silu or swish.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void CausalConvWithState(
        TensorValue input,
        TensorValue weight,
        TensorValue? bias,
        TensorValue? pastState,
        [Output] TensorValue output,
        [Output] TensorValue? presentState,
        string activation = "none")
    {
        if (input.Rank != 3 || weight.Rank != 3 || weight.Shape[0] != input.Shape[1] || weight.Shape[1] != 1 || weight.Shape[2] < 1 || activation is not ("none" or "silu" or "swish" or ""))
        {
            throw new KernelException($"Causal convolution of {input} with {weight} and activation '{activation}'.");
        }

        long batch = input.Shape[0];
        long channels = input.Shape[1];
        long length = input.Shape[2];
        long kernel = weight.Shape[2];
        if (bias is not null)
        {
            RecurrentLayer.Expect(bias, "bias", channels);
        }

        if (pastState is not null)
        {
            RecurrentLayer.Expect(pastState, "past_state", batch, channels, kernel - 1);
        }

        output.Resize(input.ElementType, input.Shape);
        presentState?.Resize(input.ElementType, batch, channels, kernel - 1);
        bool silu = activation is "silu" or "swish";
        if (RealNumbers.IsDouble(input))
        {
            Convolve<double>(input, weight, bias, pastState, output, presentState, silu);
        }
        else
        {
            Convolve<float>(input, weight, bias, pastState, output, presentState, silu);
        }
    }

    private static void Convolve<T>(TensorValue input, TensorValue weight, TensorValue? bias, TensorValue? pastState, TensorValue output, TensorValue? presentState, bool silu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long channels = input.Shape[1];
        long length = input.Shape[2];
        long kernel = weight.Shape[2];
        using var x = new RealInput<T>(input);
        using var w = new RealInput<T>(weight);
        using var b = new RealInput<T>(bias);
        using var past = new RealInput<T>(pastState);
        using var y = new RealOutput<T>(output);
        using var present = new RealOutput<T>(presentState);
        using var sequence = new NativeBuffer<T>(checked(length + kernel - 1));
        for (long i = 0; i < input.Shape[0] * channels; i++)
        {
            Unfolding.Fill(sequence.Pointer, kernel - 1, T.Zero);
            if (past.Pointer != null)
            {
                Buffer.MemoryCopy(past.Pointer + (i * (kernel - 1)), sequence.Pointer, (kernel - 1) * sizeof(T), (kernel - 1) * sizeof(T));
            }

            Buffer.MemoryCopy(x.Pointer + (i * length), sequence.Pointer + kernel - 1, length * sizeof(T), length * sizeof(T));
            T* target = y.Pointer + (i * length);
            Unfolding.Fill(target, length, b.Pointer == null ? T.Zero : b.Pointer[i % channels]);

            // Rows of the matrix of windows overlap: each begins one element later.
            MatrixProducts.Accumulate(w.Pointer + (i % channels * kernel), kernel, sequence.Pointer, 1, target, length, 1, length, kernel);
            for (long j = 0; silu && j < length; j++)
            {
                target[j] /= T.One + T.Exp(-target[j]);
            }

            if (present.Pointer != null)
            {
                Buffer.MemoryCopy(sequence.Pointer + length, present.Pointer + (i * (kernel - 1)), (kernel - 1) * sizeof(T), (kernel - 1) * sizeof(T));
            }
        }

        y.Commit();
        present.Commit();
    }

    private static void Decay(float* state, long rows, long columns, float* logarithms, long step)
    {
        for (long row = 0; row < rows; row++)
        {
            float keep = MathF.Exp(logarithms[row * step]);
            for (long column = 0; column < columns; column++)
            {
                state[(row * columns) + column] *= keep;
            }
        }
    }

    // The value becomes what the state does not know of it yet.
    private static void Correct(float* state, float* key, float* value, long rows, long columns, float rate)
    {
        using var known = new NativeBuffer<float>(columns);
        Unfolding.Fill(known.Pointer, columns, 0f);
        MatrixProducts.Accumulate(key, rows, state, columns, known.Pointer, columns, 1, columns, rows);
        for (long column = 0; column < columns; column++)
        {
            value[column] = rate * (value[column] - known.Pointer[column]);
        }
    }
}
