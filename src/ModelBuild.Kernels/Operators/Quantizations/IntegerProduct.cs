namespace ModelBuild.Kernels;

/// <summary>Products of matrices of 8-bit integers less their zero points.</summary>
internal unsafe ref struct IntegerProduct : IDisposable
{
    private readonly MatrixBatches _batches;
    private readonly TensorValue _a;
    private readonly TensorValue _b;
    private readonly LineParameters _left;
    private readonly LineParameters _right;
    private NativeBuffer<int> _leftMatrix;
    private NativeBuffer<int> _rightMatrix;
    private long _rightLoaded = -1;

    /// <summary>Takes the operands.</summary>
    /// <param name="batches">Sizes.</param>
    /// <param name="a">Left matrices.</param>
    /// <param name="b">Right matrices.</param>
    /// <param name="aZeroPoint">One zero point or one per row.</param>
    /// <param name="bZeroPoint">One zero point or one per column.</param>
    public IntegerProduct(MatrixBatches batches, TensorValue a, TensorValue b, TensorValue? aZeroPoint, TensorValue? bZeroPoint)
    {
        _batches = batches;
        _a = a;
        _b = b;
        _left = new LineParameters(null, aZeroPoint, batches.Rows, batches.LeftCount);
        _right = new LineParameters(null, bZeroPoint, batches.Columns, batches.RightCount);
        _leftMatrix = new NativeBuffer<int>(checked(batches.Rows * batches.Depth));
        _rightMatrix = new NativeBuffer<int>(checked(batches.Depth * batches.Columns));
    }

    /// <summary>Writes one product.</summary>
    /// <param name="batch">Which one.</param>
    /// <param name="sums">Rows by columns.</param>
    public void Run(long batch, int* sums)
    {
        long rows = _batches.Rows;
        long columns = _batches.Columns;
        long depth = _batches.Depth;
        (long left, long right) = _batches.Operands(batch);
        for (long row = 0; row < rows; row++)
        {
            QuantizedElements.Widen(_a, ((left * rows) + row) * depth, depth, (int)_left.ZeroPoint(left, row), _leftMatrix.Pointer + (row * depth));
        }

        if (right != _rightLoaded)
        {
            LoadRight(right);
            _rightLoaded = right;
        }

        Unfolding.Fill(sums, rows * columns, 0);
        MatrixProducts.Accumulate(_leftMatrix.Pointer, depth, _rightMatrix.Pointer, columns, sums, columns, rows, columns, depth);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leftMatrix.Dispose();
        _rightMatrix.Dispose();
    }

    private readonly void LoadRight(long right)
    {
        long columns = _batches.Columns;
        QuantizedElements.Widen(_b, right * _rightMatrix.Length, _rightMatrix.Length, 0, _rightMatrix.Pointer);
        for (long column = 0; column < columns; column++)
        {
            int zeroPoint = (int)_right.ZeroPoint(right, column);
            for (long k = 0; zeroPoint != 0 && k < _batches.Depth; k++)
            {
                _rightMatrix.Pointer[(k * columns) + column] -= zeroPoint;
            }
        }
    }
}
