namespace ModelBuild.Kernels;

/// <summary>Walks over the rows of a <see cref="BroadcastLayout"/>.</summary>
internal unsafe struct BroadcastCursor
{
    private readonly BroadcastLayout* _layout;
    private readonly long* _index;

    /// <summary>Stands at a row.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="index">As many numbers as the layout has dimensions.</param>
    /// <param name="row">Number of the row.</param>
    public BroadcastCursor(BroadcastLayout* layout, long* index, long row)
    {
        _layout = layout;
        _index = index;
        for (int d = 0; d < layout->Rank; d++)
        {
            (row, index[d]) = Math.DivRem(row, layout->Sizes[d]);
            X += index[d] * layout->Strides(0)[d];
            Y += index[d] * layout->Strides(1)[d];
            Z += index[d] * layout->Strides(2)[d];
        }
    }

    /// <summary>First element of the row in the first operand.</summary>
    public long X { get; private set; }

    /// <summary>First element of the row in the second operand.</summary>
    public long Y { get; private set; }

    /// <summary>First element of the row in the third operand.</summary>
    public long Z { get; private set; }

    /// <summary>Steps to the next row; after the last one to the first.</summary>
    public void Next() => Carry(0);

    /// <summary>Position of the row in the innermost of the outer dimensions.</summary>
    public readonly long InnerIndex => _index[0];

    /// <summary>Steps to the first row of the next index of the dimension around the innermost one.</summary>
    public void NextBlock()
    {
        X -= _index[0] * _layout->Strides(0)[0];
        Y -= _index[0] * _layout->Strides(1)[0];
        Z -= _index[0] * _layout->Strides(2)[0];
        _index[0] = 0;
        Carry(1);
    }

    private void Carry(int from)
    {
        for (int d = from; d < _layout->Rank; d++)
        {
            long x = _layout->Strides(0)[d];
            long y = _layout->Strides(1)[d];
            long z = _layout->Strides(2)[d];
            X += x;
            Y += y;
            Z += z;
            if (++_index[d] < _layout->Sizes[d])
            {
                return;
            }

            _index[d] = 0;
            X -= x * _layout->Sizes[d];
            Y -= y * _layout->Sizes[d];
            Z -= z * _layout->Sizes[d];
        }
    }
}
