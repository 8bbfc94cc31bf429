namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class GemmMicrokernelTests
{
    /// <summary>Every microkernel of every table this processor runs, by its table's name.</summary>
    public static IEnumerable<object[]> Kernels()
    {
        foreach (GemmMicrokernels table in GemmLegs.All())
        {
            for (int rows = 1; rows <= table.MaximumRows; rows++)
            {
                for (int panels = 1; panels <= 8; panels *= 2)
                {
                    int width = panels;
                    _ = table.Widest(rows, ref width);
                    if (width == panels)
                    {
                        yield return [table.Name, rows, panels];
                    }
                }
            }
        }
    }

    [TestMethod]
    [TestCategory(InstructionSetTests.Category)]
    [DynamicData(nameof(Kernels))]
    public void A_tile_has_the_bits_of_the_scalar_reference(string name, int rows, int panels)
    {
        GemmMicrokernels table = GemmLegs.All().First(t => t.Name == name);
        GemmMicrokernels reference = GemmLegs.All().First(t => t.MaximumRows == 1 && t.IsFused == table.IsFused);
        var random = new Random((rows * 10) + panels);
        foreach (int k in (int[])[0, 1, 2, 3, 8, 17])
        {
            for (int options = 0; options < 16; options++)
            {
                Compare(table, reference, random, rows, panels, k, options);
            }
        }
    }

    [TestMethod]
    public void Limits_let_NaN_pass_and_keep_the_sign_of_zero()
    {
        foreach (GemmMicrokernels table in GemmLegs.All())
        {
            using var a = new GuardedFloats([1f]);
            using var b = new GuardedFloats([float.NaN, -0f, 0f, -1f, 9f, .. new float[11]]);
            using var c = new GuardedFloats([-0f, -0f, .. new float[14]]);
            GemmTile tile = Tile(a, b, c, 1, 1, 1);
            tile.Accumulate = 1;
            tile.Minimum = 0;
            tile.Maximum = 6;
            int width = 1;
            table.Widest(1, ref width).Run(&tile);
            CollectionAssert.AreEqual(new[] { float.NaN, -0f, 0f, 0f, 6f }, c.Span[..5].ToArray(), table.Name);
            Assert.IsTrue(float.IsNegative(c.Span[1]), table.Name);
        }
    }

    private static void Compare(GemmMicrokernels table, GemmMicrokernels reference, Random random, int rows, int panels, int k, int options)
    {
        int columns = panels * 16;
        using var a = GuardedFloats.Random(random, (rows * k) + 1);
        using var b = GuardedFloats.Random(random, Math.Max(16, columns * k));
        using var bias = GuardedFloats.Random(random, columns);
        using var residual = GuardedFloats.Random(random, rows * columns);
        using var c = GuardedFloats.Random(random, rows * columns);
        using var expected = new GuardedFloats(c.Span);
        GemmTile tile = Tile(a, b, c, rows, panels, k);
        tile.Bias = (options & 1) != 0 ? bias.Pointer : null;
        tile.Residual = (options & 2) != 0 ? residual.Pointer : null;
        tile.Accumulate = (options & 4) != 0 ? 1 : 0;
        if ((options & 8) != 0)
        {
            tile.Minimum = -0.25f;
            tile.Maximum = 0.5f;
        }

        int width = panels;
        GemmTile before = tile;
        table.Widest(rows, ref width).Run(&tile);
        Assert.IsTrue(new ReadOnlySpan<byte>(&before, sizeof(GemmTile)).SequenceEqual(new ReadOnlySpan<byte>(&tile, sizeof(GemmTile))), "The arguments changed.");
        for (int row = 0; row < rows; row++)
        {
            for (int panel = 0; panel < panels; panel++)
            {
                GemmTile part = tile;
                part.A += row * k;
                part.B += panel * 16 * k;
                part.C = expected.Pointer + (row * columns) + (panel * 16);
                part.Bias = tile.Bias == null ? null : bias.Pointer + (panel * 16);
                part.Residual = tile.Residual == null ? null : residual.Pointer + (row * columns) + (panel * 16);
                width = 1;
                reference.Widest(1, ref width).Run(&part);
            }
        }

        int same = expected.Span.CommonPrefixLength(c.Span);
        Assert.AreEqual(c.Length, same, $"{table.Name} {rows}x{panels} k {k} options {options}");
    }

    private static GemmTile Tile(GuardedFloats a, GuardedFloats b, GuardedFloats c, int rows, int panels, int k) => new()
    {
        A = a.Pointer,
        AStride = k * sizeof(float),
        B = b.Pointer,
        BStride = k * 16 * sizeof(float),
        C = c.Pointer,
        CStride = panels * 16 * sizeof(float),
        K = k,
        ResidualStride = panels * 16 * sizeof(float),
        Minimum = float.NegativeInfinity,
        Maximum = float.PositiveInfinity,
    };
}
