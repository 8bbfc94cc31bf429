namespace ModelBuild.Kernels;

/// <summary>Tuples of indices, each of which names a block of the data.</summary>
internal readonly ref struct TupleIndex
{
    private readonly TensorValue _data;
    private readonly TensorValue _indices;
    private readonly int _batch;
    private readonly int _length;
    private readonly long _batchLength;
    private readonly long _tuplesPerBatch;

    private TupleIndex(TensorValue data, TensorValue indices, int batch, int length)
    {
        _data = data;
        _indices = indices;
        _batch = batch;
        _length = length;
        Count = Strides.Product(indices.Shape[..^1]);
        BlockLength = Strides.Product(data.Shape[(batch + length)..]);
        _batchLength = Strides.Product(data.Shape[batch..]);
        _tuplesPerBatch = Math.Max(1, Strides.Product(indices.Shape[batch..^1]));
    }

    /// <summary>Number of tuples.</summary>
    public long Count { get; }

    /// <summary>Elements of a block.</summary>
    public long BlockLength { get; }

    /// <summary>Number of dimensions that the blocks have together.</summary>
    public int ResultRank => _indices.Rank - 1 + _data.Rank - _batch - _length;

    /// <summary>Reads the tuples' form.</summary>
    /// <exception cref="KernelException">The shapes don't fit.</exception>
    public static TupleIndex Create(TensorValue data, TensorValue indices, long batchDims)
    {
        if (indices.Rank < 1 || batchDims < 0 || batchDims >= indices.Rank || batchDims > data.Rank || indices.Shape[^1] > data.Rank - batchDims
            || !indices.Shape[..(int)batchDims].SequenceEqual(data.Shape[..(int)batchDims]))
        {
            throw new KernelException($"Index tuples {indices} with {batchDims} batch dimensions don't fit {data}.");
        }

        return new TupleIndex(data, indices, (int)batchDims, (int)indices.Shape[^1]);
    }

    /// <summary>Shape of all blocks together.</summary>
    public void ResultShape(Span<long> shape)
    {
        _indices.Shape[..^1].CopyTo(shape);
        _data.Shape[(_batch + _length)..].CopyTo(shape[(_indices.Rank - 1)..]);
    }

    /// <summary>First element of a tuple's block.</summary>
    /// <exception cref="KernelException">An index is outside its dimension.</exception>
    public long Offset(long tuple)
    {
        long offset = 0;
        for (int i = 0; i < _length; i++)
        {
            long size = _data.Shape[_batch + i];
            offset = (offset * size) + Integers.Position(Integers.At(_indices, (tuple * _length) + i), size);
        }

        return (tuple / _tuplesPerBatch * _batchLength) + (offset * BlockLength);
    }
}
