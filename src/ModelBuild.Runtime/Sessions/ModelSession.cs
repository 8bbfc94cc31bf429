namespace ModelBuild.Runtime;

/// <summary>One loaded model of one backend. Thread-safe: each call works on a state of its own.</summary>
public abstract class ModelSession : IDisposable
{
    /// <summary>What runs the model, such as <c>Cpu</c>.</summary>
    public abstract string ExecutionProvider { get; }

    /// <summary>Weights that stay in memory as long as somebody holds this object, for calls without a state; null when there are none.</summary>
    internal virtual PlanWeights? Weights => null;

    /// <summary>Takes a state that no other call uses; <see cref="CallState.Recycle"/> gives it back. Allocates nothing once the pool has as many as run at once.</summary>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public abstract CallState Rent();

    /// <summary>Starts a call. Dispose what it returns.</summary>
    /// <param name="info">The model's names and shapes, for messages.</param>
    public ModelCall BeginCall(ModelInfo info) => new(Rent(), info);

    /// <summary>Releases the model once the calls in flight have ended.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);
}
