namespace ModelBuild.Graphs.Inference;

/// <summary>Matrix products.</summary>
internal static class Multiplication
{
    public static void MatMul(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), Product(node, c, c.ShapeOf(node, 0), c.ShapeOf(node, 1)));

    public static void MatMulInteger(Node node, InferenceContext c) => c.Output(node, 0, ElementType.Int32, Product(node, c, c.ShapeOf(node, 0), c.ShapeOf(node, 1)));

    /// <summary>The second matrix is input 3, the output's zero point is input 7.</summary>
    public static void MatMulQuantized(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 7), Product(node, c, c.ShapeOf(node, 0), c.ShapeOf(node, 3)));

    /// <summary>Stacks of matrices are broadcast; a vector becomes a row on the left and a column on the right, and that dimension is dropped again.</summary>
    public static Shape? Product(Node node, InferenceContext c, Shape? a, Shape? b)
    {
        if (a is null || b is null)
        {
            return null;
        }

        if (a.Rank == 0 || b.Rank == 0)
        {
            c.Contradict(node, "a scalar can't be multiplied as a matrix");
            return null;
        }

        Dimension inner = a[a.Rank - 1];
        Dimension other = b[b.Rank == 1 ? 0 : b.Rank - 2];
        if (inner.IsFixed && other.IsFixed && inner != other)
        {
            c.Contradict(node, $"{a} and {b} can't be multiplied");
            return null;
        }

        Shape? batch = c.Broadcast(node, new Shape(a.AsSpan()[..Math.Max(0, a.Rank - 2)]), new Shape(b.AsSpan()[..Math.Max(0, b.Rank - 2)]));
        var dimensions = new List<Dimension>(batch!);
        if (a.Rank > 1)
        {
            dimensions.Add(a[a.Rank - 2]);
        }

        if (b.Rank > 1)
        {
            dimensions.Add(b[b.Rank - 1]);
        }

        return [.. dimensions];
    }

    public static void Gemm(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), GemmShape(node, c, 0, 1));

    public static Shape GemmShape(Node node, InferenceContext c, int a, int b)
    {
        bool transposeA = node.GetInt("transA") != 0;
        bool transposeB = node.GetInt("transB") != 0;
        Dimension inner = c.Size(node, a, transposeA ? 0 : 1);
        Dimension other = c.Size(node, b, transposeB ? 1 : 0);
        if (inner.IsFixed && other.IsFixed && inner != other)
        {
            c.Contradict(node, $"{c.ShapeOf(node, a)} and {c.ShapeOf(node, b)} can't be multiplied");
        }

        return [c.Size(node, a, transposeA ? 1 : 0), c.Size(node, b, transposeB ? 0 : 1)];
    }

    /// <summary>Determinants of a stack of matrices.</summary>
    public static void Determinant(Node node, InferenceContext c)
    {
        Shape? input = c.ShapeOf(node, 0);
        c.Output(node, 0, c.Element(node, 0), input is { Rank: >= 2 } ? new Shape(input.AsSpan()[..^2]) : null);
    }

    public static void Einsum(Node node, InferenceContext c) => c.Output(node, 0, c.Element(node, 0), Einsum(node, c, node.GetString("equation").Replace(" ", "", StringComparison.Ordinal)));

    private static Shape? Einsum(Node node, InferenceContext c, string equation)
    {
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != node.Inputs.Count)
        {
            c.Contradict(node, "the equation does not fit the inputs");
            return null;
        }

        var sizes = new Dictionary<char, Dimension>();
        Shape? ellipsis = Shape.Scalar;
        for (int i = 0; i < terms.Length; i++)
        {
            if (c.ShapeOf(node, i) is not { } shape)
            {
                return null;
            }

            int dots = terms[i].IndexOf("...", StringComparison.Ordinal);
            string letters = terms[i].Replace("...", "", StringComparison.Ordinal);
            int extra = shape.Rank - letters.Length;
            if (dots < 0 ? extra != 0 : extra < 0)
            {
                c.Contradict(node, $"term '{terms[i]}' does not fit {shape}");
                return null;
            }

            for (int k = 0; k < letters.Length; k++)
            {
                Dimension size = shape[dots >= 0 && k >= dots ? k + extra : k];
                sizes[letters[k]] = sizes.TryGetValue(letters[k], out Dimension known) ? c.Broadcast(node, known, size) : size;
            }

            if (dots >= 0)
            {
                ellipsis = c.Broadcast(node, ellipsis, new Shape(shape.AsSpan().Slice(dots, extra)));
            }
        }

        // Without an arrow: the letters that stand once, in alphabetical order, after the broadcast dimensions.
        string result = sides.Length == 2 ? sides[1] : (sides[0].Contains("...", StringComparison.Ordinal) ? "..." : "")
            + string.Concat(sides[0].Where(char.IsLetter).GroupBy(l => l).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        return EinsumOutput(result, sizes, ellipsis);
    }

    private static Shape? EinsumOutput(string result, Dictionary<char, Dimension> sizes, Shape? ellipsis)
    {
        var dimensions = new List<Dimension>();
        for (int i = 0; i < result.Length; i++)
        {
            if (result.AsSpan(i).StartsWith("..."))
            {
                dimensions.AddRange(ellipsis!);
                i += 2;
            }
            else
            {
                dimensions.Add(sizes.GetValueOrDefault(result[i], Dimension.Unknown));
            }
        }

        return [.. dimensions];
    }
}
