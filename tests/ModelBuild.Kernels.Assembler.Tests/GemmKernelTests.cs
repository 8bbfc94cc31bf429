using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Gemm;
using ModelBuild.Kernels.Assembler.Tests.Emulation;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>Every microkernel of matrix products, against the scalar reference, bit by bit and without a step beyond its operands.</summary>
[TestClass]
public sealed unsafe class GemmKernelTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17];

    public static IEnumerable<object[]> Tiles =>
        from set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 }
        from tile in GemmKernels.Tiles(set)
        select new object[] { set.ToString(), tile.Rows, tile.Panels };

    [TestMethod]
    [DynamicData(nameof(Tiles))]
    public void Same_bits_as_the_reference(string set, int rows, int panels)
    {
        KernelRunner runner = KernelRunner.Of(Enum.Parse<InstructionSet>(set));
        string name = runner.Kernels.Single(k => k.Name.StartsWith("gemm_", StringComparison.Ordinal) && k.Name.EndsWith($"_{rows}x{16 * panels}", StringComparison.Ordinal)).Name;
        for (int options = 0; options < 16; options++)
        {
            for (int i = 0; i < s_lengths.Length; i++)
            {
                // Every length with some options, every option with some lengths.
                if (i % 3 == options % 3 || s_lengths[i] == 5)
                {
                    Check(runner, name, rows, panels, s_lengths[i], options);
                }
            }
        }
    }

    [TestMethod]
    public void Tables_have_every_height_with_one_panel()
    {
        foreach (InstructionSet set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 })
        {
            int highest = GemmKernels.Tiles(set).Max(t => t.Rows);
            Assert.AreEqual(set == InstructionSet.Avx2 ? 6 : 14, highest);
            CollectionAssert.IsSubsetOf(Enumerable.Range(1, highest).Select(r => (r, 1)).ToArray(), GemmKernels.Tiles(set).ToArray());
            CollectionAssert.AllItemsAreUnique(KernelRunner.Of(set).Kernels.Select(k => k.Name).ToArray());
        }
    }

    private static void Check(KernelRunner runner, string name, int rows, int panels, int k, int options)
    {
        bool accumulates = (options & 1) != 0, hasBias = (options & 2) != 0, hasResidual = (options & 4) != 0, isInPlace = hasResidual && (options & 9) == 9;
        var random = new Random((rows * 1000) + (panels * 100) + (k * 16) + options);
        var memory = new EmulatedMemory();
        // Rows lie apart by more than they are long, and what is between belongs to nobody: only A's and C's rows are checked as a whole.
        int width = 16 * panels, aStride = k + 3, bStride = (16 * k) + 16, cStride = width + 5;
        using TestFloats a = TestFloats.Random(Math.Max(0, ((rows - 1) * aStride) + k), random, memory);
        using TestFloats b = TestFloats.Random(((panels - 1) * bStride) + (16 * k), random, memory);
        using TestFloats c = TestFloats.Random(((rows - 1) * cStride) + width, random, memory, isWritable: true);
        using TestFloats bias = TestFloats.Random(width, random, memory);
        using TestFloats residual = TestFloats.Random(((rows - 1) * cStride) + width, random, memory);
        float[] before = c.Span.ToArray();
        if (k > 2)
        {
            b.Span[^3] = float.NaN;
            b.Span[^5] = float.PositiveInfinity;
        }

        GemmTile tile = default;
        tile.A = a.Pointer;
        tile.AStride = aStride * sizeof(float);
        tile.B = b.Pointer;
        tile.BStride = bStride * sizeof(float);
        tile.C = c.Pointer;
        tile.CStride = cStride * sizeof(float);
        tile.K = k;
        tile.Bias = hasBias ? bias.Pointer : null;
        tile.Residual = !hasResidual ? null : isInPlace ? c.Pointer : residual.Pointer;
        tile.ResidualStride = cStride * sizeof(float);
        tile.Minimum = (options & 8) != 0 ? -0.25f : float.NegativeInfinity;
        tile.Maximum = (options & 8) != 0 ? 0.5f : float.PositiveInfinity;
        tile.Accumulate = accumulates ? 1 : 0;
        memory.Allow(&tile, sizeof(GemmTile), isWritable: false);
        Reference(tile, rows, panels);
        float[] expected = c.Span.ToArray();
        runner.Run(name, &tile, memory, () => before.CopyTo(c.Span), message => c.AssertEquals(expected, $"{message}, k {k}, options {options}"));
    }

    private static void Reference(GemmTile tile, int rows, int panels)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int panel = 0; panel < panels; panel++)
            {
                GemmTile one = tile;
                one.A = (float*)((byte*)tile.A + (row * tile.AStride));
                one.B = (float*)((byte*)tile.B + (panel * tile.BStride));
                one.C = (float*)((byte*)tile.C + (row * tile.CStride)) + (16 * panel);
                one.Bias = tile.Bias == null ? null : tile.Bias + (16 * panel);
                one.Residual = tile.Residual == null ? null : (float*)((byte*)tile.Residual + (row * tile.ResidualStride)) + (16 * panel);
                GemmScalar.Row<Fused>(&one);
            }
        }
    }
}
