using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>
/// Arguments of the microkernels <see cref="ConvolutionMicrokernels.Tile"/>, <see cref="ConvolutionMicrokernels.PairTile"/> and
/// <see cref="ConvolutionMicrokernels.DepthwiseTile"/>: some output pixels by 16 output channels (one panel) of a convolution in NCHWc16.
/// </summary>
/// <remarks>
/// <para>
/// For each pixel <c>p</c> of the tile and each of the 16 lanes: <c>acc = Bias != null ? Bias[lane] : Output[p * OutputStride + lane]</c>; then for
/// <c>b</c> below <see cref="Blocks"/>, for <c>t</c> below <see cref="Taps"/>, for <c>c</c> below 16, in this order:
/// <c>acc = fma(source[c], weights[((b * Taps + t) * 16 + c) * 16 + lane], acc)</c>, where <c>i = Pixels[t * PixelStride + p]</c> and
/// <c>source = i &lt; 0 ? Zero : Input + b * InputBlockStride + i * 16</c>. Then, where <see cref="Residual"/> is not null,
/// <c>acc = acc + Residual[p * OutputStride + lane]</c>; then, where <see cref="Clamp"/> is not 0, <c>acc = Minimum &gt; acc ? Minimum : acc</c> and
/// <c>acc = Maximum &lt; acc ? Maximum : acc</c> (NaN stays NaN); then <c>Output[p * OutputStride + lane] = acc</c>.
/// </para>
/// <para>
/// A pair of panels does the same for a second panel at <c>Weights + WeightsPanelStride</c>, <c>Bias + 16</c>, <c>Residual + OutputPanelStride</c> and
/// <c>Output + OutputPanelStride</c>, from the same input.
/// </para>
/// <para>
/// The depthwise tile has one input block and lanes are channels: <c>acc = fma(source[lane], weights[t * 16 + lane], acc)</c>, for <c>t</c> ascending.
/// </para>
/// <para>
/// A table row has <see cref="Pixels"/> for the full width of the microkernel (-1 beyond <see cref="Count"/>), so a microkernel may compute all its pixels
/// and must store the first <see cref="Count"/> only. No pointer needs more alignment than a float; all fields stand at the offsets declared here.
/// </para>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct ConvolutionTile
{
    /// <summary>First pixel of the first input block: 16 floats a pixel.</summary>
    [FieldOffset(0)]
    public float* Input;

    /// <summary>Weights of the panel.</summary>
    [FieldOffset(8)]
    public float* Weights;

    /// <summary>For each tap, the index of the input pixel that each pixel of the tile reads, or -1 where it lies in the padding.</summary>
    [FieldOffset(16)]
    public int* Pixels;

    /// <summary>16 floats that are zero.</summary>
    [FieldOffset(24)]
    public float* Zero;

    /// <summary>Start values of the lanes, or null to go on from what <see cref="Output"/> holds.</summary>
    [FieldOffset(32)]
    public float* Bias;

    /// <summary>Added to the sum, laid out as the output; or null.</summary>
    [FieldOffset(40)]
    public float* Residual;

    /// <summary>First pixel of the output.</summary>
    [FieldOffset(48)]
    public float* Output;

    /// <summary>Floats from an input block to the next.</summary>
    [FieldOffset(56)]
    public long InputBlockStride;

    /// <summary>Floats from an output pixel to the next: 16, or more in a transposed convolution.</summary>
    [FieldOffset(64)]
    public long OutputStride;

    /// <summary>Floats from the weights of a panel to those of the next, for a pair of panels.</summary>
    [FieldOffset(72)]
    public long WeightsPanelStride;

    /// <summary>Floats from the output of a panel to that of the next, for a pair of panels.</summary>
    [FieldOffset(80)]
    public long OutputPanelStride;

    /// <summary>Entries from a tap's row of <see cref="Pixels"/> to the next.</summary>
    [FieldOffset(88)]
    public long PixelStride;

    /// <summary>Input blocks to sum over, at least 1.</summary>
    [FieldOffset(96)]
    public int Blocks;

    /// <summary>Taps of the filter, at least 1.</summary>
    [FieldOffset(100)]
    public int Taps;

    /// <summary>Pixels to store, from 1 to the width of the microkernel.</summary>
    [FieldOffset(104)]
    public int Count;

    /// <summary>Whether to clamp: 0 or 1.</summary>
    [FieldOffset(108)]
    public int Clamp;

    /// <summary>Lower bound of the result.</summary>
    [FieldOffset(112)]
    public float Minimum;

    /// <summary>Upper bound of the result.</summary>
    [FieldOffset(116)]
    public float Maximum;
}

/// <summary>
/// Arguments of the microkernel <see cref="ConvolutionMicrokernels.PlanarTile"/>: some output pixels by 16 output channels (one panel) of a convolution
/// whose input is planar (NCHW).
/// </summary>
/// <remarks>
/// For each pixel <c>p</c> and each of the 16 lanes: <c>acc = Bias != null ? Bias[lane] : Output[p * 16 + lane]</c>; then for <c>k</c> below
/// <see cref="Depth"/>, ascending: <c>acc = fma(Input[Pixels[p] + Offsets[k]], Weights[k * 16 + lane], acc)</c>; then residual, clamp and store as in
/// <see cref="ConvolutionTile"/>, with 16 floats from a pixel to the next. <see cref="Pixels"/> has entries for the full width of the microkernel (the
/// last one repeated beyond <see cref="Count"/>); only <see cref="Count"/> pixels are stored.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal unsafe struct PlanarConvolutionTile
{
    /// <summary>Base of the input.</summary>
    [FieldOffset(0)]
    public float* Input;

    /// <summary>Weights of the panel: 16 floats for each k.</summary>
    [FieldOffset(8)]
    public float* Weights;

    /// <summary>Where the window of each pixel begins, in floats from <see cref="Input"/>.</summary>
    [FieldOffset(16)]
    public long* Pixels;

    /// <summary>Where each k reads, in floats from the window's beginning.</summary>
    [FieldOffset(24)]
    public long* Offsets;

    /// <summary>Start values of the lanes, or null to go on from what <see cref="Output"/> holds.</summary>
    [FieldOffset(32)]
    public float* Bias;

    /// <summary>Added to the sum, laid out as the output; or null.</summary>
    [FieldOffset(40)]
    public float* Residual;

    /// <summary>First pixel of the output, 16 floats a pixel.</summary>
    [FieldOffset(48)]
    public float* Output;

    /// <summary>Products of a sum, at least 1.</summary>
    [FieldOffset(56)]
    public long Depth;

    /// <summary>Pixels to store, from 1 to the width of the microkernel.</summary>
    [FieldOffset(64)]
    public int Count;

    /// <summary>Whether to clamp: 0 or 1.</summary>
    [FieldOffset(68)]
    public int Clamp;

    /// <summary>Lower bound of the result.</summary>
    [FieldOffset(72)]
    public float Minimum;

    /// <summary>Upper bound of the result.</summary>
    [FieldOffset(76)]
    public float Maximum;
}
