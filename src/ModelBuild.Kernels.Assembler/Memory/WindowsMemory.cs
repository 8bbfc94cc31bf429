using System.Runtime.InteropServices;

namespace ModelBuild.Kernels.Assembler.Memory;

/// <summary>Windows's calls.</summary>
internal static unsafe partial class WindowsMemory
{
    public const uint Commit = 0x1000, Reserve = 0x2000, Release = 0x8000, ReadWrite = 4, ExecuteRead = 0x20;
    public const nint CurrentProcess = -1;

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial void* Allocate(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Protect(void* address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Free(void* address, nuint size, uint type);

    [LibraryImport("kernel32", EntryPoint = "FlushInstructionCache")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Flush(nint process, void* address, nuint size);
}
