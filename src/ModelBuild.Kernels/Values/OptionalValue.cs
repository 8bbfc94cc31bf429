namespace ModelBuild.Kernels;

/// <summary>A value that may be absent.</summary>
public sealed class OptionalValue : PlanValue
{
    /// <summary>The value, owned by this one; null when it is absent.</summary>
    public PlanValue? Item { get; private set; }

    /// <summary>Makes the value a copy of <paramref name="item"/>, or absent.</summary>
    public void Set(PlanValue? item)
    {
        if (item is null)
        {
            Release();
            return;
        }

        PlanValue copy = item.CreateEmpty();
        copy.CopyFrom(item);
        Release();
        Item = copy;
    }

    /// <inheritdoc/>
    public override void CopyFrom(PlanValue source) => Set(source is OptionalValue optional ? optional.Item : source);

    /// <inheritdoc/>
    public override PlanValue CreateEmpty() => new OptionalValue();

    /// <inheritdoc/>
    public override void Release()
    {
        Item?.Release();
        Item = null;
    }
}
