using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>Elements of two vectors taken in turn: the step of which transpositions in registers are made.</summary>
internal static class Zip
{
    /// <summary>Of the lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Low<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == 1)
        {
            return Sse2.IsSupported ? Sse2.UnpackLow(a.AsByte(), b.AsByte()).As<byte, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsByte(), b.AsByte()).As<byte, T>()
                : Take(a, b, 0);
        }

        if (Unsafe.SizeOf<T>() == 2)
        {
            return Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt16(), b.AsUInt16()).As<ushort, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsUInt16(), b.AsUInt16()).As<ushort, T>()
                : Take(a, b, 0);
        }

        if (Unsafe.SizeOf<T>() == 4)
        {
            return Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt32(), b.AsUInt32()).As<uint, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsUInt32(), b.AsUInt32()).As<uint, T>()
                : Take(a, b, 0);
        }

        return Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt64(), b.AsUInt64()).As<ulong, T>()
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a.AsUInt64(), b.AsUInt64()).As<ulong, T>()
            : Take(a, b, 0);
    }

    /// <summary>Of the upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> High<T>(Vector128<T> a, Vector128<T> b)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == 1)
        {
            return Sse2.IsSupported ? Sse2.UnpackHigh(a.AsByte(), b.AsByte()).As<byte, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsByte(), b.AsByte()).As<byte, T>()
                : Take(a, b, Vector128<T>.Count / 2);
        }

        if (Unsafe.SizeOf<T>() == 2)
        {
            return Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt16(), b.AsUInt16()).As<ushort, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsUInt16(), b.AsUInt16()).As<ushort, T>()
                : Take(a, b, Vector128<T>.Count / 2);
        }

        if (Unsafe.SizeOf<T>() == 4)
        {
            return Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt32(), b.AsUInt32()).As<uint, T>()
                : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsUInt32(), b.AsUInt32()).As<uint, T>()
                : Take(a, b, Vector128<T>.Count / 2);
        }

        return Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt64(), b.AsUInt64()).As<ulong, T>()
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a.AsUInt64(), b.AsUInt64()).As<ulong, T>()
            : Take(a, b, Vector128<T>.Count / 2);
    }

    private static Vector128<T> Take<T>(Vector128<T> a, Vector128<T> b, int start)
        where T : unmanaged
    {
        Vector128<T> result = default;
        for (int i = 0; i < Vector128<T>.Count; i++)
        {
            result = result.WithElement(i, (i & 1) == 0 ? a[start + (i / 2)] : b[start + (i / 2)]);
        }

        return result;
    }
}
