using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using ModelBuild.Manifest;
using ModelBuild.Tasks.Metadata;

namespace ModelBuild.Tasks;

/// <summary>Turns <c>ModelAsset</c> items into <see cref="ModelAsset"/>, reporting every mistake in them.</summary>
/// <param name="projectFile">Full path of the project.</param>
/// <param name="rootNamespace">Namespace of classes that state none.</param>
/// <param name="report">Called with a code, the item and the text of each mistake.</param>
internal sealed class ModelAssetReader(string projectFile, string rootNamespace, Action<string, ITaskItem, string> report)
{
    private readonly string _directory = Path.GetDirectoryName(projectFile)!;

    /// <summary>Reads all items; the ones with a mistake are left out.</summary>
    public IReadOnlyList<ModelAsset> Read(IEnumerable<ITaskItem> items)
    {
        var assets = new List<ModelAsset>();
        foreach (ITaskItem item in items)
        {
            if (Read(item) is ModelAsset asset)
            {
                // Files are named after the class, and two names that differ in casing alone are one file on Windows and macOS.
                ModelAsset? other = assets.Find(a => a.Class.Equals(asset.Class, StringComparison.OrdinalIgnoreCase));
                if (other is null)
                {
                    assets.Add(asset);
                }
                else
                {
                    report("MB0002", asset.Item, $"The models '{other.Identity}' and '{asset.Identity}' both generate the class '{asset.Class}'. Give one of them another name with Class=\"...\".");
                }
            }
        }

        return assets;
    }

    private ModelAsset? Read(ITaskItem item)
    {
        string identity = item.ItemSpec;
        string source = Files.Absolute(_directory, identity).TrimEnd(Path.DirectorySeparatorChar);
        if (!File.Exists(source) && !Directory.Exists(source))
        {
            report("MB0001", item, $"The model '{identity}' does not exist. It was looked for at '{source}'. Correct Include=\"...\" or put the file there.");
            return null;
        }

        var metadata = new List<KeyValuePair<string, string>>();
        var files = new List<string>();
        bool right = ReadMetadata(item, metadata, files);
        string className = Value("Class", Identifiers.ClassName(source));
        if (!IsClassName(className))
        {
            report("MB0004", item, $"The model '{identity}': '{className}' is not a name that a generated C# class can have. Give it one with Class=\"...\".");
            return null;
        }

        string namespaceName = Value("Namespace", rootNamespace);
        if (namespaceName.Length > 0 && !namespaceName.Split('.').All(Identifiers.IsValid))
        {
            report("MB0004", item, $"The model '{identity}': '{namespaceName}' is not a C# namespace. Correct Namespace=\"...\" or the project's RootNamespace.");
            return null;
        }

        return !right ? null : new ModelAsset
        {
            Identity = identity,
            Source = source,
            Item = item,
            Class = className,
            Namespace = namespaceName,
            Accessibility = Value("Accessibility", "internal").ToLowerInvariant(),
            GeneratesClass = !Value("GenerateClass", "true").Equals("false", StringComparison.OrdinalIgnoreCase),
            Metadata = metadata,
            MetadataFiles = files,
        };

        string Value(string key, string absent) => metadata.Exists(m => m.Key == key) ? metadata.Find(m => m.Key == key).Value : absent;
    }

    // A keyword could be escaped, but the class would be a nuisance to use.
    private static bool IsClassName(string name) => Identifiers.IsValid(name) && !Identifiers.IsReserved(name) && Identifiers.Escape(name) == name;

    private bool ReadMetadata(ITaskItem item, List<KeyValuePair<string, string>> metadata, List<string> files)
    {
        string identity = item.ItemSpec;
        bool right = true;
        IDictionary custom = item.CloneCustomMetadata();
        foreach (string name in custom.Keys.Cast<string>().OrderBy(n => n, StringComparer.OrdinalIgnoreCase))
        {
            if (!MetadataTable.Rules.Any(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) && !MetadataTable.Foreign.Contains(name))
            {
                string? near = Suggestion.Nearest(name, MetadataTable.Rules.Select(r => r.Name));
                string hint = near is null ? "docs/metadata.md lists all names." : $"Did you mean '{near}'?";
                report("MB0013", item, $"The model '{identity}' has the metadatum '{name}', which ModelBuild does not know. {hint}");
                right = false;
            }
        }

        foreach (MetadatumRule rule in MetadataTable.Rules)
        {
            string value = item.GetMetadata(rule.Name).Trim();
            if (value.Length == 0)
            {
                continue;
            }

            if (rule.Check(value) is string expected)
            {
                report("MB0003", item, $"The model '{identity}' has {rule.Name}=\"{value}\"; expected: {expected}.");
                right = false;
            }
            else if (rule.IsFile?.Invoke(value) == true)
            {
                right &= ResolveFiles(rule.Name, item, ref value, files);
            }

            metadata.Add(new(rule.Name, value));
        }

        return right;
    }

    private bool ResolveFiles(string name, ITaskItem item, ref string value, List<string> files)
    {
        var resolved = new List<string>();
        foreach (string part in MetadataValue.Parts(value))
        {
            string path = Files.Absolute(_directory, part);
            if (!File.Exists(path) && !Directory.Exists(path))
            {
                report("MB0011", item, $"The model '{item.ItemSpec}' names '{part}' in {name}, which does not exist. It was looked for at '{path}'.");
                return false;
            }

            resolved.Add(path);
        }

        files.AddRange(resolved);
        value = string.Join(";", resolved);
        return true;
    }
}
