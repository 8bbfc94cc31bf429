using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>What a kernel may use beside its operands: scratch memory and threads. One per call in flight; not thread-safe.</summary>
public sealed unsafe class KernelContext : IDisposable
{
    private readonly List<TensorValue> _temporaries = [];
    private ulong _seed;
    private byte* _scratch;
    private long _capacity;
    private ParallelLoop? _loop;

    /// <summary>Makes a context.</summary>
    /// <param name="threads">How many threads a kernel may use, the calling one among them.</param>
    public KernelContext(int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
    }

    /// <summary>Gives back the scratch memory.</summary>
    ~KernelContext() => Free();

    /// <summary>How many threads a kernel may use, the calling one among them.</summary>
    public int Threads { get; }

    /// <summary>Memory aligned to 64 bytes that is the kernel's until it returns or asks again; content undefined. Kept from call to call.</summary>
    public byte* Scratch(long bytes)
    {
        if (bytes > _capacity)
        {
            Free();
            _scratch = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
            _capacity = bytes;
        }

        return _scratch;
    }

    /// <summary>A seed for an operator that has none: 0, 1 and so on from the context's start.</summary>
    internal ulong NextSeed() => _seed++;

    /// <summary>A tensor that is the operator's until it returns; content undefined. Kept from call to call.</summary>
    /// <param name="slot">Which one, from 0; an operator uses few.</param>
    internal TensorValue Temporary(int slot)
    {
        while (_temporaries.Count <= slot)
        {
            _temporaries.Add(new TensorValue());
        }

        return _temporaries[slot];
    }

    /// <summary>Runs <paramref name="body"/> for each index below <paramref name="count"/>, on up to <see cref="Threads"/> threads, in any order; returns when all are done.</summary>
    /// <param name="count">How many pieces of work.</param>
    /// <param name="body">Does one piece: the state, its index, and the number of the worker (below <see cref="Threads"/>), which no two threads share.</param>
    /// <param name="state">Handed to <paramref name="body"/>.</param>
    /// <remarks>Inside a body it runs on the calling thread alone, with that thread's worker number. An exception of a body comes to the caller; the rest of the work may be left out then.</remarks>
    public void For(int count, delegate*<void*, int, int, void> body, void* state)
    {
        if (Threads > 1 && count > 1 && !ParallelLoop.IsInside && HelperThreads.IsSupported)
        {
            (_loop ??= NewLoop()).Run(count, body, state);
            return;
        }

        int worker = ParallelLoop.Worker;
        for (int i = 0; i < count; i++)
        {
            body(state, i, worker);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        _temporaries.ForEach(t => t.Release());
        _temporaries.Clear();
        GC.SuppressFinalize(this);
    }

    private ParallelLoop NewLoop()
    {
        HelperThreads.Allow(Threads);
        return new ParallelLoop(Threads);
    }

    private void Free()
    {
        if (_scratch != null)
        {
            NativeMemory.AlignedFree(_scratch);
            _scratch = null;
            _capacity = 0;
        }
    }
}
