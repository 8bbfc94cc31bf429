using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>
/// The innermost loops of the convolutions, for one instruction set. The drivers read <see cref="Current"/> once per call. Every table gives the same bits:
/// the order of each sum is part of the contract of <see cref="ConvolutionTile"/> and <see cref="PlanarConvolutionTile"/>; only the number of pixels and
/// panels that go together differs.
/// </summary>
internal sealed class ConvolutionMicrokernels
{
    /// <summary>Name of the leg, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Pixels of <see cref="Tile"/>, <see cref="PairTile"/>, <see cref="DepthwiseTile"/> and <see cref="PlanarTile"/>: at most 16.</summary>
    public required int Pixels { get; init; }

    /// <summary>Pixels of <see cref="SmallTile"/> and <see cref="SmallPairTile"/>, for what remains of a row of tiles: less than <see cref="Pixels"/>, or as many where there is no smaller kernel.</summary>
    public required int SmallPixels { get; init; }

    /// <summary>One panel; takes a <see cref="ConvolutionTile"/>.</summary>
    public required Microkernel Tile { get; init; }

    /// <summary>One panel, few pixels; takes a <see cref="ConvolutionTile"/>.</summary>
    public required Microkernel SmallTile { get; init; }

    /// <summary>Whether there are <see cref="PairTile"/> and <see cref="SmallPairTile"/>.</summary>
    public bool HasPairs { get; init; }

    /// <summary>Two panels; takes a <see cref="ConvolutionTile"/>.</summary>
    public Microkernel PairTile { get; init; }

    /// <summary>Two panels, few pixels; takes a <see cref="ConvolutionTile"/>.</summary>
    public Microkernel SmallPairTile { get; init; }

    /// <summary>Depthwise, one panel of channels; takes a <see cref="ConvolutionTile"/>.</summary>
    public required Microkernel DepthwiseTile { get; init; }

    /// <summary>Depthwise, a strip of any length of one block of channels; takes a <see cref="Kernels.DepthwiseStrip"/>. Where there is none, <see cref="DepthwiseTile"/> does the work.</summary>
    public Microkernel DepthwiseStrip { get; init; }

    /// <summary>Planar input, one panel; takes a <see cref="PlanarConvolutionTile"/>.</summary>
    public required Microkernel PlanarTile { get; init; }

    /// <summary>The scalar reference.</summary>
    public static unsafe ConvolutionMicrokernels Scalar { get; } = new()
    {
        Name = "scalar",
        Pixels = 4,
        SmallPixels = 4,
        Tile = Microkernel.Of(&ScalarConvolution.Tile),
        SmallTile = Microkernel.Of(&ScalarConvolution.Tile),
        DepthwiseTile = Microkernel.Of(&ScalarConvolution.DepthwiseTile),
        DepthwiseStrip = Microkernel.Of(&Kernels.DepthwiseStrip.Run<Float32x1>),
        PlanarTile = Microkernel.Of(&ScalarConvolution.PlanarTile),
    };

    /// <summary>128-bit vectors with 16 registers, any processor.</summary>
    public static unsafe ConvolutionMicrokernels Portable { get; } = new()
    {
        Name = "portable",
        Pixels = 2,
        SmallPixels = 2,
        Tile = Microkernel.Of(&PortableConvolution.Tile),
        SmallTile = Microkernel.Of(&PortableConvolution.Tile),
        DepthwiseTile = Microkernel.Of(&PortableConvolution.DepthwiseTile),
        DepthwiseStrip = Microkernel.Of(&Kernels.DepthwiseStrip.Run<Float32x4>),
        PlanarTile = Microkernel.Of(&PortableConvolution.PlanarTile),
    };

    /// <summary>128-bit vectors with 32 registers: Arm64.</summary>
    public static unsafe ConvolutionMicrokernels AdvSimd { get; } = new()
    {
        Name = "AdvSimd",
        Pixels = 6,
        SmallPixels = 6,
        Tile = Microkernel.Of(&AdvSimdConvolution.Tile),
        SmallTile = Microkernel.Of(&AdvSimdConvolution.Tile),
        DepthwiseTile = Microkernel.Of(&AdvSimdConvolution.DepthwiseTile),
        DepthwiseStrip = Microkernel.Of(&Kernels.DepthwiseStrip.Run<Float32x4>),
        PlanarTile = Microkernel.Of(&AdvSimdConvolution.PlanarTile),
    };

    /// <summary>AVX2 and FMA.</summary>
    public static unsafe ConvolutionMicrokernels Avx2 { get; } = new()
    {
        Name = "AVX2",
        Pixels = 6,
        SmallPixels = 4,
        Tile = Microkernel.Of(&Avx2Convolution.Tile),
        SmallTile = Microkernel.Of(&Avx2Convolution.SmallTile),
        DepthwiseTile = Microkernel.Of(&Avx2Convolution.DepthwiseTile),
        DepthwiseStrip = Microkernel.Of(&Avx2Convolution.DepthwiseStrip),
        PlanarTile = Microkernel.Of(&Avx2Convolution.PlanarTile),
    };

    /// <summary>AVX-512.</summary>
    public static unsafe ConvolutionMicrokernels Avx512 { get; } = new()
    {
        Name = "AVX-512",
        Pixels = 8,
        SmallPixels = 4,
        Tile = Microkernel.Of(&Avx512Convolution.Tile),
        SmallTile = Microkernel.Of(&Avx512Convolution.SmallTile),
        HasPairs = true,
        PairTile = Microkernel.Of(&Avx512Convolution.PairTile),
        SmallPairTile = Microkernel.Of(&Avx512Convolution.SmallPairTile),
        DepthwiseTile = Microkernel.Of(&Avx512Convolution.DepthwiseTile),
        DepthwiseStrip = Microkernel.Of(&Kernels.DepthwiseStrip.Run<Float32x16>),
        PlanarTile = Microkernel.Of(&Avx512Convolution.PlanarTile),
    };

    /// <summary>The legs that this processor can run, the scalar one first.</summary>
    public static IEnumerable<ConvolutionMicrokernels> Supported()
    {
        yield return Scalar;
        yield return Portable;
        yield return AdvSimd; // Written with portable vectors; only its tile is Arm64's.
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported)
        {
            yield return Avx2;
        }

        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
        {
            yield return Avx512;
        }
    }

    /// <summary>What the drivers use: the best C# leg of this processor, or machine code that was put in its place when a model was loaded.</summary>
    // Below the legs, because initializers run in the order of the text.
    public static ConvolutionMicrokernels Current { get; set; } = Best();

    private static ConvolutionMicrokernels Best()
    {
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
        {
            return Avx512;
        }

        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported && Fma.IsSupported)
        {
            return Avx2;
        }

        if (System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd;
        }

        return Vector128.IsHardwareAccelerated ? Portable : Scalar;
    }
}
