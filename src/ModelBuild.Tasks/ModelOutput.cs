using System.Collections.Generic;
using System.Linq;

namespace ModelBuild.Tasks;

/// <summary>One line of the list that the tool writes of a model's files.</summary>
/// <param name="Kind"><c>content</c>, <c>embedded</c>, <c>converted</c> or <c>report</c>.</param>
/// <param name="Path">Full path.</param>
/// <param name="Name">Path below the application, name of the resource, or format.</param>
internal sealed record ModelOutput(string Kind, string Path, string Name)
{
    /// <summary>Reads a list; empty when there is none.</summary>
    public static IReadOnlyList<ModelOutput> Read(string list) =>
        [.. Files.ReadList(list).Select(line => line.Split('\t')).Where(fields => fields.Length == 3).Select(fields => new ModelOutput(fields[0], fields[1], fields[2]))];
}
