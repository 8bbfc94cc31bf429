using System.Runtime.InteropServices;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>
/// Arguments of the machine code of a function of one number: <c>y[i] = f(x[i], alpha, beta)</c>, by the operations that <see cref="IUnaryOperation.Invoke"/> makes, in its order.
/// With <see cref="Lanes"/>, <c>Lanes[i mod 16] += y[i]</c> follows for each i, ascending.
/// </summary>
/// <remarks>The layout is read by machine code: fields are added at the end only.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UnaryTile
{
    /// <summary>Offset 0: numbers.</summary>
    public float* X;

    /// <summary>Offset 8: results; may be <see cref="X"/>.</summary>
    public float* Y;

    /// <summary>Offset 16: how many: a multiple of <see cref="UnaryMicrokernels.Unit"/>, more than 0.</summary>
    public long Length;

    /// <summary>Offset 24: sums of 16 lanes, for the kernels that sum.</summary>
    public float* Lanes;

    /// <summary>Offset 32: first parameter.</summary>
    public float Alpha;

    /// <summary>Offset 36: second parameter.</summary>
    public float Beta;
}

/// <summary>The machine code that was put in the place of functions of one number.</summary>
internal static unsafe class UnaryMicrokernels
{
    /// <summary>Numbers that a kernel takes at least, and a multiple of.</summary>
    public const int Unit = 16;

    /// <summary>Lanes in which sums are gathered.</summary>
    public const int Lanes = 16;

    // A few microseconds of work per call, because a garbage collection waits for it.
    private const long MostPerCall = 4096;

    /// <summary>Runs the machine code of a function over any length.</summary>
    /// <param name="address">The code.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Results; may be <paramref name="x"/>.</param>
    /// <param name="length">How many.</param>
    /// <param name="alpha">First parameter.</param>
    /// <param name="beta">Second parameter.</param>
    public static void Run(nint address, float* x, float* y, long length, float alpha, float beta)
    {
        var kernel = Microkernel.OfMachineCode((void*)address);
        UnaryTile tile;
        tile.Lanes = null;
        tile.Alpha = alpha;
        tile.Beta = beta;
        long whole = length / Unit * Unit;
        for (long done = 0; done < whole; done += tile.Length)
        {
            tile.X = x + done;
            tile.Y = y + done;
            tile.Length = Math.Min(MostPerCall, whole - done);
            kernel.Run(&tile);
        }

        int left = (int)(length - whole);
        if (left == 0)
        {
            return;
        }

        float* rest = stackalloc float[Unit];
        new Span<float>(x + whole, left).CopyTo(new Span<float>(rest, Unit));
        new Span<float>(rest + left, Unit - left).Clear();
        tile.X = rest;
        tile.Y = rest;
        tile.Length = Unit;
        kernel.Run(&tile);
        new Span<float>(rest, left).CopyTo(new Span<float>(y + whole, left));
    }

    /// <summary>Runs the machine code of a function that sums into lanes.</summary>
    /// <param name="address">The code.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Results; may be <paramref name="x"/>.</param>
    /// <param name="length">How many.</param>
    /// <param name="alpha">First parameter.</param>
    /// <param name="lanes">16 sums that go on.</param>
    /// <param name="filler">Number whose function is 0.</param>
    public static void Sum(nint address, float* x, float* y, long length, float alpha, float* lanes, float filler)
    {
        var kernel = Microkernel.OfMachineCode((void*)address);
        UnaryTile tile;
        tile.Lanes = lanes;
        tile.Alpha = alpha;
        tile.Beta = 0;
        long whole = length / Unit * Unit;
        for (long done = 0; done < whole; done += tile.Length)
        {
            tile.X = x + done;
            tile.Y = y + done;
            tile.Length = Math.Min(MostPerCall, whole - done);
            kernel.Run(&tile);
        }

        int left = (int)(length - whole);
        if (left > 0)
        {
            float* rest = stackalloc float[Unit];
            new Span<float>(rest, Unit).Fill(filler);
            new Span<float>(x + whole, left).CopyTo(new Span<float>(rest, Unit));
            tile.X = rest;
            tile.Y = rest;
            tile.Length = Unit;
            kernel.Run(&tile);
            new Span<float>(rest, left).CopyTo(new Span<float>(y + whole, left));
        }
    }

    /// <summary>The machine code of one function; 0 where there is none.</summary>
    /// <typeparam name="TOperation">The function.</typeparam>
    internal static class Of<TOperation>
        where TOperation : struct, IUnaryOperation
    {
        /// <summary>Where it begins; set once, by whoever emits.</summary>
        public static nint Address { get; set; }
    }
}
