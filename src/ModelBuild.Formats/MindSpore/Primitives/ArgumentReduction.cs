using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Where the largest or smallest element is.</summary>
internal sealed class ArgumentReduction : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
        [("Argmax", "ArgMax, Cast"), ("ArgMax", "ArgMax, Cast"), ("Argmin", "ArgMin, Cast"), ("ArgMaxExt", "ArgMax"), ("ArgMaxWithValue", "ArgMax, ReduceMax"), ("ArgMinWithValue", "ArgMin, ReduceMin")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        bool isMax = call.Primitive.Contains("ax", StringComparison.Ordinal);
        bool withValue = call.Primitive.EndsWith("Value", StringComparison.Ordinal);
        long axis = call.Int("axis", 1, withValue ? 0 : -1);
        long keep = withValue && call.Bool("keep_dims", 2) ? 1 : 0;
        Value index = b.Add(isMax ? "ArgMax" : "ArgMin", [x], ("axis", axis), ("keepdims", keep));
        if (!withValue)
        {
            ElementType type = call.Primitive == "ArgMaxExt" ? ElementType.Int64 : call.Type("output_type", 2);
            return new MindTensor(b.Cast(index, type == ElementType.Undefined ? ElementType.Int32 : type));
        }

        return new MindTuple([new MindTensor(b.Cast(index, ElementType.Int32)), call.Emit(isMax ? "ReduceMax" : "ReduceMin", [x, b.Integers(axis)], ("keepdims", keep))]);
    }
}
