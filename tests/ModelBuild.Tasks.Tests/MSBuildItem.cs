using System.Collections;
using Microsoft.Build.Framework;

namespace ModelBuild.Tasks.Tests;

/// <summary>An item as it comes from a project file: it knows where it is defined, which a <c>TaskItem</c> can't be told.</summary>
internal sealed class MSBuildItem(string itemSpec, string definingProject) : ITaskItem
{
    public string ItemSpec { get; set; } = itemSpec;

    public ICollection MetadataNames => Array.Empty<string>();

    public int MetadataCount => 0;

    public string GetMetadata(string metadataName) => metadataName == "DefiningProjectFullPath" ? definingProject : "";

    public void SetMetadata(string metadataName, string metadataValue) => throw new NotSupportedException();

    public void RemoveMetadata(string metadataName) => throw new NotSupportedException();

    public void CopyMetadataTo(ITaskItem destinationItem) => throw new NotSupportedException();

    public IDictionary CloneCustomMetadata() => new Dictionary<string, string>();
}
