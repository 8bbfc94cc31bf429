namespace ModelBuild.Runtime;

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
