using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels.Tests;

/// <summary>Which legs of vector code this machine can run.</summary>
internal static class Legs
{
    /// <summary>Whether a leg multiplies and adds with one rounding, so that its bits are those of the scalar one. 512 bits without hardware are two of 256, done in software.</summary>
    public static bool IsFused<T>()
        where T : struct, IFloatVector<T> => T.Count switch
        {
            1 => true,
            4 => Fma.IsSupported || AdvSimd.IsSupported,
            8 => Fma.IsSupported,
            _ => Vector512.IsHardwareAccelerated,
        };
}
