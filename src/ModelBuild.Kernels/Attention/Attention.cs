namespace ModelBuild.Kernels;

/// <summary>Scaled dot-product attention in fp32.</summary>
public static unsafe class Attention
{
    /// <summary>
    /// <c>y = softmax(scale * q * transpose(k) + mask) * v</c> for each head. Scores exist for some rows at a time: each head's keys and values are packed once, then rows of
    /// queries pass in blocks that a cache holds. Sums run in the order of <see cref="Gemm"/> and <see cref="Softmax"/>, so threads and block sizes change no bit.
    /// </summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="q">Queries, <c>[batch, heads, queries, size]</c> in the order that <paramref name="qStrides"/> says; the elements of a head are adjacent, here and below.</param>
    /// <param name="k">Keys, <c>[batch, kvHeads, keys, size]</c>.</param>
    /// <param name="v">Values, <c>[batch, kvHeads, keys, valueSize]</c>.</param>
    /// <param name="mask">What is added to the scaled scores, <c>[batch, heads, queries, keys]</c>, keys adjacent; or null.</param>
    /// <param name="y">Result, <c>[batch, heads, queries, valueSize]</c>; must not overlap the others.</param>
    /// <param name="batch">Size of the batch.</param>
    /// <param name="heads">Heads of queries.</param>
    /// <param name="kvHeads">Heads of keys and values; a divisor of <paramref name="heads"/>. Successive heads of queries share one.</param>
    /// <param name="queries">Queries of a head.</param>
    /// <param name="keys">Keys of a head.</param>
    /// <param name="size">Elements of a query and of a key.</param>
    /// <param name="valueSize">Elements of a value.</param>
    /// <param name="qStrides">Elements of <paramref name="q"/> from one batch, one head, one query to the next.</param>
    /// <param name="kStrides">The same for <paramref name="k"/>, with keys.</param>
    /// <param name="vStrides">The same for <paramref name="v"/>, with keys.</param>
    /// <param name="yStrides">The same for <paramref name="y"/>.</param>
    /// <param name="maskStrides">The same for <paramref name="mask"/>; 0 repeats. Not read without a mask.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="isCausal">Whether query i sees the keys up to <c>i + causalOffset</c> only.</param>
    /// <param name="causalOffset">How many keys come before the first query's own.</param>
    /// <exception cref="KernelException">The heads don't fit together.</exception>
    public static void Run(
        KernelContext context,
        float* q,
        float* k,
        float* v,
        float* mask,
        [Output] float* y,
        long batch,
        long heads,
        long kvHeads,
        long queries,
        long keys,
        long size,
        long valueSize,
        ReadOnlySpan<long> qStrides,
        ReadOnlySpan<long> kStrides,
        ReadOnlySpan<long> vStrides,
        ReadOnlySpan<long> yStrides,
        ReadOnlySpan<long> maskStrides,
        float scale,
        bool isCausal = false,
        long causalOffset = 0)
    {
        if (kvHeads < 1 || heads % kvHeads != 0)
        {
            throw new KernelException($"{heads} heads of queries can't share {kvHeads} heads of keys.");
        }

        if (batch == 0 || heads == 0 || queries == 0 || valueSize == 0)
        {
            return;
        }

        fixed (long* qs = qStrides, ks = kStrides, vs = vStrides, ys = yStrides, ms = maskStrides)
        {
            var work = new AttentionWork
            {
                Q = q,
                K = k,
                V = v,
                Mask = mask,
                Y = y,
                Batch = batch,
                Heads = heads,
                Group = heads / kvHeads,
                Queries = queries,
                Keys = keys,
                Size = size,
                ValueSize = valueSize,
                QStrides = qs,
                KStrides = ks,
                VStrides = vs,
                YStrides = ys,
                MaskStrides = ms,
                Scale = scale,
                IsCausal = isCausal,
                CausalOffset = causalOffset,
            };
            work.Run(context);
        }
    }
}
