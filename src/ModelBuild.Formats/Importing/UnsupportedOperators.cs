using ModelBuild.Graphs;

namespace ModelBuild.Formats.Importing;

/// <summary>Gathers what a reader can't translate, so that one error names all of it.</summary>
internal sealed class UnsupportedOperators
{
    private const int MaxListed = 20;

    private readonly List<(string Operator, string Node, string Reason)> _all = [];

    /// <summary>Whether nothing was gathered.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Notes an operator.</summary>
    /// <param name="operatorName">Its name in the source.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="reason">Why, and the closest form that is supported; empty when the operator is not known at all.</param>
    public void Add(string operatorName, string node, string reason = "") => _all.Add((operatorName, node, reason));

    /// <summary>Throws when something was gathered.</summary>
    /// <param name="path">The file at fault.</param>
    /// <exception cref="ModelException">MB1013.</exception>
    public void ThrowIfRead(string path)
    {
        if (_all.Count == 0)
        {
            return;
        }

        IEnumerable<string> groups = _all
            .GroupBy(a => (a.Operator, a.Reason))
            .Select(g => $"{g.Key.Operator} ({Nodes(g.Select(a => a.Node))}){(g.Key.Reason.Length > 0 ? ": " + g.Key.Reason.TrimEnd('.') : "")}");
        throw new ModelException("MB1013", $"These operators can't be read: {string.Join("; ", groups.Take(MaxListed))}{(groups.Count() > MaxListed ? $"; and {groups.Count() - MaxListed} more" : "")}.", path);
    }

    private static string Nodes(IEnumerable<string> names)
    {
        string[] known = [.. names.Where(n => n.Length > 0).Distinct()];
        return known.Length switch
        {
            0 => "without a name",
            <= 3 => string.Join(", ", known.Select(n => $"'{n}'")),
            _ => $"{string.Join(", ", known.Take(3).Select(n => $"'{n}'"))} and {known.Length - 3} more",
        };
    }
}

/// <summary>An operator can't be translated as it is used here. The reader notes it and goes on.</summary>
internal sealed class UnsupportedOperatorException(string reason) : Exception(reason);
