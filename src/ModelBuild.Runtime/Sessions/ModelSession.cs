namespace ModelBuild.Runtime;

/// <summary>One loaded model of one backend. Thread-safe: each call works on a state of its own.</summary>
public abstract class ModelSession : IDisposable
{
    /// <summary>What runs the model, such as <c>Cpu</c>.</summary>
    public abstract string ExecutionProvider { get; }

    /// <summary>Takes a state that no other call uses; <see cref="CallState.Recycle"/> gives it back. Allocates nothing once the pool has as many as run at once.</summary>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public abstract CallState Rent();

    /// <summary>Starts a call. Dispose what it returns.</summary>
    public ModelCall BeginCall() => new(Rent());

    /// <summary>Releases the model once the calls in flight have ended.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);
}

/// <summary>What a backend keeps for one call in flight. Not thread-safe.</summary>
public abstract unsafe class CallState
{
    /// <summary>Gives an input for the next <see cref="Execute"/>. The memory stays the caller's and must not move until then.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="data">First element.</param>
    /// <param name="byteLength">Bytes of all elements.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetInput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape);

    /// <summary>Gives a text input for the next <see cref="Execute"/>; the texts are copied.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="texts">Elements in row-major order.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetInput(int index, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape);

    /// <summary>Says where the next <see cref="Execute"/> writes an output of known size.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="data">First element.</param>
    /// <param name="byteLength">Bytes of all elements.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetOutput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape);

    /// <summary>Lets the backend allocate an output whose size depends on the data. Read it with <see cref="TakeOutput"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public abstract void SetOutputAllocated(int index);

    /// <summary>Runs the model with what was set; outputs that were not set are not computed for the caller.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; outputs are undefined.</exception>
    public abstract void Execute(CancellationToken cancellationToken);

    /// <summary>Hands over an output that the backend allocated.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public abstract NativeTensor TakeOutput(int index);

    /// <summary>Forgets what was set and gives the state back to its session.</summary>
    public abstract void Recycle();
}

/// <summary>Memory of a backend that holds one output. Dispose it when the values are no longer needed.</summary>
public abstract class NativeTensor : IDisposable
{
    /// <summary>Sizes, outermost first.</summary>
    public abstract ReadOnlySpan<long> Shape { get; }

    /// <summary>The elements, valid until <see cref="Dispose()"/>.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public abstract ReadOnlySpan<T> GetSpan<T>()
        where T : unmanaged;

    /// <summary>The elements of a text tensor.</summary>
    public abstract string[] GetStrings();

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);
}
