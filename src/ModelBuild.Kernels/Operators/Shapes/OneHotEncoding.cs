using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>The operator OneHot.</summary>
public static class OneHotEncoding
{
    /// <summary>Indices as vectors that are on in one place.</summary>
    /// <param name="indices">Numbers of any type; negative ones count from the end; one that is outside is off everywhere.</param>
    /// <param name="depth">Length of a vector, one number of any type.</param>
    /// <param name="values">The off and the on value, two elements of any type.</param>
    /// <param name="output">The indices' shape with a dimension of <paramref name="depth"/> put in at <paramref name="axis"/>.</param>
    /// <param name="axis">Its place; negative ones count from the last of the result.</param>
    public static void OneHot(TensorValue indices, TensorValue depth, TensorValue values, [Output] TensorValue output, long axis = -1)
    {
        long size = Integers.Scalar(depth);
        int rank = indices.Rank + 1;
        int dimension = Strides.Axis(axis, rank);
        if (size < 0 || values.Length != 2)
        {
            throw new KernelException($"Vectors of {size} elements can't be made of {values}.");
        }

        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        indices.Shape[..dimension].CopyTo(shape);
        shape[dimension] = size;
        indices.Shape[dimension..].CopyTo(shape[(dimension + 1)..]);
        output.Resize(values.ElementType, shape);
        if (output.Length > 0)
        {
            Elements.Dispatch(values.ElementType, new Action(indices, values, output, size, Strides.Product(indices.Shape[dimension..])));
        }
    }

    private readonly ref struct Action(TensorValue indices, TensorValue values, TensorValue output, long depth, long inner) : IElementAction
    {
        public void Run<T>()
        {
            ref T y = ref Elements.First<T>(output);
            T off = Elements.First<T>(values);
            T on = Unsafe.Add(ref Elements.First<T>(values), 1);
            for (long i = 0; i < output.Length; i++)
            {
                Unsafe.Add(ref y, (nint)i) = off;
            }

            for (long i = 0; i < indices.Length; i++)
            {
                long index = Integers.At(indices, i);
                index = index < 0 ? index + depth : index;
                if (index >= 0 && index < depth)
                {
                    Unsafe.Add(ref y, (nint)((((i / inner * depth) + index) * inner) + (i % inner))) = on;
                }
            }
        }
    }
}
