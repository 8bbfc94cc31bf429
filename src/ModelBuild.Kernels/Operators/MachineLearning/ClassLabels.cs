namespace ModelBuild.Kernels;

/// <summary>The labels of a classifier: integers or texts.</summary>
internal readonly ref struct ClassLabels(ReadOnlySpan<long> integers, ReadOnlySpan<string> texts)
{
    private readonly ReadOnlySpan<long> _integers = integers;
    private readonly ReadOnlySpan<string> _texts = texts;

    /// <summary>Whether they are texts.</summary>
    public bool AreTexts => _texts.Length > 0;

    /// <summary>How many there are.</summary>
    public int Count => AreTexts ? _texts.Length : _integers.Length;

    /// <summary>Gives the output of labels its type and shape.</summary>
    public void Prepare(TensorValue y, long rows) => y.Resize(AreTexts ? TensorElementType.String : TensorElementType.Int64, rows);

    /// <summary>Writes the label of a class.</summary>
    /// <exception cref="KernelException">There is no such class.</exception>
    public unsafe void Write(TensorValue y, long row, long index)
    {
        if (index < 0 || index >= Count)
        {
            throw new KernelException($"Class {index} is not one of {Count}.");
        }

        if (AreTexts)
        {
            y.Strings[(int)row] = _texts[(int)index];
        }
        else
        {
            y.Pointer<long>()[row] = _integers[(int)index];
        }
    }

    /// <summary>Writes 1 or 0, for a classifier without labels for both of its classes.</summary>
    public unsafe void WriteSign(TensorValue y, long row, bool positive)
    {
        if (AreTexts)
        {
            y.Strings[(int)row] = positive ? "1" : "0";
        }
        else
        {
            y.Pointer<long>()[row] = positive ? 1 : 0;
        }
    }
}
