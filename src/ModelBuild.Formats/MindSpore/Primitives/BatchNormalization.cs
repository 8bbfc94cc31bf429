using ModelBuild.Formats.Importing;
using ModelBuild.Formats.MindSpore.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>Batch normalization as at inference; of its five results the first.</summary>
internal sealed class BatchNormalization : MindPrimitive
{
    public override IReadOnlyList<(string Name, string Onnx)> Names { get; } = [("BatchNorm", "BatchNormalization"), ("FusedBatchNorm", "BatchNormalization"), ("FusedBatchNormEx", "BatchNormalization"), ("BatchNormExt", "BatchNormalization"), ("InstanceNorm", "InstanceNormalization"), ("GroupNorm", "GroupNormalization")];

    public override MindValue Read(PrimitiveCall call)
    {
        call.RequireChannelsFirst();
        if (call.Primitive == "GroupNorm")
        {
            return new MindTuple([call.Emit("GroupNormalization", [call.Tensor(0), call.Tensor(2), call.Tensor(3)], ("num_groups", call.Int("num_groups", 1, 1)), ("epsilon", call.Float("eps", 4, 1e-5f)))]);
        }

        if (call.Primitive == "InstanceNorm")
        {
            return new MindTuple([call.Emit("InstanceNormalization", [call.Tensor(0), call.Tensor(1), call.Tensor(2)], ("epsilon", call.Float("epsilon", -1, 1e-5f)))]);
        }

        if (call.Bool("is_training", 5))
        {
            throw new UnsupportedOperatorException("it normalizes with the batch's own statistics; call set_train(False) before the export");
        }

        Value[] inputs = [.. Enumerable.Range(0, 5).Select(call.Tensor)];
        MindValue y = call.Emit("BatchNormalization", inputs, ("epsilon", call.Float("epsilon", 6, call.Float("eps", -1, 1e-5f))));
        return new MindTuple([y, new MindTensor(inputs[3]), new MindTensor(inputs[4]), MindUnknown.Instance, MindUnknown.Instance]);
    }
}
