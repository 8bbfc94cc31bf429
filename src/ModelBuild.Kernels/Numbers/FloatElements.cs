namespace ModelBuild.Kernels;

/// <summary>Lets operators read floats of any width.</summary>
internal static unsafe class FloatElements
{
    /// <summary>The tensor itself where its elements are float32 or float64, a float32 copy where they are narrower floats.</summary>
    /// <param name="context">Keeps the copy.</param>
    /// <param name="tensor">An input.</param>
    /// <param name="slot">Which of the context's temporaries to use.</param>
    /// <exception cref="KernelException">The elements are no floats.</exception>
    public static TensorValue Widen(KernelContext context, TensorValue tensor, int slot)
    {
        if (tensor.ElementType is TensorElementType.Float32 or TensorElementType.Float64)
        {
            return tensor;
        }

        if (HalfPrecision.Is(tensor.ElementType))
        {
            return HalfPrecision.Widen(context, tensor, slot);
        }

        if (!NarrowFloats.Is(tensor.ElementType))
        {
            throw new KernelException($"Real numbers are expected, not {tensor}.");
        }

        TensorValue wide = context.Temporary(slot);
        wide.Resize(TensorElementType.Float32, tensor.Shape);
        int bits = Elements.Bits(tensor.ElementType);
        for (long i = 0; i < tensor.Length; i++)
        {
            wide.Pointer<float>()[i] = NarrowFloats.Decode(tensor.ElementType, bits == 8 ? tensor.Data[i] : Elements.GetPacked(tensor.Data, i, bits));
        }

        return wide;
    }
}
