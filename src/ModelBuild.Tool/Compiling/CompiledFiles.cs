using System.Security.Cryptography;
using ModelBuild.Lowering;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Tool.Compiling;

/// <summary>Writes a lowered model: the plan for the generator, the weights for the application.</summary>
internal static class CompiledFiles
{
    /// <summary>Extension of plans.</summary>
    public const string PlanExtension = ".mbplan";

    /// <summary>Writes <c>&lt;name&gt;.mbw</c> and <c>&lt;name&gt;.mbplan</c> into a folder.</summary>
    public static void Write(LoweredModel model, string folder, string name)
    {
        string weights = Path.Combine(folder, name + WeightsFile.Extension);
        byte[] hash = WriteWeights(model, weights);
        File.WriteAllText(Path.Combine(folder, name + PlanExtension), PlanFile.Write(model.Plan with { WeightsHash = Convert.ToHexStringLower(hash) }));
    }

    private static byte[] WriteWeights(LoweredModel model, string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        Span<byte> header = stackalloc byte[WeightsFile.HeaderBytes];
        file.Write(header);
        model.Weights.CopyTo(file);
        file.Flush();
        file.Position = header.Length;
        byte[] hash = SHA256.HashData(file);
        WeightsFile.WriteHeader(header, model.Weights.Length, hash);
        file.Position = 0;
        file.Write(header);
        return hash;
    }
}
