using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Engines;

/// <summary>Something that runs ONNX models.</summary>
internal interface IConformanceEngine
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Loads a model.</summary>
    /// <exception cref="UnsupportedModelException">The engine does not take it.</exception>
    OrtSession Open(string path);
}

/// <summary>The engine does not take the model.</summary>
internal sealed class UnsupportedModelException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Every engine.</summary>
internal static class EngineList
{
    public static IReadOnlyList<IConformanceEngine> All { get; } = [new OnnxRuntimeEngine(), new RewrittenEngine()];

    public static IConformanceEngine? Find(string name) => All.FirstOrDefault(e => e.Name == name);
}
