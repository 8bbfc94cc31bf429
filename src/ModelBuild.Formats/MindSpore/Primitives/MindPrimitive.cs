using ModelBuild.Formats.MindSpore.Reading;

namespace ModelBuild.Formats.MindSpore.Primitives;

/// <summary>A family of MindSpore's primitives and what they become.</summary>
internal abstract class MindPrimitive
{
    /// <summary>MindSpore's names and the ONNX operators that each becomes.</summary>
    public abstract IReadOnlyList<(string Name, string Onnx)> Names { get; }

    /// <summary>Translates one node.</summary>
    /// <exception cref="Importing.UnsupportedOperatorException">It can't be translated as it is used.</exception>
    public abstract MindValue Read(PrimitiveCall call);
}
