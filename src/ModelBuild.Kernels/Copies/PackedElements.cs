namespace ModelBuild.Kernels;

/// <summary>Lets operators that move elements work on packed ones: they see a tensor of bytes, one element each.</summary>
internal static unsafe class PackedElements
{
    /// <summary>The tensor itself, or where its elements are packed a copy with one element per byte.</summary>
    /// <param name="context">Keeps the copy.</param>
    /// <param name="tensor">An input.</param>
    /// <param name="slot">Which of the context's temporaries to use.</param>
    public static TensorValue Open(KernelContext context, TensorValue tensor, int slot)
    {
        if (!Elements.IsPacked(tensor.ElementType))
        {
            return tensor;
        }

        TensorValue bytes = context.Temporary(slot);
        bytes.Resize(TensorElementType.UInt8, tensor.Shape);
        int bits = Elements.Bits(tensor.ElementType);
        for (long i = 0; i < tensor.Length; i++)
        {
            bytes.Data[i] = (byte)Elements.GetPacked(tensor.Data, i, bits);
        }

        return bytes;
    }

    /// <summary>The tensor to write: the output itself, or where elements of its type are packed a temporary for <see cref="Close"/>.</summary>
    public static TensorValue Target(KernelContext context, TensorValue output, TensorElementType type, int slot) =>
        Elements.IsPacked(type) ? context.Temporary(slot) : output;

    /// <summary>Packs what was written to a <see cref="Target"/>; nothing to do where that is the output itself.</summary>
    public static void Close(TensorValue target, TensorValue output, TensorElementType type)
    {
        if (ReferenceEquals(target, output))
        {
            return;
        }

        output.Resize(type, target.Shape);
        new Span<byte>(output.Data, checked((int)output.ByteLength)).Clear();
        int bits = Elements.Bits(type);
        for (long i = 0; i < target.Length; i++)
        {
            Elements.SetPacked(output.Data, i, bits, target.Data[i]);
        }
    }
}
