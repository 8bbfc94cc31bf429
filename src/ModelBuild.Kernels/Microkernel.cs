using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>
/// One entry of a table of microkernels: a C# method, or machine code that took its place. Both take one pointer, to a struct with all their arguments:
/// so one convention serves every operating system.
/// </summary>
/// <remarks>
/// Machine code runs without a transition, so a garbage collection waits for it: a driver hands over at most some microseconds of work per call
/// (a tile over one block of K, a strip of an image row).
/// </remarks>
internal readonly unsafe struct Microkernel
{
    private readonly void* _address;
    private readonly bool _isMachineCode;

    private Microkernel(void* address, bool isMachineCode)
    {
        _address = address;
        _isMachineCode = isMachineCode;
    }

    /// <summary>Whether there is an entry: false for the default of this struct.</summary>
    public bool IsPresent => _address != null;

    /// <summary>Whether the entry is machine code.</summary>
    public bool IsMachineCode => _isMachineCode;

    /// <summary>An entry that is a C# method, such as <c>&amp;Avx2.Tile6x16</c>; the method casts the pointer to its struct of arguments.</summary>
    public static Microkernel Of(delegate*<void*, void> method) => new(method, false);

    /// <summary>An entry that is machine code in the platform's own calling convention. It neither calls back nor throws.</summary>
    public static Microkernel OfMachineCode(void* address) => new(address, true);

    /// <summary>Runs it.</summary>
    /// <param name="arguments">The struct that the kernel takes; alive and in place until this returns.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(void* arguments)
    {
        if (_isMachineCode)
        {
            ((delegate* unmanaged[SuppressGCTransition]<void*, void>)_address)(arguments);
        }
        else
        {
            ((delegate*<void*, void>)_address)(arguments);
        }
    }
}
