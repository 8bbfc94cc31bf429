namespace ModelBuild.Kernels;

/// <summary>Goes through an index tensor in order and gives for each index the position in the data that it stands for.</summary>
internal ref struct AxisWalker
{
    private readonly ReadOnlySpan<long> _shape;
    private readonly int _axis;
    private readonly long[] _state;
    private readonly int _rank;
    private readonly long _axisSize;
    private readonly long _axisStride;
    private long _base;

    /// <summary>Starts before the first index. <see cref="Check"/> comes first.</summary>
    public AxisWalker(TensorValue data, TensorValue indices, int axis)
    {
        _shape = indices.Shape;
        _axis = axis;
        _rank = data.Rank;
        _axisSize = data.Shape[axis];
        _state = System.Buffers.ArrayPool<long>.Shared.Rent(2 * _rank);
        Strides.RowMajor(data.Shape, _state.AsSpan(0, _rank));
        _state.AsSpan(_rank, _rank).Clear();
        _axisStride = _state[axis];
        _state[axis] = 0;
        _base = 0;
    }

    /// <summary>Checks that every index has its place beside the axis.</summary>
    public static void Check(TensorValue data, TensorValue indices, int axis)
    {
        bool fits = data.Rank == indices.Rank;
        for (int i = 0; fits && i < data.Rank; i++)
        {
            fits = i == axis || indices.Shape[i] <= data.Shape[i];
        }

        if (!fits)
        {
            throw new KernelException($"Indices {indices} along dimension {axis} don't fit {data}.");
        }
    }

    /// <summary>Position of the next index.</summary>
    /// <exception cref="KernelException">The index is outside the dimension.</exception>
    public long Next(long index)
    {
        long position = _base + (Integers.Position(index, _axisSize) * _axisStride);
        for (int d = _rank - 1; d >= 0; d--)
        {
            _base += _state[d];
            if (++_state[_rank + d] < _shape[d])
            {
                break;
            }

            _base -= _shape[d] * _state[d];
            _state[_rank + d] = 0;
        }

        return position;
    }

    /// <summary>Gives back the memory.</summary>
    public readonly void Dispose() => System.Buffers.ArrayPool<long>.Shared.Return(_state);
}
