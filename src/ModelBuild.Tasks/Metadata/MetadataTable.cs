using System;
using System.Collections.Generic;

namespace ModelBuild.Tasks.Metadata;

/// <summary>One metadatum of <c>ModelAsset</c>.</summary>
/// <param name="Name">Name as the documentation spells it.</param>
/// <param name="Check">Gives null for a value that is right, else what is expected, as the end of the sentence "... expected".</param>
/// <param name="IsFile">Tells whether a value names files or folders, separated by semicolons, that must exist; null for never. They are resolved against the project's folder.</param>
internal sealed record MetadatumRule(string Name, Func<string, string?> Check, Func<string, bool>? IsFile = null);

/// <summary>Every metadatum of <c>ModelAsset</c>: to add one is to add a line. Values whose meaning depends on the model are checked by the tool.</summary>
internal static class MetadataTable
{
    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<MetadatumRule> Rules { get; } =
    [
        new("Class", MetadataValue.Any),
        new("Namespace", MetadataValue.Any),
        new("Accessibility", MetadataValue.OneOf("internal", "public")),
        new("Format", MetadataValue.Any),
        new("Signature", MetadataValue.Any),
        new("InputShapes", MetadataValue.Shapes),
        new("Weights", MetadataValue.Any, Always),
        new("WeightsMap", MetadataValue.Any, Always),
        new("Backend", MetadataValue.OneOf("Auto", "Compiled", "OnnxRuntime")),
        new("ExecutionProviders", MetadataValue.ListOf("Cpu", "Cuda", "TensorRt", "DirectMl", "CoreMl", "OpenVino", "Qnn", "Auto")),
        new("Quantize", MetadataValue.OneOf("none", "fp16", "bf16", "int8", "int8-static", "int4", "int3", "int2", "mixed", "mxfp4", "nvfp4")),
        new("QuantizeMethod", MetadataValue.ListOf("rtn", "hqq", "gptq", "awq", "signround", "minmax", "percentile", "entropy", "mse")),
        new("Prune", MetadataValue.Prune),
        new("PruneMethod", MetadataValue.OneOf("magnitude", "wanda", "sparsegpt", "gradient")),
        new("Distill", MetadataValue.Any, IsStudentFile),
        new("Temperature", MetadataValue.PositiveNumber),
        new("SoftWeight", MetadataValue.Fraction),
        new("Epochs", MetadataValue.PositiveInteger),
        new("BatchSize", MetadataValue.PositiveInteger),
        new("LearningRate", MetadataValue.PositiveNumber),
        new("Seed", MetadataValue.Integer),
        new("Calibration", MetadataValue.Any, Always),
        new("Evaluation", MetadataValue.Any, Always),
        new("Training", MetadataValue.Any, Always),
        new("Metric", MetadataValue.Metric),
        new("MaxAccuracyDrop", MetadataValue.Fraction),
        new("MaxSize", MetadataValue.Size),
        new("MaxLatency", MetadataValue.Latency),
        new("AllowSlower", MetadataValue.Boolean),
        new("Search", MetadataValue.Boolean),
        new("ConvertTo", MetadataValue.Any),
        new("GenerateClass", MetadataValue.Boolean),
        new("InputLayout", MetadataValue.Pairs),
        new("Rename", MetadataValue.Pairs),
        new("Preprocess", MetadataValue.Any),
        new("Labels", MetadataValue.Any, value => value.IndexOf(';') < 0),
        new("Tokenizer", MetadataValue.Any, Always),
        new("Pooling", MetadataValue.Any),
        new("State", MetadataValue.Pairs),
        new("Context", MetadataValue.Pairs),
        new("Constants", MetadataValue.Pairs),
        new("Storage", MetadataValue.OneOf("File", "Embedded")),
        new("Verify", MetadataValue.Boolean),
        new("EncryptionKey", MetadataValue.Any, IsPath),
    ];

    /// <summary>Names that MSBuild, NuGet and the editors put on any item; they mean nothing here and are left alone.</summary>
    public static ISet<string> Foreign { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "Link", "LinkBase", "Visible", "Pack", "PackagePath", "CopyToOutputDirectory", "CopyToPublishDirectory", "TargetPath", "DependentUpon", "SubType",
        "Generator", "LastGenOutput", "CustomToolNamespace", "MSBuildSourceProjectFile", "MSBuildSourceTargetName", "OriginalItemSpec", "IsImplicitlyDefined",
        "ExcludeFromSingleFile", "RecursiveDir", "BuildAction", "Watch",
    };

    private static bool Always(string value) => true;

    private static bool IsPath(string value) => value.IndexOfAny(['/', '\\', '.']) >= 0;

    private static bool IsStudentFile(string value) =>
        !value.Equals("none", StringComparison.OrdinalIgnoreCase) && !value.Equals("recover", StringComparison.OrdinalIgnoreCase) && !value.StartsWith("width:", StringComparison.OrdinalIgnoreCase);
}
