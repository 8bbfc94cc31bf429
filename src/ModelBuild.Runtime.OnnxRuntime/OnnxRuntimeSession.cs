using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime;

/// <summary>
/// A model that ONNX Runtime runs over the caller's memory. Counts its references: one of its own until it is disposed and one of each call in flight;
/// the last one releases states and session.
/// </summary>
internal sealed class OnnxRuntimeSession : ModelSession
{
    // More calls than this at the same time make and drop states.
    private const int PooledStates = 64;

    private readonly SharedSession _shared;
    private readonly OnnxRuntimeCallState?[] _pool = new OnnxRuntimeCallState?[PooledStates];
    private int _references = 1;
    private int _disposed;

    /// <summary>Takes over a reference of the shared session.</summary>
    internal OnnxRuntimeSession(SharedSession shared, CallLayout layout)
    {
        _shared = shared;
        Layout = layout;
    }

    /// <summary>Releases a model that was never disposed.</summary>
    ~OnnxRuntimeSession() => Dispose(false);

    /// <inheritdoc/>
    public override string ExecutionProvider => _shared.ExecutionProvider;

    /// <summary>Names and types in the order in which calls count them.</summary>
    internal CallLayout Layout { get; }

    /// <summary>The session of ONNX Runtime.</summary>
    internal OrtSession Native => _shared.Session;

    /// <inheritdoc/>
    public override CallState Rent()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !References.TryAdd(ref _references), this);
        try
        {
            var state = Take() ?? new OnnxRuntimeCallState(this);
            state.Begin();
            return state;
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Keeps a state for the next call and ends this one.</summary>
    internal void Return(OnnxRuntimeCallState state)
    {
        var pool = _pool;
        int i = 0;
        while (i < pool.Length && (pool[i] is not null || Interlocked.CompareExchange(ref pool[i], state, null) is not null))
        {
            i++;
        }

        if (i == pool.Length)
        {
            state.Free();
        }

        Release();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Release();
        }
    }

    private OnnxRuntimeCallState? Take()
    {
        var pool = _pool;
        for (int i = 0; i < pool.Length; i++)
        {
            if (pool[i] is not null && Interlocked.Exchange(ref pool[i], null) is { } state)
            {
                return state;
            }
        }

        return null;
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            foreach (var state in _pool)
            {
                state?.Free();
            }

            _shared.Release();
        }
    }
}
