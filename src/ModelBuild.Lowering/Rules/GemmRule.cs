using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Products with a constant fp32 matrix: packed at build time, with bias, residual and activation in the same step.</summary>
internal sealed class GemmRule : ILoweringRule
{
    // Up to this many multiplications a product becomes part of its caller.
    private const long SmallProduct = 4096;

    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Gemm"), ("", "MatMul")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        PlanBuilder builder = context.Builder;
        Node node = group.Anchor;
        bool isGemm = node.OpType == "Gemm";
        if (node.Input(1)?.Initializer is not { ElementType: ElementType.Float32, Rank: 2 } weights)
        {
            return "the second operand is no constant matrix.";
        }

        if (builder.TensorTypeOf(node.Input(0)!) is not (ElementType.Float32, { Rank: > 0 } shape) || builder.TensorTypeOf(group.Output).Shape is not { } outputShape)
        {
            return "the first operand's shape depends on the data.";
        }

        bool transposed = isGemm && node.GetInt("transB") != 0;
        long n = weights.Dimensions[transposed ? 0 : 1], k = weights.Dimensions[transposed ? 1 : 0];
        if ((isGemm && node.GetInt("transA") != 0) || shape[shape.Rank - 1] != Dimension.Fixed(k) || n > int.MaxValue || k > int.MaxValue || n == 0 || k == 0)
        {
            return "the first operand is transposed or empty.";
        }

        Dimension m = Sizes.Product(shape.Take(shape.Rank - 1));
        if (!builder.IsKnown(m))
        {
            return "the number of rows is no formula.";
        }

        if (!Terms.TryFind(context, group, n, outputShape, out Terms terms))
        {
            return "what is added is no vector of the last dimension and has not the result's shape.";
        }

        context.Flush([node.Input(0), terms.ResidualValue]);
        List<(string, object?)> arguments =
        [
            ("a", builder.Of(node.Input(0)!)),
            ("b", builder.Constant(context.Packed.Matrix(weights, k, n, transposed, isGemm ? node.GetFloat("alpha", 1) : 1), node.Input(1)!.Name)),
            ("bias", terms.Bias is { } bias ? builder.Constant(bias, group.Layer + ".bias") : null),
            ("c", builder.Define(group.Output)), ("n", n), ("k", k), ("activation", group.Activation), ("alpha", group.Alpha), ("beta", group.Beta),
        ];
        bool isSmall = m == Dimension.Fixed(1) && n <= Kernels.Gemm.SmallColumns && n * k <= SmallProduct && terms.ResidualValue is null;
        if (!isSmall)
        {
            arguments.AddRange([("residual", terms.ResidualValue is { } residual ? builder.Of(residual) : null), ("m", m), ("lda", k), ("ldc", n)]);
        }

        builder.Call(group.Layer, isSmall ? "Gemm.Small" : "Gemm.Packed", arguments.ToArray());
        return null;
    }

    /// <summary>What is added to a product.</summary>
    private readonly record struct Terms(TensorData? Bias, Value? ResidualValue)
    {
        public static bool TryFind(LoweringContext context, NodeGroup group, long n, Shape outputShape, out Terms terms)
        {
            Node node = group.Anchor;
            TensorData? bias = group.Bias?.Initializer;
            Value? residual = group.Residual;
            terms = default;
            if (node.OpType == "Gemm" && node.Input(2) is { } c && node.GetFloat("beta", 1) != 0)
            {
                float beta = node.GetFloat("beta", 1);
                if (c.Initializer is { ElementType: ElementType.Float32 } data && IsRow(data, n))
                {
                    bias = Row(data, n, beta);
                }
                else if (residual is null && beta == 1 && context.Builder.TensorTypeOf(c) is (ElementType.Float32, { } shape) && shape.Equals(outputShape))
                {
                    residual = c;
                }
                else
                {
                    return false;
                }
            }

            terms = new Terms(bias, residual);
            return true;
        }

        private static bool IsRow(TensorData data, long n) => data.ElementCount == 1 || (data.ElementCount == n && data.Dimensions[^1] == n);

        private static TensorData Row(TensorData data, long n, float beta)
        {
            if (beta == 1 && data.ElementCount == n)
            {
                return data;
            }

            float[] row = new float[n];
            ReadOnlySpan<float> source = data.As<float>();
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = beta * source[source.Length == 1 ? 0 : i];
            }

            return TensorData.Create<float>(ElementType.Float32, [n], row);
        }
    }
}
