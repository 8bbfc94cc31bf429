using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>An image in channel blocks of 16: batch, channels, height and width; signals have height 1.</summary>
/// <param name="Batch">Number of images.</param>
/// <param name="Channels">Channels, a fixed number.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal readonly record struct ImageShape(Dimension Batch, int Channels, Dimension Height, Dimension Width)
{
    /// <summary>Shape of the blocked form.</summary>
    public Shape Blocked => [Batch, ConvolutionPacking.Blocks(Channels), Height, Width, BlockedLayout.Block];

    /// <summary>Elements of the blocked form.</summary>
    public Dimension Length => Batch * (long)(ConvolutionPacking.Blocks(Channels) * BlockedLayout.Block) * Height * Width;

    /// <summary>Reads the shape of a tensor of 3 or 4 dimensions; null when it is none or the channels are not fixed.</summary>
    public static ImageShape? Of(Shape? shape) =>
        shape is { Rank: 4 } && Fits(shape[1]) ? new(shape[0], (int)shape[1].Value, shape[2], shape[3])
        : shape is { Rank: 3 } && Fits(shape[1]) ? new(shape[0], (int)shape[1].Value, 1, shape[2])
        : null;

    private static bool Fits(Dimension channels) => channels.IsFixed && channels.Value is > 0 and < 1 << 24;
}

/// <summary>Steps between the row-major and the blocked form of images.</summary>
internal static class BlockedLayout
{
    /// <summary>Channels in a block.</summary>
    public const int Block = ConvolutionPacking.Block;

    /// <summary>Adds the step from the blocked to the row-major form.</summary>
    public static void ToPlain(LoweringContext context, Value value, PlanDraft blocked)
    {
        ImageShape image = ImageShape.Of(context.Builder.TensorTypeOf(value).Shape)!.Value;
        context.Builder.Call($"{value.Name}: to rows", "Layout.FromBlocked", ("x", blocked), ("y", context.Builder.Define(value)),
            ("batch", image.Batch), ("channels", image.Channels), ("height", image.Height), ("width", image.Width));
    }

    /// <summary>The blocked form of a value; adds the step when there is none.</summary>
    public static PlanDraft Ensure(LoweringContext context, Value value)
    {
        if (context.Blocked.Find(value) is not { } blocked)
        {
            ImageShape image = ImageShape.Of(context.Builder.TensorTypeOf(value).Shape)!.Value;
            PlanDraft plain = context.Builder.Of(value);
            blocked = context.Builder.Temporary(value.Name + ":c16", ElementType.Float32, image.Blocked);
            context.Builder.Call($"{value.Name}: to channel blocks", "Layout.ToBlocked", ("x", plain), ("y", blocked),
                ("batch", image.Batch), ("channels", image.Channels), ("height", image.Height), ("width", image.Width));
            context.Blocked.Set(value, blocked);
        }

        return blocked;
    }

    /// <summary>A new blocked form for a value that a step computes.</summary>
    public static PlanDraft Define(LoweringContext context, Value value)
    {
        PlanDraft blocked = context.Builder.Temporary(value.Name + ":c16", ElementType.Float32, ImageShape.Of(context.Builder.TensorTypeOf(value).Shape)!.Value.Blocked);
        context.Blocked.Set(value, blocked);
        return blocked;
    }

    /// <summary>Whether a value is an fp32 image with sizes that the inputs give.</summary>
    public static ImageShape? Image(LoweringContext context, Value? value) =>
        value is not null && context.Builder.TensorTypeOf(value) is (ElementType.Float32, { } shape) && ImageShape.Of(shape) is { } image && context.Builder.IsKnown(image.Batch) && context.Builder.IsKnown(image.Height) && context.Builder.IsKnown(image.Width) ? image : null;
}
