using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>Matrix products of integers, which wrap, and of <see cref="double"/>: each sum by ascending k.</summary>
/// <typeparam name="T">Type of the elements.</typeparam>
internal unsafe struct NumberProduct<T>
    where T : unmanaged, INumber<T>
{
    private const long WorkPerThread = 1 << 18;

    private T* _a;
    private T* _b;
    private T* _c;
    private long _m;
    private long _n;
    private long _k;
    private long _aRow;
    private long _aColumn;
    private long _bRow;

    /// <summary>Computes a batch.</summary>
    /// <param name="context">Scratch memory and threads.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="c">Result, contiguous.</param>
    /// <param name="shape">Sizes and strides.</param>
    public static void Run(KernelContext context, T* a, T* b, T* c, scoped ProductShape shape)
    {
        long matrices = 1;
        foreach (long size in shape.Batch)
        {
            matrices *= size;
        }

        if (shape.M == 0 || shape.N == 0)
        {
            return;
        }

        T* rows = shape.BColumn == 1 ? null : (T*)context.Scratch(Math.Max(1, checked(shape.K * shape.N * sizeof(T))));
        for (long matrix = 0; matrix < matrices; matrix++)
        {
            long rest = matrix;
            NumberProduct<T> product = new()
            {
                _a = a, _b = b, _c = c + (matrix * shape.M * shape.N), _m = shape.M, _n = shape.N, _k = shape.K, _aRow = shape.ARow, _aColumn = shape.AColumn, _bRow = shape.BRow,
            };
            for (int i = shape.Batch.Length - 1; i >= 0; i--)
            {
                product._a += rest % shape.Batch[i] * shape.ABatch[i];
                product._b += rest % shape.Batch[i] * shape.BBatch[i];
                rest /= shape.Batch[i];
            }

            if (rows != null)
            {
                for (long k = 0; k < shape.K; k++)
                {
                    for (long n = 0; n < shape.N; n++)
                    {
                        rows[(k * shape.N) + n] = product._b[(k * shape.BRow) + (n * shape.BColumn)];
                    }
                }

                product._b = rows;
                product._bRow = shape.N;
            }

            if ((double)shape.M * shape.N * shape.K >= 2 * WorkPerThread && shape.M <= int.MaxValue)
            {
                context.For((int)shape.M, &RunRow, &product);
            }
            else
            {
                for (long row = 0; row < shape.M; row++)
                {
                    product.Row(row);
                }
            }
        }
    }

    private static void RunRow(void* state, int row, int worker) => ((NumberProduct<T>*)state)->Row(row);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(long row)
    {
        T* a = _a + (row * _aRow);
        T* c = _c + (row * _n);
        for (long n = 0; n < _n; n++)
        {
            c[n] = T.Zero;
        }

        for (long k = 0; k < _k; k++)
        {
            T value = a[k * _aColumn];
            T* b = _b + (k * _bRow);
            var values = new Vector<T>(value);
            long n = 0;
            for (; n + Vector<T>.Count <= _n; n += Vector<T>.Count)
            {
                Vector.Store(Vector.Load(c + n) + (values * Vector.Load(b + n)), c + n);
            }

            for (; n < _n; n++)
            {
                c[n] += value * b[n];
            }
        }
    }
}
