namespace ModelBuild.Kernels;

/// <summary>The dimensions of a reduction: neighbours that are both reduced or both kept are one. Memory is the caller's, on its stack.</summary>
internal ref struct ReductionShape
{
    private readonly Span<long> _sizes;
    private readonly Span<bool> _isReduced;

    /// <summary>Reads the axes of an operator.</summary>
    /// <param name="data">What is reduced.</param>
    /// <param name="axes">Dimensions, negative ones from the end; absent or empty for all.</param>
    /// <param name="keepsDimensions">Whether reduced dimensions stay with one element.</param>
    /// <param name="isNoopWithoutAxes">Whether no axes means no dimension.</param>
    /// <param name="memory">Room for 3 numbers per dimension of <see cref="BroadcastLayout.MaxRank"/>.</param>
    /// <param name="flags">Room for 2 flags per dimension.</param>
    /// <exception cref="KernelException">There is no such dimension.</exception>
    public ReductionShape(TensorValue data, TensorValue? axes, bool keepsDimensions, bool isNoopWithoutAxes, Span<long> memory, Span<bool> flags)
    {
        const int most = BroadcastLayout.MaxRank;
        if (data.Rank > most)
        {
            throw new KernelException($"A tensor has {data.Rank} dimensions, and {most} are the most.");
        }

        Span<bool> isAxis = flags[..data.Rank];
        bool hasAxes = axes is not null && axes.Length > 0;
        isAxis.Fill(!hasAxes && !isNoopWithoutAxes);
        for (int i = 0; hasAxes && i < axes!.Length; i++)
        {
            isAxis[Strides.Axis(Integers.At(axes, i), data.Rank)] = true;
        }

        _sizes = memory[..most];
        _isReduced = flags[most..];
        Span<long> result = memory[most..];
        int rank = 0;
        Count = 1;
        for (int d = 0; d < data.Rank; d++)
        {
            long size = data.Shape[d];
            if (isAxis[d])
            {
                Count *= size;
            }

            if (!isAxis[d] || keepsDimensions)
            {
                result[rank++] = isAxis[d] ? 1 : size;
            }

            Add(size, isAxis[d]);
        }

        Result = result[..rank];
    }

    /// <summary>Shape of the result.</summary>
    public ReadOnlySpan<long> Result { get; }

    /// <summary>How many elements make one.</summary>
    public long Count { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank { get; private set; }

    /// <summary>Sizes, outermost first.</summary>
    public readonly ReadOnlySpan<long> Sizes => _sizes[..Rank];

    /// <summary>Whether a dimension is reduced.</summary>
    public readonly ReadOnlySpan<bool> IsReduced => _isReduced[..Rank];

    private void Add(long size, bool isReduced)
    {
        if (size == 1)
        {
            return;
        }

        if (Rank > 0 && _isReduced[Rank - 1] == isReduced)
        {
            _sizes[Rank - 1] *= size;
            return;
        }

        _sizes[Rank] = size;
        _isReduced[Rank] = isReduced;
        Rank++;
    }
}
