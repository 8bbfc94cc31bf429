namespace ModelBuild.Kernels;

/// <summary>A list of values. Entries belong to the list: what is put in is copied.</summary>
public sealed class SequenceValue : PlanValue
{
    /// <summary>The entries.</summary>
    public List<PlanValue> Items { get; } = [];

    /// <summary>Type of the entries' elements where it is stated; undefined otherwise.</summary>
    public TensorElementType ElementType { get; set; }

    /// <inheritdoc/>
    public override void CopyFrom(PlanValue source)
    {
        if (Present(source) is not SequenceValue sequence)
        {
            throw new KernelException($"A sequence is expected, not {source.GetType().Name}.");
        }

        if (ReferenceEquals(sequence, this))
        {
            return;
        }

        Release();
        ElementType = sequence.ElementType;
        foreach (PlanValue item in sequence.Items)
        {
            Insert(Items.Count, item);
        }
    }

    /// <summary>Puts a copy of <paramref name="item"/> at <paramref name="position"/>.</summary>
    public void Insert(int position, PlanValue item)
    {
        PlanValue copy = item.CreateEmpty();
        copy.CopyFrom(item);
        Items.Insert(position, copy);
    }

    /// <inheritdoc/>
    public override PlanValue CreateEmpty() => new SequenceValue();

    /// <inheritdoc/>
    public override void Release()
    {
        foreach (PlanValue item in Items)
        {
            item.Release();
        }

        Items.Clear();
    }
}
