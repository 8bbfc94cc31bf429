using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>An experimental operator that version 10 removed: cuts a border off the last two dimensions of NCHW images.</summary>
internal sealed class ExperimentalCrop : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Crop", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        // Border: left, top, right, bottom. With a scale the size is stated instead of the far border.
        IReadOnlyList<long> border = context.Node.GetInts("border") ?? throw context.Fail("it lacks its border");
        IReadOnlyList<long>? scale = context.Node.GetInts("scale");
        if (border.Count != 4 || scale is { Count: not 2 })
        {
            throw context.Fail("its border takes four numbers and its scale two");
        }

        long[] ends = scale is null
            ? [border[3] == 0 ? long.MaxValue : -border[3], border[2] == 0 ? long.MaxValue : -border[2]]
            : [border[1] + scale[0], border[0] + scale[1]];
        context.Replace(
            "Slice",
            [context.Node.Input(0), context.Constant("starts", [border[1], border[0]]), context.Constant("ends", ends), context.Constant("axes", [2, 3])]);
    }
}
