using System.Collections.Generic;
using Microsoft.Build.Framework;

namespace ModelBuild.Tasks;

/// <summary>One <c>ModelAsset</c> item whose metadata are checked and completed.</summary>
internal sealed record ModelAsset
{
    /// <summary>The path as the project file spells it.</summary>
    public required string Identity { get; init; }

    /// <summary>Full path of the model.</summary>
    public required string Source { get; init; }

    /// <summary>The item, for messages.</summary>
    public required ITaskItem Item { get; init; }

    /// <summary>Name of the class.</summary>
    public required string Class { get; init; }

    /// <summary>Namespace of the class; empty for the global one.</summary>
    public required string Namespace { get; init; }

    /// <summary><c>internal</c> or <c>public</c>.</summary>
    public required string Accessibility { get; init; }

    /// <summary>Whether a class is generated.</summary>
    public required bool GeneratesClass { get; init; }

    /// <summary>Metadata that are not empty, in the order of the table, files as full paths.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; }

    /// <summary>Full paths of the files and folders that metadata name.</summary>
    public required IReadOnlyList<string> MetadataFiles { get; init; }
}
