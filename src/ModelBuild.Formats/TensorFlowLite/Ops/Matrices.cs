using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Diagonal matrices from vectors, and vectors put into diagonals.</summary>
internal sealed class Matrices : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["MATRIX_DIAG", "MATRIX_SET_DIAG"];

    public override string OnnxOf(string name) => "EyeLike, Where";

    public override void Read(NodeReader node)
    {
        GraphBuilder b = node.B;
        bool isSet = node.Name == "MATRIX_SET_DIAG";
        Value diagonal = node.In(isSet ? 1 : 0);
        Shape? shape = b.ShapeOf(isSet ? node.In(0) : diagonal);
        if (shape is null || shape.Rank == 0 || !shape[shape.Rank - 1].IsFixed || (isSet && (shape.Rank < 2 || !shape[shape.Rank - 2].IsFixed)))
        {
            throw NodeReader.Unsupported("its last dimensions must be known");
        }

        long columns = shape[shape.Rank - 1].Value;
        long rows = isSet ? shape[shape.Rank - 2].Value : columns;
        if (rows * columns > int.MaxValue / 64)
        {
            throw NodeReader.Unsupported("its matrices are too large");
        }

        bool[] mask = [.. Enumerable.Range(0, (int)(rows * columns)).Select(i => i / columns == i % columns)];
        Value onDiagonal = b.Constant(TensorData.Create<bool>(ElementType.Bool, [rows, columns], mask));

        // A column vector meets every column; the mask keeps one of each row. A flat matrix has fewer rows than the diagonal is long.
        int axis = (b.RankOf(diagonal) ?? 1) - 1;
        Value column = isSet && rows > columns
            ? b.Add("Pad", [diagonal, b.Integers([.. new long[axis + 1], .. new long[axis], rows - columns])], ("mode", "constant"))
            : diagonal;
        node.Out(b.Add("Where", [onDiagonal, b.Unsqueeze(column, axis + 1), isSet ? node.In(0) : b.NumberLike(0, diagonal)]));
    }
}
