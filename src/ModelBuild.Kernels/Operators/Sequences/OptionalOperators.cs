namespace ModelBuild.Kernels;

/// <summary>Operators on values that may be absent.</summary>
public static unsafe class OptionalOperators
{
    /// <summary>A value that may be absent, from one that is there.</summary>
    /// <param name="input">The value; absent for a result without one.</param>
    /// <param name="output">Result.</param>
    public static void Optional(PlanValue? input, [Output] OptionalValue output) => output.Set(input);

    /// <summary>Whether a value is there.</summary>
    /// <param name="input">The value; a tensor or sequence is always there.</param>
    /// <param name="output">Truth value, scalar.</param>
    public static void OptionalHasElement(PlanValue? input, [Output] TensorValue output)
    {
        output.Resize(TensorElementType.Bool);
        *output.Data = input is null or OptionalValue { Item: null } ? (byte)0 : (byte)1;
    }

    /// <summary>The value that is there.</summary>
    /// <param name="input">The value; a tensor or sequence stands for itself.</param>
    /// <param name="output">Result, of the value's kind.</param>
    /// <exception cref="KernelException">It is absent.</exception>
    public static void OptionalGetElement(PlanValue input, [Output] PlanValue output) =>
        output.CopyFrom(input is OptionalValue optional ? optional.Item ?? throw new KernelException("A value is asked for that is absent.") : input);
}
