using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace ModelBuild.Runtime;

/// <summary>Where a model's weights were found: a file, or a resource of the assembly. What backends look with.</summary>
public sealed class WeightsSource
{
    private WeightsSource(string? filePath, string identity, Assembly? assembly, string? resourceName)
    {
        FilePath = filePath;
        Identity = identity;
        Assembly = assembly;
        ResourceName = resourceName;
    }

    /// <summary>Full path, or null when they are a resource.</summary>
    public string? FilePath { get; }

    /// <summary>Tells two different contents apart.</summary>
    public string Identity { get; }

    /// <summary>The assembly that holds the resource, else null.</summary>
    public Assembly? Assembly { get; }

    /// <summary>Name of the resource, else null.</summary>
    public string? ResourceName { get; }

    /// <summary>For messages.</summary>
    public string Display => FilePath ?? $"resource '{ResourceName}' of {Assembly!.GetName().Name}";

    /// <summary>
    /// Looks for the weights. A path that the caller gave is the only place then; otherwise the assembly's resources when the weights are embedded,
    /// the application's base directory, the directory of the assembly.
    /// </summary>
    /// <param name="definition">What the generated class knows of its model.</param>
    /// <param name="path"><see cref="ModelOptions.Path"/>.</param>
    /// <exception cref="ModelRuntimeException">They are in none of these places, which the message lists (MB5004).</exception>
    public static WeightsSource Find(ModelDefinition definition, string? path)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var searched = new List<string>();
        if (path is not null)
        {
            return FindAt(definition, path, searched) ?? throw Missing(definition, searched, "ModelOptions.Path points there");
        }

        if (definition.Embedded)
        {
            if (definition.Assembly.GetManifestResourceInfo(definition.WeightsFile) is not null)
            {
                return new WeightsSource(null, definition.WeightsFile, definition.Assembly, definition.WeightsFile);
            }

            searched.Add($"resource '{definition.WeightsFile}' of {definition.Assembly.GetName().Name}");
        }

        foreach (string folder in new[] { AppContext.BaseDirectory, FolderOf(definition.Assembly) })
        {
            string file = Path.GetFullPath(Path.Combine(folder, definition.WeightsFile));
            if (folder.Length > 0 && !searched.Contains(file))
            {
                if (File.Exists(file))
                {
                    return OfFile(file);
                }

                searched.Add(file);
            }
        }

        throw Missing(definition, searched, "copy it there or set ModelOptions.Path to its file or folder");
    }

    // A file, or a folder that holds the weights directly or by their path relative to the application.
    private static WeightsSource? FindAt(ModelDefinition definition, string path, List<string> searched)
    {
        string full = Path.GetFullPath(path, AppContext.BaseDirectory);
        string[] candidates = Directory.Exists(full)
            ? [Path.Combine(full, Path.GetFileName(definition.WeightsFile)), Path.GetFullPath(Path.Combine(full, definition.WeightsFile))]
            : [full];
        foreach (string candidate in candidates)
        {
            if (File.Exists(candidate))
            {
                return OfFile(candidate);
            }

            searched.Add(candidate);
        }

        return null;
    }

    // Length and time of writing, so that a file that was replaced is loaded again.
    private static WeightsSource OfFile(string path)
    {
        var file = new FileInfo(path);
        return new WeightsSource(path, string.Create(CultureInfo.InvariantCulture, $"{path}|{file.Length}|{file.LastWriteTimeUtc.Ticks}"), null, null);
    }

    private static ModelRuntimeException Missing(ModelDefinition definition, List<string> searched, string advice) =>
        new("MB5004", $"the weights of {definition.Info.Name} ({definition.WeightsFile}) were not found in {string.Join(", ", searched)}; {advice}.");

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Empty in a single file and under NativeAOT, where the base directory is the place.")]
    private static string FolderOf(Assembly assembly) => assembly.IsDynamic ? "" : Path.GetDirectoryName(assembly.Location) ?? "";
}
