namespace ModelBuild.Kernels;

/// <summary>A value of a plan while it runs: <see cref="TensorValue"/>, <see cref="SequenceValue"/>, <see cref="OptionalValue"/> or <see cref="MapValue"/>. Kept from call to call; not thread-safe.</summary>
public abstract class PlanValue
{
    /// <summary>Makes this value a copy of another of the same kind, or of the value that an optional has.</summary>
    /// <exception cref="KernelException"><paramref name="source"/> is of another kind, or an optional without a value.</exception>
    public abstract void CopyFrom(PlanValue source);

    /// <summary>An empty value of the same kind.</summary>
    public abstract PlanValue CreateEmpty();

    /// <summary>Gives back memory that this value owns.</summary>
    public virtual void Release()
    {
    }

    /// <summary>The value itself, or the one that an optional has.</summary>
    /// <exception cref="KernelException">It is absent.</exception>
    protected static PlanValue Present(PlanValue value) =>
        value is OptionalValue optional ? optional.Item ?? throw new KernelException("A value is asked for that is absent.") : value;
}
