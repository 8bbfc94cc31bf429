using System.Security.Cryptography;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering;

/// <summary>Writes a lowered model as files: the plan for the generator and the weights for the run time, which know each other by the hash of the weights.</summary>
internal static class CompiledFiles
{
    /// <summary>Extension of weights files.</summary>
    public const string WeightsExtension = WeightsFile.Extension;

    /// <summary>Writes both files.</summary>
    /// <param name="model">The model.</param>
    /// <param name="planPath">File for the plan, <c>&lt;Class&gt;.mbplan</c>.</param>
    /// <param name="weightsPath">File for the weights, <c>&lt;Class&gt;.mbw</c>; written even when there are none.</param>
    public static void Write(LoweredModel model, string planPath, string weightsPath)
    {
        using (FileStream weights = File.Create(weightsPath))
        {
            model = model with { Plan = WriteWeights(model, weights) };
        }

        File.WriteAllText(planPath, PlanFile.Write(model.Plan));
    }

    /// <summary>Writes the weights file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="destination">Seekable, and at its start.</param>
    /// <returns>The plan with the hash of what was written.</returns>
    public static Plan WriteWeights(LoweredModel model, Stream destination)
    {
        Span<byte> header = stackalloc byte[WeightsFile.HeaderBytes];
        header.Clear();
        destination.Write(header);
        using var sha256 = SHA256.Create();
        using (var hashing = new CryptoStream(destination, sha256, CryptoStreamMode.Write, leaveOpen: true))
        {
            model.Weights.CopyTo(hashing);
        }

        WeightsFile.WriteHeader(header, model.Weights.Length, sha256.Hash!);
        long end = destination.Position;
        destination.Position = 0;
        destination.Write(header);
        destination.Position = end;
        return model.Plan with { WeightsHash = Convert.ToHexStringLower(sha256.Hash!) };
    }
}
