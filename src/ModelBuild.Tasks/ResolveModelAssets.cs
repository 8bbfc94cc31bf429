using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelBuild.Tasks;

/// <summary>
/// Checks <c>ModelAsset</c> items, completes their metadata, and writes the arguments of the tool per asset, only when they differ: MSBuild
/// compares the time of that file with the stamps of the tool. Opens no model. Mistakes in a design-time build are left to the real one.
/// </summary>
public sealed class ResolveModelAssets : CodedTask
{
    /// <summary>The items.</summary>
    [Required]
    public ITaskItem[] Assets { get; set; } = [];

    /// <summary>Full path of the project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Folder for the files of the build; relative to the project's folder.</summary>
    [Required]
    public string IntermediateDirectory { get; set; } = "";

    /// <summary>Full path of the tool's DLL. A changed tool makes every asset stale.</summary>
    [Required]
    public string ToolAssembly { get; set; } = "";

    /// <summary>Namespace of classes that state none.</summary>
    public string RootNamespace { get; set; } = "";

    /// <summary>Backends whose package the project references.</summary>
    public string Backends { get; set; } = "";

    /// <summary>Build configuration.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>Language of the project.</summary>
    public string Language { get; set; } = "";

    /// <summary>Folder of the cache, relative to the project's folder; the tool's default when empty.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>Limit of the cache; the tool's default when empty.</summary>
    public string CacheSize { get; set; } = "";

    /// <summary>Whether a stated training may run: <c>true</c>, <c>false</c>, or empty for the tool's default.</summary>
    public string Train { get; set; } = "";

    /// <summary>Whether an editor asks. Then an item with a mistake is left out silently.</summary>
    public bool DesignTime { get; set; }

    /// <summary>
    /// The items that have no mistake, with the metadata <c>Class</c>, <c>Arguments</c>, <c>Signature</c>, <c>Plan</c>, <c>SignatureStamp</c>, <c>Stamp</c>,
    /// <c>OutputList</c>, <c>InputList</c>, <c>InputStamp</c>, <c>GeneratesClass</c>.
    /// </summary>
    [Output]
    public ITaskItem[] ResolvedAssets { get; private set; } = [];

    /// <inheritdoc/>
    protected override string ProjectPath => ProjectFile;

    /// <inheritdoc/>
    protected override void Run()
    {
        string directory = Files.Absolute(Path.GetDirectoryName(ProjectFile)!, IntermediateDirectory);
        string tool = string.Join(";", ToolFiles().Select(Files.Fingerprint));
        var reader = new ModelAssetReader(ProjectFile, RootNamespace, (code, item, text) =>
        {
            if (!DesignTime)
            {
                LogAtItem(code, item, text);
            }
        });
        ResolvedAssets = [.. reader.Read(Assets).Select(asset => Resolve(asset, directory, tool))];
    }

    private TaskItem Resolve(ModelAsset asset, string directory, string tool)
    {
        string stem = Path.Combine(directory, asset.Class);
        var item = new TaskItem(asset.Source);
        item.SetMetadata("Class", asset.Class);
        item.SetMetadata("GeneratesClass", asset.GeneratesClass ? "true" : "false");
        item.SetMetadata("MayBeCompiled", asset.GeneratesClass && !asset.Metadata.Any(m => m.Key == "Backend" && m.Value == "OnnxRuntime") ? "true" : "false");
        item.SetMetadata("Arguments", stem + ".args");
        item.SetMetadata("Signature", stem + ".mbsig");
        item.SetMetadata("Plan", stem + ".mbplan");
        item.SetMetadata("SignatureStamp", stem + ".mbsig.stamp");
        item.SetMetadata("Stamp", stem + ".stamp");
        item.SetMetadata("OutputList", stem + ".outputs");
        item.SetMetadata("InputList", stem + ".inputs");
        item.SetMetadata("InputStamp", stem + ".inputs.stamp");

        Files.WriteWhenDifferent(stem + ".args", Arguments(asset, item, directory, stem, tool));
        DropStampsOfMissingFiles(asset, item);
        return item;
    }

    private string Arguments(ModelAsset asset, TaskItem item, string directory, string stem, string tool)
    {
        var arguments = new ArgumentsFile();
        arguments.Add("cache", CacheDirectory.Length == 0 ? "" : Files.Absolute(Path.GetDirectoryName(ProjectFile)!, CacheDirectory));
        arguments.Add("cacheSize", CacheSize);
        arguments.Add("backends", string.Join(";", Metadata.MetadataValue.Parts(Backends)));
        arguments.Add("language", Language);
        arguments.Add("configuration", Configuration);
        arguments.Add("train", Train);
        arguments.Add("project", ProjectFile);
        arguments.StartAsset();
        arguments.Add("source", asset.Source);
        arguments.Add("identity", asset.Identity);
        arguments.Add("class", asset.Class);
        arguments.Add("namespace", asset.Namespace);
        arguments.Add("accessibility", asset.Accessibility);
        arguments.Add("signature", item.GetMetadata("Signature"));
        arguments.Add("plan", item.GetMetadata("Plan"));
        arguments.Add("output", Path.Combine(directory, "models"));
        arguments.Add("outputs", item.GetMetadata("OutputList"));
        arguments.Add("inputs", item.GetMetadata("InputList"));
        arguments.Add("report", stem);
        arguments.Add("stamp", item.GetMetadata("Stamp"));
        arguments.Add("fingerprint", string.Join(";", new[] { asset.Source }.Concat(asset.MetadataFiles).Select(Files.Fingerprint)) + "|" + tool);
        foreach (KeyValuePair<string, string> metadatum in asset.Metadata)
        {
            arguments.Add("metadata." + metadatum.Key, metadatum.Value);
        }

        return arguments.ToString();
    }

    // A stamp says that the tool's work is there. It is not when somebody deleted a result, or when a file changed that only the tool
    // knows to belong to the model (external data); MSBuild would compare the arguments' time with the stamp and see neither.
    private static void DropStampsOfMissingFiles(ModelAsset asset, TaskItem item)
    {
        bool inputsChanged = !InputFingerprint.IsCurrent(item.GetMetadata("InputList"), item.GetMetadata("InputStamp"));
        if (asset.GeneratesClass && (inputsChanged || !File.Exists(item.GetMetadata("Signature")) || !File.Exists(item.GetMetadata("Plan"))))
        {
            File.Delete(item.GetMetadata("SignatureStamp"));
        }

        string outputList = item.GetMetadata("OutputList");
        if (inputsChanged || !File.Exists(outputList) || ModelOutput.Read(outputList).Any(output => !File.Exists(output.Path)))
        {
            File.Delete(item.GetMetadata("Stamp"));
        }
    }

    // All assemblies of ours beside the tool: a change in a library need not change the tool's own DLL.
    private IEnumerable<string> ToolFiles()
    {
        string directory = Path.GetDirectoryName(ToolAssembly)!;
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "ModelBuild.*.dll").OrderBy(f => f, StringComparer.Ordinal) : [];
    }
}
