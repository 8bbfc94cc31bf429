using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Tensors joined along an axis that is new.</summary>
internal sealed class Stack : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("Stack", "Unsqueeze, Concat"), ("Pack", "Unsqueeze, Concat"), ("StackExt", "Unsqueeze, Concat"), ("Unstack", "Split, Squeeze")];

    public override MindValue Read(PrimitiveCall call)
    {
        GraphBuilder b = call.Builder;
        long axis = call.Int("axis", call.Inputs is [MindTuple, ..] || call.Primitive == "Unstack" ? 1 : -1, call.Int("dim", -1, 0));
        if (call.Primitive != "Unstack")
        {
            return call.Emit("Concat", call.Tensors().Select(t => b.Unsqueeze(t, axis)), ("axis", axis));
        }

        Value x = call.Tensor(0);
        int rank = call.Rank(x);
        Dimension size = b.ShapeOf(x)![(int)(axis < 0 ? axis + rank : axis)];
        long count = call.Int("num", -1, size.IsFixed ? size.Value : throw new UnsupportedOperatorException("the number of its results is not known"));
        Value[] parts = b.AddMany("Split", [x], (int)Math.Clamp(count, 1, 4096), ("axis", axis), ("num_outputs", count));
        return new MindTuple([.. parts.Select(p => new MindTensor(b.Squeeze(p, axis)))]);
    }
}
