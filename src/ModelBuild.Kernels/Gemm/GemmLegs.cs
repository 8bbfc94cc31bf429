using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>The tables of microkernels written in C#, one for each instruction set.</summary>
internal static unsafe class GemmLegs
{
    /// <summary>Whether this processor multiplies and adds with one rounding, as far as this program's code knows.</summary>
    public static bool HasFusedMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>The fastest table for this processor.</summary>
    public static GemmMicrokernels Best() =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? Avx512()
        : Avx2.IsSupported && Fma.IsSupported ? Avx2Leg()
        : AdvSimd.IsSupported ? Arm()
        : Vector128.IsHardwareAccelerated ? Portable()
        : HasFusedMultiplyAdd ? Scalar<Fused>() : Scalar<Unfused>();

    /// <summary>Every table that this processor runs, the scalar references first.</summary>
    public static IEnumerable<GemmMicrokernels> All()
    {
        yield return Scalar<Fused>();
        yield return Scalar<Unfused>();
        if (Vector128.IsHardwareAccelerated)
        {
            yield return Portable();
        }

        if (AdvSimd.IsSupported)
        {
            yield return Arm();
        }

        if (Avx2.IsSupported && Fma.IsSupported)
        {
            yield return Avx2Leg();
        }

        if (Avx512F.IsSupported)
        {
            yield return Avx512();
        }
    }

    private static GemmMicrokernels Scalar<F>()
        where F : struct, IFusion
    {
        bool isFused = typeof(F) == typeof(Fused);
        var table = new GemmMicrokernels(isFused ? "scalar" : "scalar-unfused", 1, isFused);
        table.Add(1, 1, Microkernel.Of(&GemmScalar.Row<F>));
        return table;
    }

    // Without three-operand instructions 16 registers hold two rows of a panel, their operands and a product.
    private static GemmMicrokernels Portable()
    {
        var table = new GemmMicrokernels("vector128", 2, HasFusedMultiplyAdd);
        table.Add(1, 1, Microkernel.Of(&GemmTiles.Four<GemmLanes128, Vector128<float>, Rows1>));
        table.Add(1, 2, Microkernel.Of(&GemmTiles.Eight<GemmLanes128, Vector128<float>, Rows1>));
        table.Add(2, 1, Microkernel.Of(&GemmTiles.Four<GemmLanes128, Vector128<float>, Rows2>));
        return table;
    }

    private static GemmMicrokernels Arm()
    {
        var table = new GemmMicrokernels("advsimd", 6, isFused: true);
        table.Add(1, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows1>));
        table.Add(2, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows2>));
        table.Add(3, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows3>));
        table.Add(4, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows4>));
        table.Add(5, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows5>));
        table.Add(6, 1, Microkernel.Of(&GemmTiles.Four<GemmLanesArm, Vector128<float>, Rows6>));
        table.Add(1, 2, Microkernel.Of(&GemmTiles.Eight<GemmLanesArm, Vector128<float>, Rows1>));
        table.Add(2, 2, Microkernel.Of(&GemmTiles.Eight<GemmLanesArm, Vector128<float>, Rows2>));
        table.Add(3, 2, Microkernel.Of(&GemmTiles.Eight<GemmLanesArm, Vector128<float>, Rows3>));
        return table;
    }

    private static GemmMicrokernels Avx2Leg()
    {
        var table = new GemmMicrokernels("avx2", 6, isFused: true);
        table.Add(1, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows1, Rows2>));
        table.Add(2, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows2, Rows2>));
        table.Add(3, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows3, Rows2>));
        table.Add(4, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows4, Rows2>));
        table.Add(5, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows5, Rows2>));
        table.Add(6, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes256, Vector256<float>, Rows6, Rows2>));
        table.Add(1, 2, Microkernel.Of(&GemmTiles.Four<GemmLanes256, Vector256<float>, Rows1>));
        table.Add(2, 2, Microkernel.Of(&GemmTiles.Four<GemmLanes256, Vector256<float>, Rows2>));
        table.Add(3, 2, Microkernel.Of(&GemmTiles.Four<GemmLanes256, Vector256<float>, Rows3>));
        table.Add(1, 4, Microkernel.Of(&GemmTiles.Eight<GemmLanes256, Vector256<float>, Rows1>));
        return table;
    }

    private static GemmMicrokernels Avx512()
    {
        var table = new GemmMicrokernels("avx512", 14, isFused: true);
        table.Add(1, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows1, Rows1>));
        table.Add(2, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows2, Rows1>));
        table.Add(3, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows3, Rows1>));
        table.Add(4, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows4, Rows1>));
        table.Add(5, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows5, Rows1>));
        table.Add(6, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows6, Rows1>));
        table.Add(7, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows7, Rows1>));
        table.Add(8, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows8, Rows1>));
        table.Add(9, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows9, Rows1>));
        table.Add(10, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows10, Rows1>));
        table.Add(11, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows11, Rows1>));
        table.Add(12, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows12, Rows1>));
        table.Add(13, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows13, Rows1>));
        table.Add(14, 1, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows14, Rows1>));
        table.Add(1, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows1, Rows2>));
        table.Add(2, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows2, Rows2>));
        table.Add(3, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows3, Rows2>));
        table.Add(4, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows4, Rows2>));
        table.Add(5, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows5, Rows2>));
        table.Add(6, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows6, Rows2>));
        table.Add(7, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows7, Rows2>));
        table.Add(8, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows8, Rows2>));
        table.Add(9, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows9, Rows2>));
        table.Add(10, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows10, Rows2>));
        table.Add(11, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows11, Rows2>));
        table.Add(12, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows12, Rows2>));
        table.Add(13, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows13, Rows2>));
        table.Add(14, 2, Microkernel.Of(&GemmTiles.Tall<GemmLanes512, Vector512<float>, Rows14, Rows2>));
        table.Add(1, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows1>));
        table.Add(2, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows2>));
        table.Add(3, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows3>));
        table.Add(4, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows4>));
        table.Add(5, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows5>));
        table.Add(6, 4, Microkernel.Of(&GemmTiles.Four<GemmLanes512, Vector512<float>, Rows6>));
        table.Add(1, 8, Microkernel.Of(&GemmTiles.Eight<GemmLanes512, Vector512<float>, Rows1>));
        table.Add(2, 8, Microkernel.Of(&GemmTiles.Eight<GemmLanes512, Vector512<float>, Rows2>));
        table.Add(3, 8, Microkernel.Of(&GemmTiles.Eight<GemmLanes512, Vector512<float>, Rows3>));
        return table;
    }
}
