using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ModelBuild.Tool.Assets;

namespace ModelBuild.Tool.Building;

/// <summary>Hash of everything that the result of a build depends on. The same in every folder and on every machine.</summary>
internal static class BuildKey
{
    // Files named by metadata count by their content; labels and tokenizer do not touch the weights.
    private static readonly HashSet<string> s_files = new(StringComparer.Ordinal) { "Calibration", "Labels", "Tokenizer", "Weights", "WeightsMap", "EncryptionKey" };

    /// <summary>Computes the key in lower-case hexadecimal.</summary>
    public static string Compute(DescribedAsset asset, string onnxRuntimeVersion, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add("modelbuild", "1");
        foreach (Assembly assembly in new[] { typeof(BuildKey).Assembly, typeof(Compression.Compressor).Assembly, typeof(Formats.IModelFormat).Assembly, typeof(Graphs.Model).Assembly, typeof(Lowering.Lowerer).Assembly, typeof(Kernels.Gemm).Assembly, typeof(Manifest.PlanFile).Assembly, typeof(Passes.PassList).Assembly })
        {
            // Builds are deterministic, so that the id stands for the code.
            Add("assembly", assembly.ManifestModule.ModuleVersionId.ToString());
        }

        Add("onnxruntime", onnxRuntimeVersion);
        Add("class", asset.Signature.ClassName);
        Add("storage", asset.Signature.Storage);
        Add("backend", asset.Signature.Backend);
        Add("verify", asset.Settings.Quantize == "none" && asset.Settings.Verify ? "true" : "false");
        Add("model", asset.Signature.ContentHash);
        foreach (string external in asset.ExternalFiles)
        {
            Add("external", SourceFiles.Hash(external, cancellationToken));
        }

        foreach ((string name, string value) in asset.Arguments.AllMetadata.Where(m => !s_files.Contains(m.Key)))
        {
            Add("metadata." + name, value);
        }

        foreach (string? file in new[] { asset.Settings.Weights, asset.Settings.WeightsMap })
        {
            Add("weights", file is null ? "" : SourceFiles.Hash(file, cancellationToken));
        }

        foreach (string path in asset.Settings.Calibration)
        {
            foreach (string file in Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : Enumerable.Repeat(path, 1))
            {
                Add(Directory.Exists(path) ? Path.GetRelativePath(path, file).Replace('\\', '/') : "", SourceFiles.Hash(file, cancellationToken));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string name, string value)
        {
            // Lengths first, so that no two lists of fields give the same bytes.
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name.Length}:{name}={value.Length}:{value}\n")));
        }
    }
}
