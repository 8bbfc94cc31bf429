namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class LayoutTests
{
    [TestMethod]
    public void Conversions_equal_the_definition()
    {
        foreach (int channels in new[] { 1, 3, 4, 15, 16, 17, 33 })
        {
            foreach ((int height, int width) in new[] { (1, 1), (1, 3), (2, 2), (5, 7), (40, 33) })
            {
                using GuardedFloats x = GuardedFloats.Random(new Random(channels), 2L * channels * height * width);
                long length = 2L * ConvolutionPacking.Blocks(channels) * 16 * height * width;
                using GuardedFloats blocked = new(length), back = new(x.Length);
                using var context = new KernelContext(2);
                Layout.ToBlocked(context, x.Pointer, blocked.Pointer, 2, channels, height, width);
                CollectionAssert.AreEqual(x.Span.ToArray(), BlockedLayout.From(blocked.Span, 2, channels, height * width));
                for (int i = 0; i < blocked.Length; i++)
                {
                    int channel = i / 16 / (height * width) % ConvolutionPacking.Blocks(channels) * 16 + i % 16;
                    Assert.IsTrue(channel < channels || blocked.Span[i] == 0, "A lane without a channel is 0.");
                }

                Layout.FromBlocked(context, blocked.Pointer, back.Pointer, 2, channels, height, width);
                CollectionAssert.AreEqual(x.Span.ToArray(), back.Span.ToArray());
            }
        }
    }

    [TestMethod]
    public void Copies_of_channels_concatenate_and_slice()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 200; trial++)
        {
            int a = random.Next(1, 40), b = random.Next(1, 40), pixels = random.Next(1, 7), width = 1;
            if (trial % 2 == 0)
            {
                a = (a + 15) / 16 * 16;
            }

            float[] x = [.. Enumerable.Range(0, 2 * a * pixels).Select(_ => random.NextSingle())], z = [.. Enumerable.Range(0, 2 * b * pixels).Select(_ => random.NextSingle())];
            using GuardedFloats first = BlockedLayout.To(x, 2, a, pixels), second = BlockedLayout.To(z, 2, b, pixels);
            using var both = new GuardedFloats(2L * ConvolutionPacking.Blocks(a + b) * 16 * pixels);
            Layout.CopyBlocks(first.Pointer, both.Pointer, 2, a, 0, a + b, 0, a, pixels, width);
            Layout.CopyBlocks(second.Pointer, both.Pointer, 2, b, 0, a + b, a, b, pixels, width);
            float[] joined = BlockedLayout.From(both.Span, 2, a + b, pixels);
            Assert.IsFalse(both.Span.ToArray().Any(float.IsNaN), "A lane without a channel is finite.");
            for (int n = 0; n < 2; n++)
            {
                Assert.IsTrue(joined.AsSpan(n * (a + b) * pixels, a * pixels).SequenceEqual(x.AsSpan(n * a * pixels, a * pixels)));
                Assert.IsTrue(joined.AsSpan((n * (a + b) + a) * pixels, b * pixels).SequenceEqual(z.AsSpan(n * b * pixels, b * pixels)));
            }

            using var part = new GuardedFloats(2L * ConvolutionPacking.Blocks(b) * 16 * pixels);
            Layout.CopyBlocks(both.Pointer, part.Pointer, 2, a + b, a, b, 0, b, pixels, width);
            CollectionAssert.AreEqual(z, BlockedLayout.From(part.Span, 2, b, pixels));
            Assert.IsFalse(part.Span.ToArray().Any(float.IsNaN), "A lane without a channel is finite.");
        }
    }
}
