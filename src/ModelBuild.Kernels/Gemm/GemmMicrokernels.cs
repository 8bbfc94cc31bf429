using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>
/// A table of microkernels for fp32 matrix products: one for each tile height up to <see cref="MaximumRows"/> and some of the widths 1, 2, 4 and 8 panels
/// of 16 columns. Every height has width 1. A microkernel takes a pointer to a <see cref="GemmTile"/>, whose documentation says what it computes.
/// All tables with fused multiply-add give the same bits.
/// </summary>
/// <remarks>
/// <see cref="Current"/> is what kernels use; machine code takes its place before the first product runs. <see cref="MaximumK"/> bounds the work of one call, except where the result's memory holds the residual.
/// </remarks>
internal sealed unsafe class GemmMicrokernels
{
    /// <summary>Columns of a panel of B.</summary>
    public const int PanelColumns = 16;

    private const int Widths = 4;

    private readonly Microkernel[] _kernels;
    private readonly byte[] _present;

    /// <summary>Makes an empty table.</summary>
    /// <param name="name">Instruction set, such as <c>avx2</c>.</param>
    /// <param name="maximumRows">Greatest height of a tile.</param>
    /// <param name="isFused">Whether products are added with one rounding.</param>
    public GemmMicrokernels(string name, int maximumRows, bool isFused)
    {
        Name = name;
        MaximumRows = maximumRows;
        IsFused = isFused;
        _kernels = new Microkernel[maximumRows * Widths];
        _present = new byte[maximumRows];
    }

    /// <summary>The table that kernels use: the best C# one for this processor, or machine code.</summary>
    public static GemmMicrokernels Current { get; set; } = GemmLegs.Best();

    /// <summary>Instruction set.</summary>
    public string Name { get; }

    /// <summary>Greatest height of a tile.</summary>
    public int MaximumRows { get; }

    /// <summary>Whether products are added with one rounding.</summary>
    public bool IsFused { get; }

    /// <summary>Greatest <see cref="GemmTile.K"/> of one call.</summary>
    public int MaximumK { get; init; } = int.MaxValue;

    /// <summary>Puts a microkernel into the table.</summary>
    /// <param name="rows">Its height, from 1 to <see cref="MaximumRows"/>.</param>
    /// <param name="panels">Its width: 1, 2, 4 or 8 panels.</param>
    /// <param name="kernel">The microkernel.</param>
    public void Add(int rows, int panels, Microkernel kernel)
    {
        int width = System.Numerics.BitOperations.Log2((uint)panels);
        _kernels[((rows - 1) * Widths) + width] = kernel;
        _present[rows - 1] |= (byte)(1 << width);
    }

    /// <summary>The widest microkernel of a height that is at most some panels wide.</summary>
    /// <param name="rows">Height, from 1 to <see cref="MaximumRows"/>.</param>
    /// <param name="panels">1 or more; the width of the microkernel when this returns.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Microkernel Widest(int rows, ref int panels)
    {
        int allowed = (2 << System.Numerics.BitOperations.Log2((uint)panels)) - 1;
        int width = System.Numerics.BitOperations.Log2((uint)(_present[rows - 1] & allowed));
        panels = 1 << width;
        return _kernels[((rows - 1) * Widths) + width];
    }
}
