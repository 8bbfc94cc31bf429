using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>Pooling of images that are in channel blocks already.</summary>
internal sealed class PoolingRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "MaxPool"), ("", "AveragePool"), ("", "GlobalAveragePool"), ("", "GlobalMaxPool")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(0) is not { } x || context.Blocked.Find(x) is not { } source)
        {
            return "the input is not in channel blocks.";
        }

        if (BlockedLayout.Image(context, x) is not { } input || BlockedLayout.Image(context, group.Output) is not { } output || node.Output(1) is not null)
        {
            return "sizes depend on the data, or indices are asked for.";
        }

        if (node.OpType.StartsWith("Global", StringComparison.Ordinal))
        {
            context.Builder.Call(group.Layer, node.OpType == "GlobalMaxPool" ? "BlockedPooling.GlobalMax" : "BlockedPooling.GlobalAverage",
                ("x", source), ("y", BlockedLayout.Define(context, group.Output)), ("batch", input.Batch), ("channels", input.Channels), ("height", input.Height), ("width", input.Width));
            return null;
        }

        if (node.GetInts("kernel_shape") is not { } kernel || ConvolutionWindow.Of(node, kernel, context.Builder.TensorTypeOf(x).Shape!) is not { } window || node.GetInt("storage_order") != 0)
        {
            return "pads depend on sizes that are not fixed.";
        }

        bool isMax = node.OpType == "MaxPool";

        // Windows that ceil_mode adds beyond the padding count differently in a mean.
        if (!isMax && node.GetInt("ceil_mode") != 0)
        {
            return "ceil_mode of a mean.";
        }

        List<(string, object?)> arguments =
        [
            ("x", source), ("y", BlockedLayout.Define(context, group.Output)), ("batch", input.Batch), ("channels", input.Channels), ("height", input.Height), ("width", input.Width),
            ("outHeight", output.Height), ("outWidth", output.Width), ("kernelHeight", window.KernelHeight), ("kernelWidth", window.KernelWidth),
            ("strideHeight", window.StrideHeight), ("strideWidth", window.StrideWidth), ("padTop", window.PadTop), ("padLeft", window.PadLeft),
            ("dilationHeight", window.DilationHeight), ("dilationWidth", window.DilationWidth),
        ];
        if (!isMax)
        {
            arguments.AddRange([("padBottom", window.PadBottom), ("padRight", window.PadRight), ("countIncludePad", node.GetInt("count_include_pad") != 0)]);
        }

        context.Builder.Call(group.Layer, isMax ? "BlockedPooling.Max" : "BlockedPooling.Average", arguments.ToArray());
        return null;
    }
}
