using System.Text;
using ModelBuild.Manifest;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Building;

/// <summary>Brings an entry of the cache to where the project wants it.</summary>
internal sealed class Delivery(DescribedAsset asset, BuildOutput output)
{
    private readonly AssetArguments _arguments = asset.Arguments;
    private readonly StringBuilder _list = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Places the files, writes the list of outputs and the build's lines, and touches the stamp last.</summary>
    public void Place(CacheEntry entry, string folder)
    {
        foreach (CachedFile file in entry.Files)
        {
            if (file.Kind == "plan")
            {
                // Touching it would compile the project again.
                string plan = Path.Combine(folder, file.Name);
                AtomicFile.WriteIfChanged(_arguments.Plan, File.ReadAllText(plan));
                continue;
            }

            string target = file.Kind == "report" ? _arguments.Report + file.Name[_arguments.Class.Length..] : Path.Combine(_arguments.Output, file.Name);
            Put(Path.Combine(folder, file.Name), target, file.Kind, file.Kind == "report" ? file.Name : $"models/{file.Name}");
        }

        if (!entry.Files.Any(f => f.Kind == "plan") && asset.Settings.GeneratesClass)
        {
            AtomicFile.WriteIfChanged(_arguments.Plan, PlanFile.Empty);
        }

        if (asset.Settings.Tokenizer is { } tokenizer)
        {
            Put(tokenizer, Path.Combine(_arguments.Output, Path.GetFileName(asset.Signature.Tokenizer)), "content", asset.Signature.Tokenizer);
        }

        RemoveFormer();
        if (_arguments.Outputs is { } outputs)
        {
            AtomicFile.WriteIfChanged(outputs, _list.ToString());
        }

        Announce(entry);
        if (_arguments.Stamp is { } stamp)
        {
            Guard(stamp, () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
                File.WriteAllBytes(stamp, []);
            });
        }
    }

    private void Put(string source, string target, string kind, string name)
    {
        Guard(target, () => FileCopy.Place(source, target));
        _written.Add(target);
        _list.Append(kind).Append('\t').Append(target).Append('\t').Append(name).Append('\n');
    }

    // Files of the build before that this one does not have, such as external data that became embedded.
    private void RemoveFormer()
    {
        if (_arguments.Outputs is not { } outputs || !File.Exists(outputs))
        {
            return;
        }

        string own = Path.GetFullPath(_arguments.Output) + Path.DirectorySeparatorChar;
        foreach (string[] fields in File.ReadAllLines(outputs).Select(l => l.Split('\t')))
        {
            if (fields.Length >= 2 && !_written.Contains(fields[1]) && Path.GetFullPath(fields[1]).StartsWith(own, StringComparison.Ordinal))
            {
                Guard(fields[1], () => File.Delete(fields[1]));
            }
        }
    }

    private void Announce(CacheEntry entry)
    {
        foreach ((string kind, string text) in entry.Lines)
        {
            if (kind == "summary")
            {
                string reason = asset.Signature.BackendReason.Length > 0 ? $" ({asset.Signature.BackendReason})" : "";
                string report = entry.Files.Any(f => f.Name.EndsWith(".report.html", StringComparison.Ordinal)) ? $", report: {Relative(_arguments.Report + ".report.html")}" : "";
                output.Result($"{text}, {asset.Signature.Backend}{reason}{report}");
            }
            else if (kind.StartsWith("warning ", StringComparison.Ordinal))
            {
                output.Warning(_arguments.File.Project ?? _arguments.Source, kind["warning ".Length..], $"ModelAsset '{_arguments.Identity}': {text}");
            }
        }
    }

    private string Relative(string path)
    {
        string folder = Path.GetDirectoryName(_arguments.File.Project) ?? "";
        string relative = folder.Length > 0 ? Path.GetRelativePath(folder, path) : path;
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Unwritable(path, e);
        }
    }
}
