using CsCheck;

namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class MatMulTests
{
    [TestMethod]
    [TestCategory(InstructionSetTests.Category)]
    public void Batches_are_broadcast_and_transposed_as_defined()
    {
        var gen = from rank in Gen.Int[0, 3]
                  from sizes in Gen.Int[1, 3].Array[rank]
                  from aOnes in Gen.Bool.Array[rank]
                  from bOnes in Gen.Bool.Array[rank]
                  from aRank in Gen.Int[0, rank]
                  from m in Gen.Int[1, 14]
                  from n in Gen.Int[1, 40]
                  from k in Gen.Int[0, 20]
                  from transposeA in Gen.Bool
                  from transposeB in Gen.Bool
                  from threads in Gen.Int[1, 2]
                  select (sizes, aOnes, bOnes, aRank, m, n, k, transposeA, transposeB, threads);
        gen.Sample(
            c =>
            {
                int rank = c.sizes.Length;
                int[] aBatch = [.. c.sizes.Select((s, i) => c.aOnes[i] ? 1 : s).Skip(rank - c.aRank)];
                int[] bBatch = [.. c.sizes.Select((s, i) => c.bOnes[i] ? 1 : s)];
                long[] aShape = [.. aBatch.Select(s => (long)s), c.transposeA ? c.k : c.m, c.transposeA ? c.m : c.k];
                long[] bShape = [.. bBatch.Select(s => (long)s), c.transposeB ? c.n : c.k, c.transposeB ? c.k : c.n];
                int[] batch = [.. bBatch.Select((s, i) => Math.Max(s, i >= rank - c.aRank ? aBatch[i - rank + c.aRank] : 1))];
                long count = batch.Aggregate(1L, (x, y) => x * y);
                var random = new Random(1);
                using var a = GuardedFloats.Random(random, aShape.Aggregate(1L, (x, y) => x * y));
                using var b = GuardedFloats.Random(random, bShape.Aggregate(1L, (x, y) => x * y));
                using var bias = GuardedFloats.Random(random, c.n);
                using var y = new GuardedFloats(count * c.m * c.n);
                using var context = new KernelContext(c.threads);
                MatMul.Batched(context, a.Pointer, b.Pointer, bias.Pointer, y.Pointer, aShape, bShape, c.transposeA, c.transposeB, 0.5f);
                for (int i = 0; i < count; i++)
                {
                    int aAt = 0, bAt = 0, rest = i, aStride = c.m * c.k, bStride = c.k * c.n;
                    for (int d = rank - 1; d >= 0; d--)
                    {
                        int at = rest % batch[d];
                        rest /= batch[d];
                        int aDim = d - rank + c.aRank;
                        if (aDim >= 0)
                        {
                            aAt += aBatch[aDim] == 1 ? 0 : at * aStride;
                            aStride *= aBatch[aDim];
                        }

                        bAt += bBatch[d] == 1 ? 0 : at * bStride;
                        bStride *= bBatch[d];
                    }

                    CheckMatrix(c.m, c.n, c.k, c.transposeA, c.transposeB, a.Span[aAt..], b.Span[bAt..], bias.Span, y.Span.Slice(i * c.m * c.n, c.m * c.n));
                }
            },
            iter: 300);
    }

    [TestMethod]
    public void Large_products_are_right_with_any_number_of_threads()
    {
        const int M = 150, N = 333, K = 400;
        using var a = GuardedFloats.Random(new Random(1), M * K);
        using var b = GuardedFloats.Random(new Random(2), N * K);
        using var bias = new GuardedFloats(new float[N]);
        using var y = new GuardedFloats(M * N);
        float[]? first = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            foreach (bool transpose in (bool[])[false, true])
            {
                using var context = new KernelContext(threads);
                y.Span.Fill(float.NaN);
                MatMul.Batched(context, a.Pointer, b.Pointer, bias.Pointer, y.Pointer, transpose ? [K, M] : [M, K], transpose ? [N, K] : [K, N], transpose, transpose, 0.5f);
                CheckMatrix(M, N, K, transpose, transpose, a.Span, b.Span, bias.Span, y.Span);
                if (!transpose)
                {
                    first ??= y.Span.ToArray();
                    Assert.AreEqual(first.Length, first.AsSpan().CommonPrefixLength(y.Span));
                }
            }
        }
    }

    [TestMethod]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var context = new KernelContext();
        Assert.ThrowsExactly<KernelException>(() => MatMul.Batched(context, null, null, null, null, [2, 3], [2, 3]));
        Assert.ThrowsExactly<KernelException>(() => MatMul.Batched(context, null, null, null, null, [2, 2, 3], [3, 3, 3]));
        Assert.ThrowsExactly<KernelException>(() => MatMul.Batched(context, null, null, null, null, [3], [3, 3]));
    }

    private static void CheckMatrix(int m, int n, int k, bool transposeA, bool transposeB, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias, ReadOnlySpan<float> y)
    {
        bool fused = GemmMicrokernels.Current.IsFused;
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                float sum = 0;
                for (int i = 0; i < k; i++)
                {
                    float left = a[transposeA ? (i * m) + row : (row * k) + i], right = 0.5f * b[transposeB ? (column * k) + i : (i * n) + column];
                    sum = fused ? MathF.FusedMultiplyAdd(left, right, sum) : (left * right) + sum;
                }

                Assert.AreEqual(sum + bias[column], y[(row * n) + column], $"{m}x{n}x{k} {transposeA} {transposeB} at {row},{column}");
            }
        }
    }
}
