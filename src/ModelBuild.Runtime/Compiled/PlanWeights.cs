using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelBuild.Runtime;

/// <summary>
/// Weights in memory, aligned to 64 bytes. Few ones are read into memory of the garbage collector: whoever holds this object may read them, and nothing has to be released.
/// Many stay in the mapped file, which <see cref="Unmap"/> releases when no call is in flight.
/// </summary>
public sealed unsafe class PlanWeights
{
    /// <summary>Up to this many bytes are read, which is faster than to map them and fault in each page.</summary>
    internal const int MaxReadBytes = 1 << 20;

    private const int Alignment = 64;

    private readonly byte[]? _memory;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;

    private PlanWeights(byte[] memory)
    {
        _memory = memory;
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        Data = (byte*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    private PlanWeights(MemoryMappedFile file, MemoryMappedViewAccessor view)
    {
        _file = file;
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Data = start + view.PointerOffset + WeightsFile.HeaderBytes;
    }

    /// <summary>First byte.</summary>
    public byte* Data { get; }

    /// <summary>Whether the memory lives as long as this object.</summary>
    internal bool IsMemory => _memory is not null;

    /// <summary>Weights that are there already.</summary>
    internal static PlanWeights Copy(ReadOnlySpan<byte> weights)
    {
        PlanWeights copy = Allocate(weights.Length);
        weights.CopyTo(new Span<byte>(copy.Data, weights.Length));
        return copy;
    }

    /// <summary>Opens the weights of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="source">Where they are.</param>
    /// <param name="model">The model's class, for messages.</param>
    /// <exception cref="ModelRuntimeException">They can't be read, or are of another version of the model (MB5009).</exception>
    internal static PlanWeights Open(CompiledPlan plan, WeightsSource source, string model)
    {
        try
        {
            return source.FilePath is { } path ? OpenFile(plan, path, source, model) : OpenResource(plan, source, model);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelRuntimeException("MB5009", $"the weights of {model} in {source.Display} can't be read: {e.Message}", e);
        }
    }

    /// <summary>Releases the mapped file; <see cref="Data"/> is gone then. No call is in flight.</summary>
    internal void Unmap()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }
    }

    private static PlanWeights Allocate(long bytes) => new(GC.AllocateUninitializedArray<byte>(checked((int)bytes + Alignment), pinned: true));

    private static PlanWeights OpenFile(CompiledPlan plan, string path, WeightsSource source, string model)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[WeightsFile.HeaderBytes];
        int read = RandomAccess.Read(file, header, 0);
        Check(WeightsFile.Check(header[..read], RandomAccess.GetLength(file), plan), source, model);
        if (plan.WeightsBytes > MaxReadBytes)
        {
            return Map(path);
        }

        PlanWeights weights = Allocate(plan.WeightsBytes);
        var rest = new Span<byte>(weights.Data, (int)plan.WeightsBytes);
        while (!rest.IsEmpty)
        {
            int count = RandomAccess.Read(file, rest, WeightsFile.HeaderBytes + plan.WeightsBytes - rest.Length);
            if (count == 0)
            {
                throw new EndOfStreamException("The file became shorter while it was read.");
            }

            rest = rest[count..];
        }

        return weights;
    }

    private static PlanWeights Map(string path)
    {
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            return new PlanWeights(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static PlanWeights OpenResource(CompiledPlan plan, WeightsSource source, string model)
    {
        using Stream stream = source.Assembly!.GetManifestResourceStream(source.ResourceName!)!;
        Span<byte> header = stackalloc byte[WeightsFile.HeaderBytes];
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        Check(WeightsFile.Check(header[..read], stream.Length, plan), source, model);

        // A resource is aligned to 8 bytes at most.
        PlanWeights weights = Allocate(plan.WeightsBytes);
        stream.ReadExactly(new Span<byte>(weights.Data, (int)plan.WeightsBytes));
        return weights;
    }

    private static void Check(string? problem, WeightsSource source, string model)
    {
        if (problem is not null)
        {
            throw new ModelRuntimeException("MB5009", $"{source.Display} {problem}. Build {model}'s project again and deploy the weights beside the application.");
        }
    }
}
