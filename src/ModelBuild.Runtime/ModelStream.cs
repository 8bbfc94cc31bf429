namespace ModelBuild;

/// <summary>
/// One running sequence over a model with state, such as one audio signal. Several share one model and may run at the same time,
/// but each belongs to one thread at a time. Disposing it leaves the model open.
/// </summary>
public abstract class ModelStream : IDisposable
{
    private bool _disposed;

    /// <summary>Starts over: the state and the carried elements become zeros again.</summary>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public abstract void Reset();

    /// <summary>Ends the stream.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing) => _disposed = true;

    /// <summary>Refuses further use.</summary>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
