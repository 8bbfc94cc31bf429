using System.Runtime.InteropServices;

namespace ModelBuild.Kernels.Assembler.Memory;

/// <summary>Linux's calls, with the values of x64.</summary>
internal static unsafe partial class LinuxMemory
{
    public const int Read = 1, Writable = 2, Execute = 4, Private = 2, Anonymous = 0x20;
    public const uint CloseOnExec = 1;

    /// <summary>What <see cref="Map"/> returns when it fails.</summary>
    public static void* Failed => (void*)-1;

    [LibraryImport("libc", EntryPoint = "mmap")]
    public static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    public static partial int Truncate(int file, nint length);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int file, void* source, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);
}
