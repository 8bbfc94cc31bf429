using System.Diagnostics.CodeAnalysis;

namespace ModelBuild.Runtime;

/// <summary>Opens a backend's session for a model, such as <c>OnnxRuntimeBackend.Open</c>.</summary>
public delegate ModelSession SessionOpener(ModelDefinition definition, ModelOptions? options);

/// <summary>What a generated class holds: its session, opened at the first use by whichever thread comes first. Thread-safe.</summary>
public sealed class ModelHandle : IDisposable
{
    private readonly ModelDefinition _definition;
    private readonly SessionOpener _open;
    private readonly ModelOptions? _options;
    private readonly Lock _opening = new();
    private volatile ModelSession? _session;
    private PlanWeights? _weights;
    private volatile bool _disposed;

    /// <summary>Prepares a model without opening it.</summary>
    /// <param name="definition">What the generated class knows.</param>
    /// <param name="open">The backend. A failure is not remembered: the next use tries again.</param>
    /// <param name="options">The caller's wishes.</param>
    public ModelHandle(ModelDefinition definition, SessionOpener open, ModelOptions? options)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(open);
        _definition = definition;
        _open = open;
        _options = options;
    }

    /// <summary>Names, types and shapes.</summary>
    public ModelInfo Info => _definition.Info;

    /// <summary>The session; opens it when nobody has yet.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ModelSession Session => _session ?? Open();

    /// <summary>
    /// The weights of a small compiled model, for a call that needs no more than them; opens the model when nobody has yet. They stay readable while the caller
    /// holds what this returns, disposed or not. Null when the model has none or runs another way.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public PlanWeights? Weights => _weights ?? Session.Weights;

    /// <summary>What runs the model; opens it when nobody has yet.</summary>
    public string ExecutionProvider => Session.ExecutionProvider;

    /// <summary>Starts a call. Dispose what it returns.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ModelCall BeginCall()
    {
        ThrowIfDisposed();
        return Session.BeginCall(_definition.Info);
    }

    /// <summary>Opens the session on the thread pool.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired first.</exception>
    public Task OpenAsync(CancellationToken cancellationToken) =>
        Task.Run(() => _ = Session, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>Refuses further use.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void ThrowIfDisposed()
    {
        if (_disposed)
        {
            ThrowDisposed();
        }
    }

    /// <summary>Releases the session once the calls in flight have ended.</summary>
    public void Dispose()
    {
        // Does not wait for a session that is being opened: Open releases it.
        _disposed = true;
        _weights = null;
        Interlocked.Exchange(ref _session, null)?.Dispose();
    }

    // The class is the generated one, which this object stands for.
    [DoesNotReturn]
    private void ThrowDisposed() => throw new ObjectDisposedException(_definition.Info.Name);

    private ModelSession Open()
    {
        lock (_opening)
        {
            ThrowIfDisposed();
            ModelSession? session = _session;
            if (session is null)
            {
                session = _open(_definition, _options);
                _session = session;
                _weights = session.Weights;
                if (_disposed)
                {
                    _weights = null;
                    Interlocked.Exchange(ref _session, null)?.Dispose();
                    ThrowIfDisposed();
                }
            }

            return session;
        }
    }
}
