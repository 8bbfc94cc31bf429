namespace ModelBuild.Runtime;

/// <summary>One call of a model over the caller's spans.</summary>
public ref struct ModelCall
{
    private readonly CallState _state;

    internal ModelCall(CallState state) => _state = state;

    /// <summary>Gives the state back to its session.</summary>
    public readonly void Dispose() => _state.Recycle();
}
