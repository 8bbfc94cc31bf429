using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed class ProductOperatorTests
{
    private static readonly TensorElementType[] s_types =
    [
        TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.Int32, TensorElementType.UInt32, TensorElementType.Int64, TensorElementType.UInt64,
    ];

    private static readonly (long[] A, long[] B)[] s_shapes =
    [
        ([3, 4], [4, 5]), ([4], [4, 5]), ([3, 4], [4]), ([4], [4]), ([2, 1, 3, 4], [5, 4, 2]), ([0, 4], [4, 5]), ([3, 4], [4, 0]), ([2, 3, 4], [4, 17]), ([4], [2, 4, 3]), ([2, 3, 4], [4]),
        ([0, 3, 4], [0, 4, 2]), ([3, 4], [5, 2]), ([2, 3, 4], [3, 4, 5]),
    ];

    [TestMethod]
    public void MatMul_agrees_with_ONNX_Runtime()
    {
        foreach (TensorElementType type in s_types)
        {
            foreach (var (a, b) in s_shapes)
            {
                // ONNX Runtime's own products of no terms leave out the zeros in some versions, so none is asked for.
                OracleTest.Compare(
                    new SingleNode("MatMul"), [Numbers(type, 1, a), Numbers(type, 2, b)], 1, (context, x, y) => Products.MatMul(context, x[0]!, x[1]!, y[0]), tolerance: Tolerance(type));
            }
        }
    }

    [TestMethod]
    public void Sums_of_no_products_are_zeros()
    {
        using var context = new KernelContext();
        foreach (TensorElementType type in s_types)
        {
            var y = new TensorValue();
            Products.MatMul(context, new TensorValue(type, 3, 0), new TensorValue(type, 0, 2), y);
            Tensors.AreEqual(Numbers(type, 0, [3, 2]), y);
        }
    }

    [TestMethod]
    public void Integers_wrap()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        Products.MatMul(context, Tensors.Of(TensorElementType.Int32, [1, 2], int.MaxValue, 1), Tensors.Of(TensorElementType.Int32, [2, 1], 2, 3), y);
        Assert.AreEqual(1, y.Span<int>()[0]);
        Products.MatMul(context, Tensors.Of(TensorElementType.UInt64, [1, 1], ulong.MaxValue), Tensors.Of(TensorElementType.UInt64, [1, 1], 3UL), y);
        Assert.AreEqual(ulong.MaxValue - 2, y.Span<ulong>()[0]);
    }

    [TestMethod]
    public void Gemm_agrees_with_ONNX_Runtime()
    {
        foreach (TensorElementType type in (TensorElementType[])[TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16])
        {
            foreach (long[]? c in (long[]?[])[null, [], [1], [5], [1, 5], [3, 1], [3, 5]])
            {
                for (int options = 0; options < 16; options++)
                {
                    long transA = options & 1, transB = (options >> 1) & 1;
                    float alpha = (options & 4) != 0 ? 0.5f : 1, beta = (options & 8) != 0 ? 0.25f : 1;
                    SingleNode node = new SingleNode("Gemm").With("alpha", alpha).With("beta", beta).With("transA", transA).With("transB", transB);
                    TensorValue?[] inputs = [Numbers(type, 1, transA != 0 ? [4, 3] : [3, 4]), Numbers(type, 2, transB != 0 ? [5, 4] : [4, 5])];
                    OracleTest.Compare(
                        node, c == null ? inputs : [.. inputs, Numbers(type, 3, c)], 1, (context, x, y) => Products.Gemm(context, x[0]!, x[1]!, x.Length > 2 ? x[2] : null, y[0], alpha, beta, transA, transB),
                        tolerance: Tolerance(type));
                }
            }
        }
    }

    [TestMethod]
    public void FusedMatMul_agrees_with_ONNX_Runtime()
    {
        for (long options = 0; options < 16; options++)
        {
            long transA = options & 1, transB = (options >> 1) & 1, batchA = (options >> 2) & 1, batchB = (options >> 3) & 1;
            SingleNode node = new SingleNode("FusedMatMul", domain: "com.microsoft").With("alpha", 0.5f).With("transA", transA).With("transB", transB).With("transBatchA", batchA).With("transBatchB", batchB);
            OracleTest.Compare(
                node, [Numbers(TensorElementType.Float32, 1, Shape(4, 3, transA, batchA)), Numbers(TensorElementType.Float32, 2, Shape(3, 5, transB, batchB))], 1,
                (context, x, y) => Products.FusedMatMul(context, x[0]!, x[1]!, y[0], 0.5f, transA, transB, batchA, batchB), tolerance: 1e-5);
        }

        static long[] Shape(long rows, long columns, long transpose, long moveBatch)
        {
            (rows, columns) = transpose != 0 ? (columns, rows) : (rows, columns);
            return moveBatch != 0 ? [rows, 2, 6, columns] : [2, 6, rows, columns];
        }
    }

    [TestMethod]
    public void Bad_shapes_and_types_are_refused()
    {
        using var context = new KernelContext();
        var y = new TensorValue();
        var matrix = new TensorValue(TensorElementType.Float32, 2, 2);
        Assert.ThrowsExactly<KernelException>(() => Products.MatMul(context, matrix, new TensorValue(TensorElementType.Float64, 2, 2), y));
        Assert.ThrowsExactly<KernelException>(() => Products.MatMul(context, matrix, new TensorValue(TensorElementType.Float32), y));
        Assert.ThrowsExactly<KernelException>(() => Products.Gemm(context, matrix, matrix, new TensorValue(TensorElementType.Float32, 3), y));
        Assert.ThrowsExactly<KernelException>(() => Products.Gemm(context, matrix, new TensorValue(TensorElementType.Float32, 2), null, y));
        Assert.ThrowsExactly<KernelException>(() => Products.MatMul(context, new TensorValue(TensorElementType.Bool, 2, 2), new TensorValue(TensorElementType.Bool, 2, 2), y));
    }

    private static double Tolerance(TensorElementType type) => type switch
    {
        TensorElementType.Float16 => 2e-3,
        TensorElementType.Float32 => 1e-5,
        TensorElementType.Float64 => 1e-12,
        _ => 0,
    };

    // Small whole numbers and halves, zeros for seed 0.
    private static TensorValue Numbers(TensorElementType type, int seed, long[] shape)
    {
        var tensor = new TensorValue(type, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            double value = seed == 0 ? 0 : (i * (seed + 4) % 11) + (type is TensorElementType.Float32 or TensorElementType.Float64 ? 0.125 * seed : 0);
            switch (type)
            {
                case TensorElementType.Float32:
                    tensor.Span<float>()[i] = (float)value;
                    break;
                case TensorElementType.Float64:
                    tensor.Span<double>()[i] = value;
                    break;
                case TensorElementType.Float16:
                    tensor.Span<Half>()[i] = (Half)value;
                    break;
                case TensorElementType.Int32 or TensorElementType.UInt32:
                    tensor.Span<int>()[i] = (int)value;
                    break;
                default:
                    tensor.Span<long>()[i] = (long)value;
                    break;
            }
        }

        return tensor;
    }
}
