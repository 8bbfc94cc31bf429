using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 10 made starts, ends and axes inputs.</summary>
internal sealed class SliceForm : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Slice", 10)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        context.SetInput(1, context.Constant("starts", context.TakeInts("starts") ?? throw context.Fail("it lacks its starts")));
        context.SetInput(2, context.Constant("ends", context.TakeInts("ends") ?? throw context.Fail("it lacks its ends")));
        if (context.TakeInts("axes") is { } axes)
        {
            context.SetInput(3, context.Constant("axes", axes));
        }
    }
}
