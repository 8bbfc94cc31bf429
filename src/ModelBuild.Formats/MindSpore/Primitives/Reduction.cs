using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Reductions over axes, all of them when none is named.</summary>
internal sealed class Reduction : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } =
        [("ReduceMean", "ReduceMean"), ("ReduceSum", "ReduceSum"), ("ReduceMax", "ReduceMax"), ("ReduceMin", "ReduceMin"), ("ReduceProd", "ReduceProd"), ("ReduceAll", "Cast, ReduceMin"), ("ReduceAny", "Cast, ReduceMax"), ("SumExt", "ReduceSum"), ("MeanExt", "ReduceMean")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        Value x = call.Tensor(0);
        long[] axes = call.Axes("axis", 1);
        long keep = call.Bool("keep_dims", 2, call.Bool("keepdim", 2)) ? 1 : 0;
        Value? over = axes.Length > 0 ? b.Integers(axes) : null;
        if (call.Primitive is "ReduceAll" or "ReduceAny")
        {
            Value numbers = b.Cast(x, ElementType.Int32);
            return new MindTensor(b.Cast(b.Add(call.Primitive == "ReduceAll" ? "ReduceMin" : "ReduceMax", [numbers, over], ("keepdims", keep)), ElementType.Bool));
        }

        string name = call.Primitive switch { "SumExt" => "ReduceSum", "MeanExt" => "ReduceMean", var same => same };
        return call.Emit(name, [x, over], ("keepdims", keep));
    }
}
