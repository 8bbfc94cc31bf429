namespace ModelBuild.Kernels.Assembler.Tests.Emulation;

/// <summary>The parts of this process's memory that emulated code may touch.</summary>
internal sealed unsafe class EmulatedMemory
{
    private readonly List<(ulong Start, ulong End, bool IsWritable)> _regions = [];

    /// <summary>Allows a part.</summary>
    public void Allow(void* start, long bytes, bool isWritable) => _regions.Add(((ulong)start, (ulong)start + (ulong)bytes, isWritable));

    /// <summary>The place itself, when the access is allowed.</summary>
    public void* At(ulong address, int bytes, bool isWrite)
    {
        foreach ((ulong start, ulong end, bool isWritable) in _regions)
        {
            if (address >= start && address + (ulong)bytes <= end && (isWritable || !isWrite))
            {
                return (void*)address;
            }
        }

        throw new AccessViolation(string.Join(", ", _regions.Select(r => $"{r.Start:x}-{r.End:x}")) + $": {(isWrite ? "write" : "read")} of {bytes} bytes at {address:x}");
    }
}

/// <summary>Emulated code touched what is not its own.</summary>
internal sealed class AccessViolation(string message) : Exception(message);
