namespace ModelBuild.Generator.Model;

/// <summary>Where the size of a symbolic dimension comes from.</summary>
internal enum SymbolOrigin
{
    /// <summary>The caller states it with each call.</summary>
    Caller,

    /// <summary>It follows from the number of elements of an input.</summary>
    Deduced,

    /// <summary>It is stated when a stream is made.</summary>
    Stream,
}

/// <summary>One symbolic dimension of the inputs.</summary>
/// <param name="Name">Name in formulas.</param>
/// <param name="Identifier">Name of members, in Pascal case.</param>
/// <param name="Parameter">Name of a parameter, escaped.</param>
/// <param name="Origin">Where its size comes from.</param>
/// <param name="From">Position of the input that it is deduced from, or that states it when the caller gives tensors; -1 for none.</param>
/// <param name="Axis">Its axis there; -1 when it stands nowhere alone.</param>
internal sealed record SymbolSpec(string Name, string Identifier, string Parameter, SymbolOrigin Origin, int From, int Axis);

/// <summary>An input that is fed from an output of the call before.</summary>
/// <param name="Input">Position of the input.</param>
/// <param name="Output">Position of the output.</param>
internal sealed record StateSpec(int Input, int Output);

/// <summary>An input that starts with the last elements of the call before.</summary>
/// <param name="Input">Position of the input.</param>
/// <param name="Count">Carried elements.</param>
internal sealed record ContextSpec(int Input, int Count);

/// <summary>How pixels become an input.</summary>
/// <param name="Input">Position of the input.</param>
/// <param name="Options">C# initializers of <c>ImagePreprocessorOptions</c>, in order.</param>
/// <param name="Description">The same in words.</param>
internal sealed record PreprocessSpec(int Input, EquatableArray<string> Options, string Description);
