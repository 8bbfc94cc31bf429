namespace ModelBuild.Kernels;

/// <summary>Lets operators work on 16-bit floats: they see <see cref="TensorElementType.Float32"/>, and the result is rounded once.</summary>
internal static unsafe class HalfPrecision
{
    /// <summary>Whether the type is float16 or bfloat16.</summary>
    public static bool Is(TensorElementType type) => type is TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>The tensor itself, or a float32 copy of one with 16-bit floats.</summary>
    /// <param name="context">Keeps the copy.</param>
    /// <param name="tensor">An input.</param>
    /// <param name="slot">Which of the context's temporaries to use.</param>
    public static TensorValue Widen(KernelContext context, TensorValue tensor, int slot)
    {
        if (!Is(tensor.ElementType))
        {
            return tensor;
        }

        TensorValue wide = context.Temporary(slot);
        wide.Resize(TensorElementType.Float32, tensor.Shape);
        float* destination = wide.Pointer<float>();
        if (tensor.ElementType == TensorElementType.Float16)
        {
            Half* source = tensor.Pointer<Half>();
            for (long i = 0; i < tensor.Length; i++)
            {
                destination[i] = (float)source[i];
            }
        }
        else
        {
            ushort* source = tensor.Pointer<ushort>();
            for (long i = 0; i < tensor.Length; i++)
            {
                destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
            }
        }

        return wide;
    }

    /// <summary>Writes float32 numbers as 16-bit floats, rounded to nearest, ties to even.</summary>
    /// <param name="wide">Numbers.</param>
    /// <param name="tensor">Output; gets the shape of <paramref name="wide"/>.</param>
    /// <param name="type">float16 or bfloat16.</param>
    public static void Narrow(TensorValue wide, TensorValue tensor, TensorElementType type)
    {
        tensor.Resize(type, wide.Shape);
        float* source = wide.Pointer<float>();
        if (type == TensorElementType.Float16)
        {
            Half* destination = tensor.Pointer<Half>();
            for (long i = 0; i < wide.Length; i++)
            {
                destination[i] = (Half)source[i];
            }
        }
        else
        {
            ushort* destination = tensor.Pointer<ushort>();
            for (long i = 0; i < wide.Length; i++)
            {
                destination[i] = Reals.ToBFloat16(source[i]);
            }
        }
    }
}
