using System.Collections.Generic;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

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

    /// <summary>The files, with the metadata <c>Kind</c>, <c>Name</c> and <c>Class</c>.</summary>
    [Output]
    public ITaskItem[] Outputs { get; private set; } = [];

    /// <inheritdoc/>
    protected override string ProjectPath => ProjectFile;

    /// <inheritdoc/>
    protected override void Run() => Outputs = [.. Assets.SelectMany(Read)];

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
