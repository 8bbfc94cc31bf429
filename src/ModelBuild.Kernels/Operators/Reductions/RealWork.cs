namespace ModelBuild.Kernels;

/// <summary>Tensors of real numbers as an operator computes with them: float32, or float64 where its first input is float64.</summary>
internal static class RealWork
{
    /// <summary>The tensor itself, or a copy of the wanted type.</summary>
    /// <param name="context">Keeps the copy.</param>
    /// <param name="tensor">An input.</param>
    /// <param name="isDouble">Whether float64 is wanted, and not float32.</param>
    /// <param name="slot">Which of the context's temporaries to use.</param>
    /// <exception cref="KernelException">The elements are no real numbers.</exception>
    public static TensorValue Read(KernelContext context, TensorValue tensor, bool isDouble, int slot)
    {
        TensorElementType type = isDouble ? TensorElementType.Float64 : TensorElementType.Float32;
        if (tensor.ElementType == type)
        {
            return tensor;
        }

        if (!UnaryOperators.IsReal(tensor.ElementType))
        {
            throw new KernelException($"Real numbers are expected, not {tensor}.");
        }

        TensorValue copy = context.Temporary(slot);
        Casting.Cast(tensor, copy, (long)type);
        return copy;
    }

    /// <summary>Where to write a result: the output itself, or a temporary for <see cref="Write"/>.</summary>
    /// <param name="context">Keeps the temporary.</param>
    /// <param name="output">An output.</param>
    /// <param name="type">Its type.</param>
    /// <param name="isDouble">Whether float64 is computed, and not float32.</param>
    /// <param name="slot">Which of the context's temporaries to use.</param>
    public static TensorValue Target(KernelContext context, TensorValue output, TensorElementType type, bool isDouble, int slot) =>
        type == (isDouble ? TensorElementType.Float64 : TensorElementType.Float32) ? output : context.Temporary(slot);

    /// <summary>Rounds what was written to a <see cref="Target"/>; nothing to do where that is the output itself.</summary>
    public static void Write(TensorValue target, TensorValue output, TensorElementType type)
    {
        if (!ReferenceEquals(target, output))
        {
            Casting.Cast(target, output, (long)type);
        }
    }

    /// <summary>Refuses a tensor that is not a list of so many numbers.</summary>
    public static void CheckLength(TensorValue tensor, long length, string what)
    {
        if (tensor.Length != length)
        {
            throw new KernelException($"{length} numbers are expected as {what}, not {tensor}.");
        }
    }
}
