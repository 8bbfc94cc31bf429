namespace ModelBuild.Kernels;

/// <summary>A tensor in the course of an Einsum: memory, and a stride for each label that it has.</summary>
internal unsafe struct EinsumOperand<T>
    where T : unmanaged
{
    /// <summary>First element.</summary>
    public T* Data;

    /// <summary>Number of labels.</summary>
    public int Count;

    /// <summary>The labels, outermost first.</summary>
    public fixed byte Labels[EinsumEquation.MaxLabels];

    /// <summary>Distance of two elements along each.</summary>
    public fixed long Strides[EinsumEquation.MaxLabels];

    /// <summary>Place of a label; -1 where the operand does not depend on it.</summary>
    public readonly int Find(int label)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Labels[i] == label)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Adds a label, or a step along one that it has: a repeated label walks the diagonal.</summary>
    public void Add(int label, long stride)
    {
        int at = Find(label);
        if (at < 0)
        {
            at = Count++;
            Labels[at] = (byte)label;
            Strides[at] = 0;
        }

        Strides[at] += stride;
    }
}
