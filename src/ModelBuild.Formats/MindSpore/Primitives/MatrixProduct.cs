using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Products of matrices, either of which may be transposed first.</summary>
internal sealed class MatrixProduct : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
        [("MatMul", "MatMul | Gemm"), ("MatMulV2", "MatMul | Gemm"), ("BatchMatMul", "MatMul"), ("BatchMatMulV2", "MatMul"), ("MatMulExt", "MatMul"), ("BatchMatMulExt", "MatMul"), ("Dense", "Gemm | Transpose, MatMul, Add")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        Value y = call.Tensor(1);
        if (call.Primitive == "Dense")
        {
            Value product = b.Add("MatMul", [x, Swapped(b, call, y)]);
            return call.OptionalTensor(2) is { } bias ? call.Emit("Add", [product, bias]) : new MindTensor(product);
        }

        bool isExt = call.Primitive.EndsWith("Ext", StringComparison.Ordinal);
        bool swapX = !isExt && (call.Bool("transpose_a", 2) || call.Bool("transpose_x1") || call.Bool("adj_x1"));
        bool swapY = !isExt && (call.Bool("transpose_b", 3) || call.Bool("transpose_x2") || call.Bool("adj_x2"));
        return call.Emit("MatMul", [swapX ? Swapped(b, call, x) : x, swapY ? Swapped(b, call, y) : y]);
    }

    private static Value Swapped(GraphBuilder b, PrimitiveCall call, Value value)
    {
        int rank = call.Rank(value);
        return b.Transpose(value, [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]);
    }
}
