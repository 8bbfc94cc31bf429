namespace ModelBuild.Kernels;

/// <summary>Sizes and attributes of one call of Attention.</summary>
/// <param name="q">Queries.</param>
/// <param name="k">New keys.</param>
/// <param name="v">New values.</param>
internal struct AttentionCall(AttentionHeads q, AttentionHeads k, AttentionHeads v)
{
    private MaskStrides _mask;

    /// <summary>Queries.</summary>
    public readonly AttentionHeads Q => q;

    /// <summary>New keys.</summary>
    public readonly AttentionHeads K => k;

    /// <summary>New values.</summary>
    public readonly AttentionHeads V => v;

    /// <summary>Number of keys of earlier calls.</summary>
    public long Past { get; set; }

    /// <summary>Number of all keys.</summary>
    public readonly long Keys => Past + k.Sequence;

    /// <summary>Query heads that share a head of keys.</summary>
    public readonly long Shared => q.Heads / k.Heads;

    /// <summary>Whether a query sees only the keys up to its own position.</summary>
    public bool IsCausal { get; set; }

    /// <summary>Positions before its own that a query sees; -1 for all.</summary>
    public long LeftWindow { get; set; }

    /// <summary>Positions after its own that a query sees; -1 for all.</summary>
    public long RightWindow { get; set; }

    /// <summary>Factor of the products.</summary>
    public double Scale { get; set; }

    /// <summary>Bound that products approach; 0 for none.</summary>
    public float Softcap { get; set; }

    /// <summary>Which scores are put out.</summary>
    public int Mode { get; set; }

    /// <summary>Element type that softmax rounds to.</summary>
    public TensorElementType Precision { get; set; }

    /// <summary>Number of keys that count, for each sequence.</summary>
    public TensorValue? NonPad { get; set; }

    /// <summary>Keys that the mask covers.</summary>
    public readonly long MaskKeys => _mask.Keys;

    /// <summary>First element of the mask for a query.</summary>
    public readonly long MaskOffset(long batch, long head, long query) => (batch * _mask.Batch) + (head * _mask.Head) + (query * _mask.Query);

    /// <summary>Keys that a query may see by its position: from the first to before the second.</summary>
    public readonly (long First, long End) Visible(long batch, long query)
    {
        long end = Keys;
        long offset = Past;
        if (NonPad is not null)
        {
            long valid = Math.Clamp(Integers.At(NonPad, batch), 0, Keys);
            end = valid;
            offset = Past > 0 ? Past : valid - q.Sequence;
        }

        long position = offset + query;
        end = IsCausal ? Math.Min(end, position + 1) : end;
        end = RightWindow >= 0 ? Math.Min(end, position + Math.Min(RightWindow, Keys) + 1) : end;
        long first = LeftWindow >= 0 ? Math.Max(0, position - Math.Min(LeftWindow, position + 1 + Keys)) : 0;
        return (Math.Min(first, Math.Max(0, end)), Math.Max(0, end));
    }

    /// <summary>Checks shapes and attributes against each other.</summary>
    /// <exception cref="KernelException">They don't fit.</exception>
    public void Check(TensorValue? mask, TensorValue? pastKey, TensorValue? pastValue)
    {
        if (k.Batch != q.Batch || v.Batch != q.Batch || k.Size != q.Size || v.Sequence != k.Sequence || v.Heads != k.Heads || k.Heads < 1 || q.Heads % k.Heads != 0)
        {
            throw new KernelException(
                $"Attention with {q.Heads} heads of {q.Size} for queries, {k.Heads} heads of {k.Size} for {k.Sequence} keys and {v.Heads} heads for {v.Sequence} values in batches of {q.Batch}, {k.Batch} and {v.Batch}.");
        }

        if (pastKey is not null)
        {
            RecurrentLayer.Expect(pastKey, "past_key", k.Batch, k.Heads, Past, k.Size);
            RecurrentLayer.Expect(pastValue!, "past_value", v.Batch, v.Heads, Past, v.Size);
        }

        if (NonPad is not null)
        {
            RecurrentLayer.Expect(NonPad, "nonpad_kv_seqlen", q.Batch);
        }

        if (LeftWindow < -1 || RightWindow < -1 || Mode is < 0 or > 3)
        {
            throw new KernelException($"Attention with windows of {LeftWindow} and {RightWindow} and mode {Mode}.");
        }

        if (mask is not null)
        {
            _mask = ReadMask(mask);
        }
    }

    private readonly MaskStrides ReadMask(TensorValue mask)
    {
        ReadOnlySpan<long> shape = mask.Shape;
        if (mask.Rank is < 1 or > 4 || shape[^1] > Keys)
        {
            throw new KernelException($"The mask {mask} does not fit {Keys} keys.");
        }

        ReadOnlySpan<long> sizes = [q.Batch, q.Heads, q.Sequence];
        Span<long> strides = stackalloc long[3];
        long stride = shape[^1];
        for (int i = 2; i >= 0; i--)
        {
            int axis = mask.Rank - 4 + i;
            long size = axis < 0 ? 1 : shape[axis];
            if (size != 1 && size != sizes[i])
            {
                throw new KernelException($"The mask {mask} does not fit [{q.Batch},{q.Heads},{q.Sequence},{Keys}].");
            }

            strides[i] = size == 1 ? 0 : stride;
            stride *= size;
        }

        return new MaskStrides { Batch = strides[0], Head = strides[1], Query = strides[2], Keys = shape[^1] };
    }

    private struct MaskStrides
    {
        public long Batch;
        public long Head;
        public long Query;
        public long Keys;
    }
}
