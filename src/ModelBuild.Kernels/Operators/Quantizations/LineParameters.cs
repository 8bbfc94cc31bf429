namespace ModelBuild.Kernels;

/// <summary>Scales and zero points of the rows or columns of matrices: one for all, one per line, or one per line of each matrix.</summary>
internal readonly unsafe ref struct LineParameters
{
    private readonly TensorValue? _scale;
    private readonly TensorValue? _zeroPoint;
    private readonly long _lines;

    /// <summary>Checks the numbers of parameters.</summary>
    /// <param name="scale">Scales, ones when absent.</param>
    /// <param name="zeroPoint">Zero points, zeros when absent.</param>
    /// <param name="lines">Rows or columns of a matrix.</param>
    /// <param name="matrices">Number of matrices.</param>
    /// <exception cref="KernelException">There is another number of parameters.</exception>
    public LineParameters(TensorValue? scale, TensorValue? zeroPoint, long lines, long matrices)
    {
        _scale = scale;
        _zeroPoint = zeroPoint;
        _lines = lines;
        Check(scale, "scales", lines, matrices);
        Check(zeroPoint, "zero points", lines, matrices);
    }

    /// <summary>Scale of a line.</summary>
    public float Scale(long matrix, long line) => Read(_scale, matrix, line, 1);

    /// <summary>Zero point of a line.</summary>
    public float ZeroPoint(long matrix, long line) => Read(_zeroPoint, matrix, line, 0);

    private static void Check(TensorValue? tensor, string name, long lines, long matrices)
    {
        if (tensor is not null && tensor.Length != 1 && tensor.Length != lines && tensor.Length != lines * matrices)
        {
            throw new KernelException($"{tensor} is given as {name} of {matrices} matrices with {lines} lines.");
        }
    }

    private float Read(TensorValue? tensor, long matrix, long line, float missing)
    {
        if (tensor is null)
        {
            return missing;
        }

        long index = tensor.Length == 1 ? 0 : tensor.Length == _lines ? line : (matrix * _lines) + line;
        if (tensor.ElementType == TensorElementType.Float32)
        {
            return tensor.Pointer<float>()[index];
        }

        float value = 0;
        QuantizedElements.Read(tensor, index, new Span<float>(ref value));
        return value;
    }
}
