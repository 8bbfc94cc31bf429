using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Engines;

/// <summary>ONNX Runtime with the file as it is.</summary>
internal sealed class OnnxRuntimeEngine : IConformanceEngine
{
    public string Name => "onnxruntime";

    public IConformanceSession Open(string path) => new OrtConformanceSession(OpenFile(path));

    /// <summary>Opens a file; what ONNX Runtime refuses is not supported.</summary>
    public static OrtSession OpenFile(string path)
    {
        try
        {
            return OrtSession.Open(path);
        }
        catch (OrtException e)
        {
            throw new UnsupportedModelException(e.Message, e);
        }
    }
}
