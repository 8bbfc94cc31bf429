using ModelBuild.Formats.TensorFlowLite.Reading;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>An operator of TensorFlow Lite, or a family that shares one idea, and its counterparts in ONNX. Stateless.</summary>
internal abstract class TfLiteOp
{
    /// <summary>Names of builtin operators, or of custom ones behind <c>CUSTOM:</c>, that <see cref="Read"/> takes.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>ONNX operators that a builtin one is read as, for the documentation.</summary>
    public abstract string OnnxOf(string name);

    /// <summary>Adds the ONNX operators of one application.</summary>
    /// <exception cref="Importing.UnsupportedOperatorException">It can't be expressed as it is used here.</exception>
    public abstract void Read(NodeReader node);
}
