namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class GemmTests
{
    private static readonly int[] s_rows = [1, 2, 3, 5, 6, 7, 13, 29];
    private static readonly int[] s_columns = [1, 3, 15, 16, 17, 33, 64, 70, 130];
    private static readonly int[] s_sums = [0, 1, 2, 31, 256, 257, 600];

    [TestMethod]
    [TestCategory(InstructionSetTests.Category)]
    public void Every_size_has_the_bits_of_the_definition()
    {
        foreach (GemmMicrokernels table in GemmLegs.All())
        {
            foreach (int m in s_rows)
            {
                foreach (int n in s_columns)
                {
                    foreach (int k in s_sums)
                    {
                        using var product = new PackedProduct(m, n, k, (m * 7) + n + k);
                        product.Run(table);
                        product.Check(table.IsFused, $"{table.Name} {m}x{n}x{k}");
                    }
                }
            }
        }
    }

    [TestMethod]
    public void Empty_results_write_nothing()
    {
        using var context = new KernelContext();
        Gemm.Packed(context, null, null, null, null, null, 0, 16, 4, 4, 16);
        Gemm.Packed(context, null, null, null, null, null, 4, 0, 4, 4, 0);
    }

    [TestMethod]
    public void A_residual_in_place_of_the_result_is_added_once()
    {
        using var context = new KernelContext();
        foreach (int n in (int[])[16, 20])
        {
            using var product = new PackedProduct(9, n, 600, 3);
            product.Residual.Span.CopyTo(product.C.Span);
            Gemm.Packed(context, product.A.Pointer, product.Packed, product.Bias.Pointer, product.C.Pointer, product.C.Pointer, 9, n, 600, 600, n, PackedProduct.Activation, PackedProduct.Alpha, PackedProduct.Beta);
            product.Check(GemmMicrokernels.Current.IsFused, $"{n}");
        }
    }

    [TestMethod]
    [DataRow(Activation.Relu)]
    [DataRow(Activation.Gelu)]
    [DataRow(Activation.LeakyRelu)]
    [DataRow(Activation.Sigmoid)]
    public void Activations_are_those_of_the_elementwise_kernels(Activation activation)
    {
        using var context = new KernelContext();
        const int M = 13, N = 150, K = 300;
        using var plain = new PackedProduct(M, N, K, 5);
        Gemm.Packed(context, plain.A.Pointer, plain.Packed, plain.Bias.Pointer, plain.Residual.Pointer, plain.C.Pointer, M, N, K, K, N);
        float[] expected = new float[M * N];
        fixed (float* e = expected)
        {
            ActivationFunctions.Apply(activation, 0.1f, 0, plain.C.Pointer, e, expected.Length);
        }

        Gemm.Packed(context, plain.A.Pointer, plain.Packed, plain.Bias.Pointer, plain.Residual.Pointer, plain.C.Pointer, M, N, K, K, N, activation, 0.1f, 0);
        Assert.AreEqual(expected.Length, expected.AsSpan().CommonPrefixLength(plain.C.Span));
    }

    [TestMethod]
    [DataRow(128, 300, 300)]
    [DataRow(1, 3000, 700)]
    [DataRow(5000, 20, 70)]
    [DataRow(17, 1000, 257)]
    public void Threads_change_no_bit(int m, int n, int k)
    {
        using var product = new PackedProduct(m, n, k, 11);
        using var single = new KernelContext();
        product.Run(single);
        float[] expected = product.C.Span.ToArray();
        for (int threads = 2; threads <= 4; threads++)
        {
            using var context = new KernelContext(threads);
            for (int repeat = 0; repeat < 5; repeat++)
            {
                product.C.Span.Fill(float.NaN);
                product.Run(context);
                Assert.AreEqual(expected.Length, expected.AsSpan().CommonPrefixLength(product.C.Span), $"{threads} threads");
            }
        }

        product.C.AssertGuards();
    }

    [TestMethod]
    public void Eight_callers_at_once_get_their_own_results()
    {
        var products = Enumerable.Range(0, 8).Select(i => new PackedProduct(60 + i, 250, 300, i)).ToArray();
        var threads = products.Select(product => new Thread(() =>
        {
            using var context = new KernelContext(2);
            for (int repeat = 0; repeat < 20; repeat++)
            {
                product.Run(context);
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        foreach (PackedProduct product in products)
        {
            product.Check(GemmMicrokernels.Current.IsFused, "");
        }
    }

    [TestMethod]
    public void A_call_allocates_nothing()
    {
        using var product = new PackedProduct(60, 250, 300, 1);
        using var context = new KernelContext(2);
        product.Run(context);
        long before = GC.GetAllocatedBytesForCurrentThread();
        product.Run(context);
        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [TestMethod]
    [DataRow(1L)]
    [DataRow(2L)]
    [DataRow(0L)]
    public void Packing_puts_each_element_where_the_layout_says(long kind)
    {
        foreach (int k in (int[])[1, 3, 4, 5, 9])
        {
            foreach (int n in (int[])[1, 15, 16, 17, 40])
            {
                // Rows contiguous, columns contiguous, neither.
                (long row, long column) = kind == 1 ? (n + 2L, 1L) : kind == 2 ? (1L, k + 3L) : (2L, (2L * k) + 1);
                using var b = GuardedFloats.Random(new Random(n), ((k - 1) * row) + ((n - 1) * column) + 1);
                using var packed = new GuardedFloats(Packing.Length(k, n));
                Packing.Pack(b.Pointer, row, column, packed.Pointer, k, n, 2);
                for (int i = 0; i < packed.Length; i++)
                {
                    int c = (i / (16 * k) * 16) + (i % 16), r = i / 16 % k;
                    Assert.AreEqual(c < n ? 2 * b.Span[(int)((r * row) + (c * column))] : 0, packed.Span[i]);
                }
            }
        }
    }

    // Operands, and the definition of the result.
    private sealed class PackedProduct : IDisposable
    {
        private readonly GuardedFloats _weights;
        private readonly GuardedFloats _panels;

        public PackedProduct(int m, int n, int k, int seed)
        {
            var random = new Random(seed);
            (M, N, K) = (m, n, k);
            A = GuardedFloats.Random(random, (long)m * k);
            _weights = GuardedFloats.Random(random, (long)n * k);
            _panels = new GuardedFloats(Packing.Length(k, n));
            Packing.Pack(_weights.Pointer, n, 1, Packed, k, n);
            Bias = GuardedFloats.Random(random, n);
            Residual = GuardedFloats.Random(random, (long)m * n);
            C = new GuardedFloats((long)m * n);
        }

        public int M { get; }

        public int N { get; }

        public int K { get; }

        public GuardedFloats A { get; }

        public GuardedFloats Bias { get; }

        public GuardedFloats Residual { get; }

        public GuardedFloats C { get; }

        public float* Packed => _panels.Pointer;

        public static Activation Activation => Activation.Clip;

        public static float Alpha => -3;

        public static float Beta => 5;

        public void Dispose()
        {
            foreach (GuardedFloats memory in new[] { _weights, _panels, A, Bias, Residual, C })
            {
                memory.Dispose();
            }
        }

        public void Run(KernelContext context) =>
            Gemm.Packed(context, A.Pointer, Packed, Bias.Pointer, Residual.Pointer, C.Pointer, M, N, K, K, N, Activation, Alpha, Beta);

        public void Run(GemmMicrokernels table)
        {
            GemmBlock block;
            block.A = A.Pointer;
            block.AStride = K;
            block.Packed = Packed;
            block.C = C.Pointer;
            block.CStride = N;
            block.Bias = Bias.Pointer;
            block.Residual = Residual.Pointer;
            block.M = M;
            block.N = N;
            block.K = K;
            block.PanelRows = K;
            block.Epilogue = new Epilogue(Activation, Alpha, Beta);
            block.Run(table);
        }

        public void Check(bool fused, string because)
        {
            for (int row = 0; row < M; row++)
            {
                for (int column = 0; column < N; column++)
                {
                    float sum = 0;
                    for (int k = 0; k < K; k++)
                    {
                        float a = A.Span[(row * K) + k], b = _weights.Span[(k * N) + column];
                        sum = fused ? MathF.FusedMultiplyAdd(a, b, sum) : (a * b) + sum;
                    }

                    sum += Bias.Span[column];
                    sum += Residual.Span[(row * N) + column];
                    sum = Math.Min(Beta, Math.Max(Alpha, sum));
                    Assert.AreEqual(sum, C.Span[(row * N) + column], $"{because} at {row},{column}");
                }
            }

            C.AssertGuards();
        }
    }
}
