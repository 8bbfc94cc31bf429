namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class GemmSmallTests
{
    [TestMethod]
    [TestCategory(InstructionSetTests.Category)]
    public void Small_products_have_the_bits_of_packed_ones()
    {
        using var context = new KernelContext();
        foreach (Activation activation in (Activation[])[Activation.None, Activation.Relu, Activation.Clip, Activation.Tanh])
        {
            for (int n = 1; n <= Gemm.SmallColumns; n++)
            {
                foreach (int k in (int[])[0, 1, 3, 4, 9])
                {
                    var random = new Random(n);
                    using var a = GuardedFloats.Random(random, k);
                    using var b = GuardedFloats.Random(random, (long)k * n);
                    using var packed = new GuardedFloats(Packing.Length(k, n));
                    Packing.Pack(b.Pointer, n, 1, packed.Pointer, k, n);
                    using var bias = GuardedFloats.Random(random, n);
                    using var expected = new GuardedFloats(n);
                    using var actual = new GuardedFloats(n);
                    Gemm.Packed(context, a.Pointer, packed.Pointer, bias.Pointer, null, expected.Pointer, 1, n, k, k, n, activation, -0.5f, 0.5f);
                    Gemm.Small(a.Pointer, packed.Pointer, bias.Pointer, actual.Pointer, n, k, activation, -0.5f, 0.5f);
                    Assert.AreEqual(n, expected.Span.CommonPrefixLength(actual.Span), $"{activation} {n} {k}");
                    Gemm.Packed(context, a.Pointer, packed.Pointer, null, null, expected.Pointer, 1, n, k, k, n);
                    Gemm.Small(a.Pointer, packed.Pointer, null, actual.Pointer, n, k);
                    Assert.AreEqual(n, expected.Span.CommonPrefixLength(actual.Span), $"{n} {k}");
                }
            }
        }
    }
}
