
namespace ModelBuild.Kernels;

/// <summary>What the statements of a plan for <c>If</c>, <c>Loop</c> and <c>Scan</c> call around their blocks.</summary>
public static unsafe class ControlFlow
{
    /// <summary>Makes <paramref name="y"/> a copy of <paramref name="x"/>: results of a branch, values carried from one iteration to the next.</summary>
    public static void Assign(PlanValue x, [Output] PlanValue y) => y.CopyFrom(x);

    /// <summary>Makes <paramref name="y"/> empty: no iteration has added to it yet.</summary>
    /// <param name="y">Receives a leading dimension of 0.</param>
    /// <param name="elementType">Type of the elements.</param>
    /// <param name="shape">Shape of what an iteration adds.</param>
    public static void BeginStack([Output] TensorValue y, long elementType, ReadOnlySpan<long> shape)
    {
        Span<long> sizes = stackalloc long[shape.Length + 1];
        sizes[0] = 0;
        shape.CopyTo(sizes[1..]);
        y.Resize((TensorElementType)elementType, sizes);
    }

    /// <summary>Adds a slice at the end of the leading dimension.</summary>
    /// <param name="item">The slice.</param>
    /// <param name="y">Grows; made by <see cref="BeginStack"/>.</param>
    /// <exception cref="KernelException">The slice has another shape than those before.</exception>
    public static void Append(TensorValue item, [Output] TensorValue y)
    {
        long count = y.Shape[0];
        if (count > 0 && (item.ElementType != y.ElementType || !item.Shape.SequenceEqual(y.Shape[1..])))
        {
            throw new KernelException($"An iteration gives {item}, and iterations before gave slices of {y}.");
        }

        if (count == 0)
        {
            Span<long> sizes = stackalloc long[item.Rank + 1];
            sizes[0] = 0;
            item.Shape.CopyTo(sizes[1..]);
            y.Resize(item.ElementType, sizes);
        }

        y.ResizeFirst(count + 1);
        if (item.ElementType == TensorElementType.String)
        {
            item.Strings.CopyTo(y.Strings[(int)(count * item.Length)..]);
            return;
        }

        if (TensorValue.ByteSize(item.ElementType, 8) < 8)
        {
            throw new KernelException($"Slices of {item.ElementType} can't be stacked.");
        }

        long bytes = item.ByteLength;
        Buffer.MemoryCopy(item.Data, y.Data + (count * bytes), bytes, bytes);
    }

    /// <summary>The size of one dimension, as a 64-bit integer.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Receives the size, no dimensions.</param>
    /// <param name="axis">The dimension; negative counts from the end.</param>
    public static void Dimension(TensorValue x, [Output] TensorValue y, long axis)
    {
        y.Resize(TensorElementType.Int64);
        *y.Pointer<long>() = x.Shape[Axis(axis, x.Rank)];
    }

    /// <summary>One slice of a tensor, without the dimension that it is taken from.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="iteration">Number of the slice, a 64-bit integer.</param>
    /// <param name="y">Receives the slice.</param>
    /// <param name="axis">The dimension; negative counts from the end.</param>
    /// <param name="reverse">Whether slices are counted from the end.</param>
    public static void Slice(TensorValue x, TensorValue iteration, [Output] TensorValue y, long axis, bool reverse)
    {
        int a = Axis(axis, x.Rank);
        long index = *iteration.Pointer<long>();
        long count = x.Shape[a];
        if (index < 0 || index >= count)
        {
            throw new KernelException($"{x} has no slice {index} in dimension {a}.");
        }

        index = reverse ? count - 1 - index : index;
        Span<long> sizes = stackalloc long[x.Rank - 1];
        x.Shape[..a].CopyTo(sizes);
        x.Shape[(a + 1)..].CopyTo(sizes[a..]);
        y.Resize(x.ElementType, sizes);
        (long outer, long inner) = Split(x.Shape, a);
        Move(x, y, outer, inner, (index, count), (0, 1));
    }

    /// <summary>Gives stacked slices their place: moves the leading dimension to <paramref name="axis"/> and turns its order around if asked.</summary>
    /// <param name="x">Slices stacked by <see cref="Append"/>.</param>
    /// <param name="y">Receives the tensor.</param>
    /// <param name="axis">The dimension; negative counts from the end.</param>
    /// <param name="reverse">Whether the last slice comes first.</param>
    public static void Unstack(TensorValue x, [Output] TensorValue y, long axis, bool reverse)
    {
        int a = Axis(axis, x.Rank);
        long count = x.Shape[0];
        Span<long> sizes = stackalloc long[x.Rank];
        x.Shape[1..(a + 1)].CopyTo(sizes);
        sizes[a] = count;
        x.Shape[(a + 1)..].CopyTo(sizes[(a + 1)..]);
        y.Resize(x.ElementType, sizes);
        (long outer, long inner) = Split(sizes, a);
        var slice = new TensorValue();
        for (long i = 0; i < count; i++)
        {
            CopySlice(x, i, slice);
            Move(slice, y, outer, inner, (0, 1), (reverse ? count - 1 - i : i, count));
        }

        slice.Release();
    }

    private static void CopySlice(TensorValue x, long index, TensorValue slice)
    {
        slice.Resize(x.ElementType, x.Shape[1..]);
        long length = slice.Length;
        if (x.ElementType == TensorElementType.String)
        {
            x.Strings.Slice((int)(index * length), (int)length).CopyTo(slice.Strings);
            return;
        }

        long bytes = slice.ByteLength;
        Buffer.MemoryCopy(x.Data + (index * bytes), slice.Data, bytes, bytes);
    }

    // Copies runs of `inner` elements: run `index` of each `count` to run `index` of each `count`.
    private static void Move(TensorValue x, TensorValue y, long outer, long inner, (long Index, long Count) from, (long Index, long Count) to)
    {
        long size = TensorValue.ByteSize(x.ElementType, 8) / 8;
        if (x.ElementType != TensorElementType.String && size == 0)
        {
            throw new KernelException($"A slice of {x} can't be taken.");
        }

        for (long o = 0; o < outer; o++)
        {
            long source = ((o * from.Count) + from.Index) * inner;
            long destination = ((o * to.Count) + to.Index) * inner;
            if (x.ElementType == TensorElementType.String)
            {
                x.Strings.Slice((int)source, (int)inner).CopyTo(y.Strings[(int)destination..]);
                continue;
            }

            Buffer.MemoryCopy(x.Data + (source * size), y.Data + (destination * size), inner * size, inner * size);
        }
    }

    private static (long Outer, long Inner) Split(ReadOnlySpan<long> shape, int axis)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            outer *= i < axis ? shape[i] : 1;
            inner *= i > axis ? shape[i] : 1;
        }

        return (outer, inner);
    }

    private static int Axis(long axis, int rank)
    {
        long a = axis < 0 ? axis + rank : axis;
        return a >= 0 && a < rank ? (int)a : throw new KernelException($"A tensor of {rank} dimensions has no dimension {axis}.");
    }
}
