namespace ModelBuild.Kernels.Assembler.Memory;

/// <summary>How executable memory was had.</summary>
internal enum MappingKind
{
    /// <summary>Private memory, written, then made executable and read-only.</summary>
    Protected,

    /// <summary>A file without a name, written, then mapped executable and read-only: for systems that never make written memory executable.</summary>
    File,
}

/// <summary>Machine code in memory that was writable, then executable, and never both.</summary>
internal sealed unsafe class ExecutableMemory : IDisposable
{
    private readonly nuint _size;
    private void* _address;

    private ExecutableMemory(void* address, nuint size, MappingKind kind)
    {
        _address = address;
        _size = size;
        Kind = kind;
    }

    /// <summary>Gives the memory back.</summary>
    ~ExecutableMemory() => Free();

    /// <summary>First byte of the code, at the beginning of a page.</summary>
    public void* Address => _address;

    /// <summary>How it was had.</summary>
    public MappingKind Kind { get; }

    /// <summary>Puts code into executable memory; null where the system refuses or where there is no way.</summary>
    public static ExecutableMemory? TryCreate(ReadOnlySpan<byte> code)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint size = ((nuint)code.Length + page - 1) / page * page;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                return OnWindows(code, size);
            }

            // Elsewhere (macOS) it takes an entitlement that few programs have.
            return OperatingSystem.IsLinux() ? TryProtected(code, size) ?? TryFile(code, size) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The second way on Linux alone.</summary>
    internal static ExecutableMemory? TryFile(ReadOnlySpan<byte> code, nuint size)
    {
        int file = LinuxMemory.CreateFile("kernels", LinuxMemory.CloseOnExec);
        if (file < 0)
        {
            return null;
        }

        void* address = LinuxMemory.Failed;
        fixed (byte* source = code)
        {
            if (LinuxMemory.Truncate(file, (nint)size) == 0 && LinuxMemory.Write(file, source, (nuint)code.Length) == code.Length)
            {
                address = LinuxMemory.Map(null, size, LinuxMemory.Read | LinuxMemory.Execute, LinuxMemory.Private, file, 0);
            }
        }

        _ = LinuxMemory.Close(file);
        return address == LinuxMemory.Failed ? null : new ExecutableMemory(address, size, MappingKind.File);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static ExecutableMemory? TryProtected(ReadOnlySpan<byte> code, nuint size)
    {
        void* address = LinuxMemory.Map(null, size, LinuxMemory.Read | LinuxMemory.Writable, LinuxMemory.Private | LinuxMemory.Anonymous, -1, 0);
        if (address == LinuxMemory.Failed)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(address, code.Length));
        if (LinuxMemory.Protect(address, size, LinuxMemory.Read | LinuxMemory.Execute) == 0)
        {
            return new ExecutableMemory(address, size, MappingKind.Protected);
        }

        _ = LinuxMemory.Unmap(address, size);
        return null;
    }

    private static ExecutableMemory? OnWindows(ReadOnlySpan<byte> code, nuint size)
    {
        void* address = WindowsMemory.Allocate(null, size, WindowsMemory.Commit | WindowsMemory.Reserve, WindowsMemory.ReadWrite);
        if (address == null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(address, code.Length));
        if (WindowsMemory.Protect(address, size, WindowsMemory.ExecuteRead, out _) == 0)
        {
            _ = WindowsMemory.Free(address, 0, WindowsMemory.Release);
            return null;
        }

        _ = WindowsMemory.Flush(WindowsMemory.CurrentProcess, address, size);
        return new ExecutableMemory(address, size, MappingKind.Protected);
    }

    private void Free()
    {
        if (_address == null)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            _ = WindowsMemory.Free(_address, 0, WindowsMemory.Release);
        }
        else
        {
            _ = LinuxMemory.Unmap(_address, _size);
        }

        _address = null;
    }
}
