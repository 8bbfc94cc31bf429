using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Shapes;

[TestClass]
public sealed unsafe class StridedCopyTests
{
    [TestMethod]
    public void Blocks_of_every_leg_agree_with_single_elements()
    {
        foreach ((long rows, long columns) in ((long, long)[])[(1, 1), (4, 4), (8, 8), (16, 16), (17, 33), (7, 40), (40, 7), (64, 300), (3, 1), (3, 41), (41, 3), (11, 11)])
        {
            Check<uint, Transpose2D.ScalarBlock>(rows, columns);
            Check<UInt128, Transpose2D.ScalarBlock>(rows, columns);
            if (Vector128.IsHardwareAccelerated)
            {
                Check<uint, Transpose2D.Block4x4>(rows, columns);
                Check<ushort, Transpose2D.Block8x8>(rows, columns);
                Check<byte, Transpose2D.Block16x16>(rows, columns);
            }

            if (Avx.IsSupported)
            {
                Check<uint, Transpose2D.AvxBlock>(rows, columns);
            }
        }
    }

    private static void Check<T, TBlock>(long rows, long columns)
        where T : unmanaged
        where TBlock : Transpose2D.ITransposeBlock
    {
        Check<T, TBlock>(rows, columns, rows + 3, columns + 5);
        Check<T, TBlock>(rows, columns, rows, columns);
    }

    private static void Check<T, TBlock>(long rows, long columns, long sourceStride, long destinationStride)
        where T : unmanaged
        where TBlock : Transpose2D.ITransposeBlock
    {
        var x = new TensorValue(TensorElementType.UInt8, columns * sourceStride * sizeof(T));
        var y = new TensorValue(TensorElementType.UInt8, rows * destinationStride * sizeof(T));
        new Random(1).NextBytes(x.Bytes);
        y.Bytes.Fill(0xAA);
        byte[] expected = y.Bytes.ToArray();
        Transpose2D.Blocked<T, TBlock>(ref Unsafe.AsRef<T>(x.Data), sourceStride, ref Unsafe.AsRef<T>(y.Data), destinationStride, rows, columns);
        fixed (byte* e = expected)
        {
            for (long i = 0; i < rows; i++)
            {
                for (long j = 0; j < columns; j++)
                {
                    ((T*)e)[(i * destinationStride) + j] = ((T*)x.Data)[(j * sourceStride) + i];
                }
            }
        }

        Assert.IsTrue(y.Bytes.SequenceEqual(expected), $"{typeof(TBlock).Name} {rows}x{columns}");
    }

    [TestMethod]
    public void Any_block_lands_where_its_strides_say() =>
        Gen.Select(Gen.Long[0, 9].Array[0, 5], Gen.Int[0, 1000], Gen.Int[0, 31], Pick.From(1, 2, 4, 8, 16), Gen.Int[1, 3]).Each((shape, order, signs, size, threads) =>
        {
            int rank = shape.Length;
            int[] places = [.. Enumerable.Range(0, rank).OrderBy(i => (i + 1) * 7919 * (order + 1) % 1009)];
            long[] from = new long[rank], to = new long[rank];
            Strides.RowMajor(shape, to);
            long stride = 1, start = 0;
            foreach (int i in places)
            {
                bool repeats = (order + i) % 5 == 0;
                bool backwards = ((signs >> i) & 1) != 0;
                from[i] = repeats ? 0 : backwards ? -stride : stride;
                start += backwards && !repeats ? Math.Max(0, shape[i] - 1) * stride : 0;
                stride *= Math.Max(1, shape[i]);
            }

            long count = Strides.Product(shape);
            var x = new TensorValue(TensorElementType.UInt8, stride * size);
            var y = new TensorValue(TensorElementType.UInt8, (count + 2) * size);
            new Random(order).NextBytes(x.Bytes);
            y.Bytes.Fill(0xAA);
            byte[] expected = y.Bytes.ToArray();
            for (long i = 0; i < count; i++)
            {
                long rest = i, at = start;
                for (int d = rank - 1; d >= 0; d--)
                {
                    at += rest % shape[d] * from[d];
                    rest /= shape[d];
                }

                new ReadOnlySpan<byte>(x.Data + (at * size), size).CopyTo(expected.AsSpan((int)((i + 1) * size)));
            }

            using var context = new KernelContext(threads);
            Copy.Strided(context, x.Data, y.Data, size, start, 1, shape, from, to);
            Assert.IsTrue(y.Bytes.SequenceEqual(expected), $"{Strides.Text(shape)} {Strides.Text(from)} of {size} bytes");
        });

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void Threads_share_large_blocks(int threads)
    {
        using var context = new KernelContext(threads);
        long[] shape = [3, 64, 70, 40];
        TensorValue x = Tensors.Counting(TensorElementType.Float32, shape);
        var y = new TensorValue(TensorElementType.Float32, 3, 70, 40, 64);
        Transpose.Run(context, x.Data, y.Data, 4, shape, [0, 2, 3, 1]);
        float* from = x.Pointer<float>();
        float* to = y.Pointer<float>();
        for (int n = 0; n < 3; n++)
        {
            for (int c = 0; c < 64; c++)
            {
                for (int i = 0; i < 2800; i++)
                {
                    Assert.AreEqual(from[(((n * 64) + c) * 2800) + i], to[(((n * 2800) + i) * 64) + c]);
                }
            }
        }
    }

    [TestMethod]
    public void Rows_are_found_by_their_numbers()
    {
        TensorValue table = Tensors.Counting(TensorElementType.Float32, 2, 4, 3);
        long[] numbers = [3, -4, 1];
        var y = new TensorValue(TensorElementType.Float32, 2, 3, 3);
        fixed (long* n = numbers)
        {
            Gather.Rows(table.Data, n, y.Data, 2, 4, 3, 12);
        }

        float[] expected = [9.5f, 10.5f, 11.5f, 0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 21.5f, 22.5f, 23.5f, 12.5f, 13.5f, 14.5f, 15.5f, 16.5f, 17.5f];
        CollectionAssert.AreEqual(expected, y.Span<float>().ToArray());
        foreach (int bad in (int[])[4, -5, int.MaxValue, int.MinValue])
        {
            Assert.ThrowsExactly<KernelException>(() => Row(table, bad, y));
        }
    }

    private static void Row(TensorValue table, int number, TensorValue y)
    {
        long wide = number;
        try
        {
            Gather.Rows32(table.Data, &number, y.Data, 1, 4, 1, 12);
        }
        catch (KernelException)
        {
            Gather.Rows(table.Data, &wide, y.Data, 1, 4, 1, 12);
        }
    }
}
