using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>
/// Arguments of a microkernel of <see cref="GemmMicrokernels"/>: one tile of C, some rows high and some panels of 16 columns wide.
/// For each element, <c>sum = Accumulate != 0 ? c : 0</c>, then <c>sum = fma(a[row, k], b[k, column], sum)</c> for ascending k, then
/// <c>sum += bias[column]</c> and <c>sum += residual[row, column]</c> where these are given, then
/// <c>sum = Minimum &gt; sum ? Minimum : sum</c> and <c>sum = Maximum &lt; sum ? Maximum : sum</c>, stored to C.
/// </summary>
/// <remarks>The layout is read by machine code: fields are added at the end only. A microkernel changes nothing in it. Memory need not be aligned, except the panels of B: to 64 bytes.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GemmTile
{
    /// <summary>Offset 0: first element of A's first row; a row's elements are adjacent.</summary>
    public float* A;

    /// <summary>Offset 8: bytes from one row of A to the next.</summary>
    public nint AStride;

    /// <summary>Offset 16: first panel of B at the first k: 16 columns (64 bytes), then those of the next k.</summary>
    public float* B;

    /// <summary>Offset 24: bytes from one panel of B to the next.</summary>
    public nint BStride;

    /// <summary>Offset 32: first element of the tile of C. All 16 columns of each panel are read (when accumulating) and written.</summary>
    public float* C;

    /// <summary>Offset 40: bytes from one row of C to the next.</summary>
    public nint CStride;

    /// <summary>Offset 48: how many k; 0 or more.</summary>
    public nint K;

    /// <summary>Offset 56: one float per column, or null.</summary>
    public float* Bias;

    /// <summary>Offset 64: a tile like C's, or null. It may be C itself.</summary>
    public float* Residual;

    /// <summary>Offset 72: bytes from one row of the residual to the next.</summary>
    public nint ResidualStride;

    /// <summary>Offset 80: lower limit; negative infinity for none. NaN passes.</summary>
    public float Minimum;

    /// <summary>Offset 84: upper limit; positive infinity for none. NaN passes.</summary>
    public float Maximum;

    /// <summary>Offset 88: other than 0 when the sums start at what C has.</summary>
    public int Accumulate;
}
