using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>The operator Attention for every floating-point type. Scores exist for a few rows at a time.</summary>
public static unsafe class Attentions
{
    /// <summary>Scaled dot product attention: <c>softmax(softcap(scale * Q * K^T) + bias) * V</c>. A row without any key to look at is zero.</summary>
    /// <param name="q">Queries, <c>[batch, q_heads, queries, head size]</c> or <c>[batch, queries, q_heads * head size]</c>.</param>
    /// <param name="k">Keys, like the queries, with kv_heads.</param>
    /// <param name="v">Values, like the keys, with a head size of their own.</param>
    /// <param name="attnMask">What is added to the scores, or which of them count; broadcast to <c>[batch, q_heads, queries, keys]</c>, keys beyond its last dimension don't count.</param>
    /// <param name="pastKey">Keys of earlier calls, <c>[batch, kv_heads, past, head size]</c>.</param>
    /// <param name="pastValue">Values of earlier calls.</param>
    /// <param name="nonpadKvSeqlen">Number of keys that count, <c>[batch]</c>.</param>
    /// <param name="y">Result, like <paramref name="q"/> with the values' head size.</param>
    /// <param name="presentKey">Past and new keys.</param>
    /// <param name="presentValue">Past and new values.</param>
    /// <param name="qkMatmulOutput">Scores, <c>[batch, q_heads, queries, keys]</c>.</param>
    /// <param name="isCausal">1 when a query sees only the keys up to its own position.</param>
    /// <param name="kvNumHeads">Heads of keys and values with three dimensions.</param>
    /// <param name="leftWindowSize">How many positions before its own a query sees; -1 for all.</param>
    /// <param name="qNumHeads">Heads of queries with three dimensions.</param>
    /// <param name="qkMatmulOutputMode">What <paramref name="qkMatmulOutput"/> is: 0 scaled products, 1 after the soft cap, 2 with the bias, 3 after softmax.</param>
    /// <param name="rightWindowSize">How many positions after its own a query sees; -1 for all.</param>
    /// <param name="scale">Factor of the products; <c>1 / sqrt(head size)</c> when NaN.</param>
    /// <param name="softcap">Products become <c>softcap * tanh(product / softcap)</c>; 0 for no cap.</param>
    /// <param name="softmaxPrecision">Element type that softmax rounds to; 0 for that of the computation.</param>
    /// <exception cref="KernelException">Shapes, types or attributes contradict each other.</exception>
    public static void Attention(
        TensorValue q,
        TensorValue k,
        TensorValue v,
        TensorValue? attnMask,
        TensorValue? pastKey,
        TensorValue? pastValue,
        TensorValue? nonpadKvSeqlen,
        [Output] TensorValue y,
        [Output] TensorValue? presentKey,
        [Output] TensorValue? presentValue,
        [Output] TensorValue? qkMatmulOutput,
        long isCausal = 0,
        long kvNumHeads = 0,
        long leftWindowSize = -1,
        long qNumHeads = 0,
        long qkMatmulOutputMode = 0,
        long rightWindowSize = -1,
        float scale = float.NaN,
        float softcap = 0,
        long softmaxPrecision = 0)
    {
        if (q.Rank != k.Rank || q.Rank != v.Rank || (pastKey is null) != (pastValue is null))
        {
            throw new KernelException($"Attention of {q}, {k}, {v} with the past {pastKey} and {pastValue}.");
        }

        var call = new AttentionCall(new AttentionHeads(q, qNumHeads, "q_num_heads"), new AttentionHeads(k, kvNumHeads, "kv_num_heads"), new AttentionHeads(v, kvNumHeads, "kv_num_heads"))
        {
            Past = pastKey is { Rank: 4 } ? pastKey.Shape[2] : 0,
            IsCausal = isCausal != 0,
            LeftWindow = leftWindowSize,
            RightWindow = rightWindowSize,
            Softcap = softcap,
            Mode = (int)qkMatmulOutputMode,
            Precision = (TensorElementType)softmaxPrecision,
            NonPad = nonpadKvSeqlen,
        };
        call.Scale = float.IsNaN(scale) ? 1 / Math.Sqrt(call.Q.Size) : scale;
        call.Check(attnMask, pastKey, pastValue);
        if (q.Rank == 4)
        {
            y.Resize(q.ElementType, call.Q.Batch, call.Q.Heads, call.Q.Sequence, call.V.Size);
        }
        else
        {
            y.Resize(q.ElementType, call.Q.Batch, call.Q.Sequence, call.Q.Heads * call.V.Size);
        }

        qkMatmulOutput?.Resize(q.ElementType, call.Q.Batch, call.Q.Heads, call.Q.Sequence, call.Keys);
        Append(call.K, k, pastKey, presentKey);
        Append(call.V, v, pastValue, presentValue);
        if (RealNumbers.IsDouble(q) || call.Precision == TensorElementType.Float64)
        {
            using var run = new AttentionRun<double>(call, q, k, v, attnMask, pastKey, pastValue, y, qkMatmulOutput);
            run.Run();
        }
        else
        {
            using var run = new AttentionRun<float>(call, q, k, v, attnMask, pastKey, pastValue, y, qkMatmulOutput);
            run.Run();
        }
    }

    // Past tokens, then the new ones.
    private static void Append(AttentionHeads heads, TensorValue added, TensorValue? past, TensorValue? present)
    {
        if (present is null)
        {
            return;
        }

        if (past is not null && past.ElementType != added.ElementType)
        {
            throw new KernelException($"{added} can't be appended to {past}.");
        }

        long earlier = past is null ? 0 : past.Shape[2];
        present.Resize(added.ElementType, heads.Batch, heads.Heads, earlier + heads.Sequence, heads.Size);
        long token = TensorValue.ByteSize(added.ElementType, heads.Size);
        byte* target = present.Data;
        for (long i = 0; i < heads.Batch * heads.Heads; i++)
        {
            if (past is not null)
            {
                Buffer.MemoryCopy(past.Data + (i * earlier * token), target, earlier * token, earlier * token);
                target += earlier * token;
            }

            for (long t = 0; t < heads.Sequence; t++, target += token)
            {
                byte* source = added.Data + TensorValue.ByteSize(added.ElementType, heads.Offset(i / heads.Heads, i % heads.Heads, t));
                Buffer.MemoryCopy(source, target, token, token);
            }
        }
    }
}
