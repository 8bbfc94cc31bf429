namespace ModelBuild.Kernels;

/// <summary>Sizes of a tensor of heads, <c>[batch, heads, sequence, size]</c> or <c>[batch, sequence, heads * size]</c>.</summary>
internal readonly struct AttentionHeads
{
    private readonly bool _isPacked;

    /// <summary>Reads the shape.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="heads">Number of heads where the shape does not say it.</param>
    /// <param name="name">Name of the attribute with the number of heads.</param>
    /// <exception cref="KernelException">The shape has no such heads.</exception>
    public AttentionHeads(TensorValue tensor, long heads, string name)
    {
        if (tensor.Rank == 4)
        {
            (Batch, Heads, Sequence, Size) = (tensor.Shape[0], tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);
            return;
        }

        if (tensor.Rank != 3 || heads < 1 || tensor.Shape[2] % heads != 0)
        {
            throw new KernelException($"{tensor} can't have {heads} heads ({name}).");
        }

        _isPacked = true;
        (Batch, Heads, Sequence, Size) = (tensor.Shape[0], heads, tensor.Shape[1], tensor.Shape[2] / heads);
    }

    /// <summary>Size of the batch.</summary>
    public long Batch { get; }

    /// <summary>Number of heads.</summary>
    public long Heads { get; }

    /// <summary>Number of tokens.</summary>
    public long Sequence { get; }

    /// <summary>Elements of a head.</summary>
    public long Size { get; }

    /// <summary>Elements from one token of a head to the next.</summary>
    public long TokenStride => _isPacked ? Heads * Size : Size;

    /// <summary>First element of a head of a token.</summary>
    public long Offset(long batch, long head, long token) => _isPacked
        ? ((((batch * Sequence) + token) * Heads) + head) * Size
        : ((((batch * Heads) + head) * Sequence) + token) * Size;
}
