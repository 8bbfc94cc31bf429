using System.Runtime.InteropServices;

namespace ModelBuild.Lowering.Tests.Operators;

/// <summary>Memory that ends where the process may not read or write, so that the first byte beyond it ends the process with the culprit's stack.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Page = 65536;
    private const int ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nint _region;
    private readonly nint _size;

    public GuardedMemory(long bytes)
    {
        _size = (nint)((bytes + Page - 1) / Page * Page) + Page;
        _region = Map(0, _size, ReadWrite, PrivateAnonymous, -1, 0);
        if (_region == -1 || Protect(_region + _size - Page, Page, 0) != 0)
        {
            throw new InvalidOperationException("The system gives no guarded memory.");
        }

        Data = (byte*)(_region + _size - Page - bytes);
    }

    /// <summary>Whether the system has it.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>First byte.</summary>
    public byte* Data { get; }

    public void Dispose() => _ = Unmap(_region, _size);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nint length);
}
