namespace ModelBuild.Kernels;

/// <summary>OneHotEncoder and ArrayFeatureExtractor of <c>ai.onnx.ml</c>.</summary>
public static unsafe class FeatureSelection
{
    /// <summary>Adds a dimension with a 1 at the place of the element's category.</summary>
    /// <param name="x">Texts or numbers; numbers lose their fraction.</param>
    /// <param name="y">float32 [..., categories].</param>
    /// <param name="catsInt64s">Categories of numbers.</param>
    /// <param name="catsStrings">Categories of texts.</param>
    /// <param name="zeros">Whether an element of no category gives zeros and not an error.</param>
    /// <exception cref="KernelException">An element has no category, or there are none for its type.</exception>
    public static void OneHotEncoder(TensorValue x, [Output] TensorValue y, ReadOnlySpan<long> catsInt64s = default, ReadOnlySpan<string> catsStrings = default, long zeros = 1)
    {
        bool texts = x.ElementType == TensorElementType.String;
        int count = texts ? catsStrings.Length : catsInt64s.Length;
        if (count == 0)
        {
            throw new KernelException($"OneHotEncoder has no categories for {x}.");
        }

        Span<long> shape = x.Rank < 16 ? stackalloc long[x.Rank + 1] : new long[x.Rank + 1];
        x.Shape.CopyTo(shape);
        shape[^1] = count;
        y.Resize(TensorElementType.Float32, shape);
        System.Runtime.InteropServices.NativeMemory.Clear(y.Data, (nuint)y.ByteLength);
        for (long i = 0; i < x.Length; i++)
        {
            int place = texts ? catsStrings.IndexOf(x.Strings[(int)i]) : catsInt64s.IndexOf(Category(x, i));
            if (place >= 0)
            {
                y.Pointer<float>()[(i * count) + place] = 1;
            }
            else if (zeros == 0)
            {
                throw new KernelException($"Element {i} of {x} has none of the {count} categories of OneHotEncoder.");
            }
        }
    }

    /// <summary>Picks elements of the last dimension.</summary>
    /// <param name="x">[..., C] of any type.</param>
    /// <param name="indices">Places, below C.</param>
    /// <param name="z">[..., places]; of one dimension [1, places].</param>
    /// <exception cref="KernelException">A place does not exist.</exception>
    public static void ArrayFeatureExtractor(TensorValue x, TensorValue indices, [Output] TensorValue z)
    {
        if (x.Rank == 0 || indices.Length == 0)
        {
            throw new KernelException($"ArrayFeatureExtractor can't pick {indices} of {x}.");
        }

        long columns = x.Shape[^1];
        for (long i = 0; i < indices.Length; i++)
        {
            long place = RealNumbers.Integer(indices, i);
            if (place < 0 || place >= columns)
            {
                throw new KernelException($"ArrayFeatureExtractor can't pick element {place} of {columns}.");
            }
        }

        Span<long> shape = x.Rank <= 16 ? stackalloc long[Math.Max(2, x.Rank)] : new long[x.Rank];
        shape[0] = 1;
        x.Shape.CopyTo(shape);
        shape[0] = x.Rank == 1 ? 1 : shape[0];
        shape[^1] = indices.Length;
        z.Resize(x.ElementType, shape);
        long size = TensorValue.ByteSize(x.ElementType, 1);
        if (TensorValue.ByteSize(x.ElementType, 4) is > 0 and < 4)
        {
            throw new KernelException($"ArrayFeatureExtractor can't take {x}.");
        }

        for (long i = 0; i < z.Length; i++)
        {
            long from = (i / indices.Length * columns) + RealNumbers.Integer(indices, i % indices.Length);
            if (x.ElementType == TensorElementType.String)
            {
                z.Strings[(int)i] = x.Strings[(int)from];
            }
            else
            {
                Buffer.MemoryCopy(x.Data + (from * size), z.Data + (i * size), size, size);
            }
        }
    }

    private static long Category(TensorValue x, long index)
    {
        long value;
        RealNumbers.Load(x.ElementType, x.Data + TensorValue.ByteSize(x.ElementType, index), 1, &value);
        return value;
    }
}
