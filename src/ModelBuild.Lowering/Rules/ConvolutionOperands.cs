using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>A convolution or transposed convolution of images with constant fp32 weights.</summary>
/// <param name="Context">Where steps are added.</param>
/// <param name="Group">The nodes.</param>
/// <param name="Window">Kernel, strides, pads and dilations.</param>
/// <param name="Input">Shape of the input.</param>
/// <param name="Output">Shape of the output.</param>
/// <param name="Weights">As ONNX has them.</param>
internal sealed record ConvolutionOperands(LoweringContext Context, NodeGroup Group, ConvolutionWindow Window, ImageShape Input, ImageShape Output, TensorData Weights)
{
    /// <summary>Reads a node.</summary>
    /// <returns>Null and why the node is none such, or the operands.</returns>
    public static (ConvolutionOperands? Operands, string Reason) Read(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(1)?.Initializer is not { ElementType: ElementType.Float32 } weights || (node.Input(2) is { } bias && bias.Initializer is not { ElementType: ElementType.Float32 }))
        {
            return (null, "the weights are not constant fp32.");
        }

        return BlockedLayout.Image(context, node.Input(0)) is { } input && BlockedLayout.Image(context, group.Output) is { } output
            && ConvolutionWindow.Of(node, weights.Dimensions[2..].ToArray(), context.Builder.TensorTypeOf(node.Input(0)!).Shape!) is { } window
            ? (new ConvolutionOperands(context, group, window, input, output, weights), "")
            : (null, "sizes or pads depend on the data, pads are negative, or there are not one or two dimensions.");
    }

    /// <summary>Weights in the layout of a kernel.</summary>
    /// <param name="layout">Name of the layout, with what it depends on beside channels and kernel.</param>
    /// <param name="length">Floats of the result.</param>
    /// <param name="pack">Fills the result.</param>
    public unsafe TensorData Pack(string layout, long length, Action<ReadOnlySpan<float>, Span<float>> pack) =>
        Context.Packed.Get(Weights, FormattableString.Invariant($"{layout} {Input.Channels} {Output.Channels} {Window.KernelHeight} {Window.KernelWidth}"), length, (from, to) =>
            pack(new ReadOnlySpan<float>(from, checked((int)Weights.ElementCount)), new Span<float>(to, checked((int)length))));

    /// <summary>Adds the call: the arguments that every kernel of the family takes, and further ones.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="source">The input in the layout that the kernel reads; null for channel blocks.</param>
    /// <param name="packed">The weights.</param>
    /// <param name="further">What only this kernel takes.</param>
    public void Call(string kernel, PlanDraft? source, TensorData packed, params ReadOnlySpan<(string, object?)> further)
    {
        PlanDraft? residual = Group.Residual is { } r ? BlockedLayout.Ensure(Context, r) : null;
        source ??= BlockedLayout.Ensure(Context, Group.Anchor.Input(0)!);
        PlanDraft? bias = Group.Anchor.Input(2)?.Initializer is { } values ? Context.Builder.Constant(Context.Packed.Blocked(values, Output.Channels), Group.Layer + ".bias") : null;
        Context.Builder.Call(Group.Layer, kernel,
        [
            ("x", source), ("weights", Context.Builder.Constant(packed, Group.Anchor.Input(1)!.Name)), ("bias", bias), ("residual", residual), ("y", BlockedLayout.Define(Context, Group.Output)),
            ("batch", Input.Batch), ("channels", Input.Channels), ("height", Input.Height), ("width", Input.Width), ("outHeight", Output.Height), ("outWidth", Output.Width),
            ("padTop", Window.PadTop), ("padLeft", Window.PadLeft), ("activation", Group.Activation), ("alpha", Group.Alpha), ("beta", Group.Beta),
            .. further,
        ]);
    }

    /// <summary>The window, for kernels that take any.</summary>
    public (string, object?)[] AnyWindow =>
    [
        ("kernelHeight", Window.KernelHeight), ("kernelWidth", Window.KernelWidth), ("strideHeight", Window.StrideHeight), ("strideWidth", Window.StrideWidth),
        ("dilationHeight", Window.DilationHeight), ("dilationWidth", Window.DilationWidth),
    ];
}
