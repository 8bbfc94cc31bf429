using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Engines;

/// <summary>Something that runs ONNX models.</summary>
internal interface IConformanceEngine
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Loads a model.</summary>
    /// <exception cref="UnsupportedModelException">The engine does not take it.</exception>
    IConformanceSession Open(string path);
}

/// <summary>A loaded model.</summary>
internal interface IConformanceSession : IDisposable
{
    /// <summary>Inputs in order.</summary>
    IReadOnlyList<(string Name, GraphType Type)> Inputs { get; }

    /// <summary>Outputs in order.</summary>
    IReadOnlyList<(string Name, GraphType Type)> Outputs { get; }

    /// <summary>Runs the model. Dispose the results.</summary>
    OrtValue[] Run(IReadOnlyList<(string Name, OnnxValue Value)> inputs);
}

/// <summary>The engine does not take the model.</summary>
internal sealed class UnsupportedModelException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Every engine.</summary>
internal static class EngineList
{
    public static IReadOnlyList<IConformanceEngine> All { get; } = [new OnnxRuntimeEngine(), new RewrittenEngine(), new CompiledEngine(), new GeneratedEngine()];

    public static IConformanceEngine? Find(string name) => All.FirstOrDefault(e => e.Name == name);
}
