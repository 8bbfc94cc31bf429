using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Tensors with one value everywhere.</summary>
internal static unsafe class Fills
{
    /// <summary>Fills a tensor whose shape is set.</summary>
    /// <param name="tensor">Written; its elements are not packed.</param>
    /// <param name="value">One element of the same type; null for 0, false or the empty text.</param>
    /// <exception cref="KernelException"><paramref name="value"/> has another type or not one element.</exception>
    public static void Fill(TensorValue tensor, TensorValue? value)
    {
        if (value is not null && (value.Length != 1 || value.ElementType != tensor.ElementType))
        {
            throw new KernelException($"{value} can't fill {tensor}.");
        }

        if (tensor.Length == 0)
        {
            return;
        }

        if (tensor.ElementType == TensorElementType.String)
        {
            tensor.Strings.Fill(value is null ? "" : value.Strings[0]);
        }
        else if (value is null)
        {
            NativeMemory.Clear(tensor.Data, (nuint)tensor.ByteLength);
        }
        else
        {
            Elements.Dispatch(tensor.ElementType, new Action(tensor, value));
        }
    }

    private readonly ref struct Action(TensorValue tensor, TensorValue value) : IElementAction
    {
        public void Run<T>()
        {
            ref T at = ref Elements.First<T>(tensor);
            T one = Elements.First<T>(value);
            for (long i = 0; i < tensor.Length; i += 1 << 30)
            {
                int count = (int)Math.Min(1 << 30, tensor.Length - i);
                MemoryMarshal.CreateSpan(ref System.Runtime.CompilerServices.Unsafe.Add(ref at, (nint)i), count).Fill(one);
            }
        }
    }
}
