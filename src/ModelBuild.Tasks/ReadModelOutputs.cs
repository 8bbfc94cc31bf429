using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelBuild.Manifest;

namespace ModelBuild.Tasks;

/// <summary>Reads which files the tool wrote: that is known only after the conversion.</summary>
public sealed class ReadModelOutputs : CodedTask
{
    /// <summary>Items of <see cref="ResolveModelAssets.ResolvedAssets"/>.</summary>
    [Required]
    public ITaskItem[] Assets { get; set; } = [];

    /// <summary>Full path of the project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Whether an editor asks, which is content with classes that can't run yet.</summary>
    public bool DesignTime { get; set; }

    /// <summary>The files, with the metadata <c>Kind</c>, <c>Name</c> and <c>Class</c>.</summary>
    [Output]
    public ITaskItem[] Outputs { get; private set; } = [];

    /// <inheritdoc/>
    protected override string ProjectPath => ProjectFile;

    /// <inheritdoc/>
    protected override void Run()
    {
        foreach (ITaskItem asset in DesignTime ? [] : Assets.Where(IsNotCompiled))
        {
            LogAtItem("MB4012", asset, $"ModelAsset '{asset.ItemSpec}': the class {asset.GetMetadata("Class")} would throw when it runs the model, because the model was not compiled. Delete the project's obj folder and build again.");
        }

        Outputs = [.. Assets.SelectMany(Read)];
    }

    // Before the first build the plan is empty and the class throws: right for an editor, wrong for an application.
    private static bool IsNotCompiled(ITaskItem asset) =>
        asset.GetMetadata("GeneratesClass") == "true" && File.Exists(asset.GetMetadata("Plan")) && File.Exists(asset.GetMetadata("Signature"))
        && new FileInfo(asset.GetMetadata("Plan")).Length == PlanFile.Empty.Length
        && File.ReadLines(asset.GetMetadata("Signature")).Any(l => l.StartsWith("backend\tCompiled", System.StringComparison.Ordinal));

    private static IEnumerable<ITaskItem> Read(ITaskItem asset)
    {
        foreach (ModelOutput output in ModelOutput.Read(asset.GetMetadata("OutputList")))
        {
            var item = new TaskItem(output.Path);
            item.SetMetadata("Kind", output.Kind);
            item.SetMetadata("Name", output.Name);
            item.SetMetadata("Class", asset.GetMetadata("Class"));
            yield return item;
        }
    }
}
