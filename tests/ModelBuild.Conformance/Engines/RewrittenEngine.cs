using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Passes;

namespace ModelBuild.Conformance.Engines;

/// <summary>ONNX Runtime with what our reader, the passes of <see cref="PassList.Normalization"/> and our writer make of the file. The written model comes from the graph alone.</summary>
internal sealed class RewrittenEngine : IConformanceEngine
{
    public string Name => "rewritten";

    public IConformanceSession Open(string path)
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-conformance-").FullName;
        try
        {
            string written = Path.Combine(folder, "model.onnx");
            Rewrite(path, written);
            return new OrtConformanceSession(OnnxRuntimeEngine.OpenFile(written));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Reads, normalizes and writes a model.</summary>
    public static void Rewrite(string source, string destination)
    {
        using var model = new OnnxFormat().Read(source);
        PassList.Run(PassList.Normalization, model);
        new OnnxFormat().Write(model, destination, new ModelWriteOptions());
    }
}
