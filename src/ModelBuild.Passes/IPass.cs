using ModelBuild.Graphs;

namespace ModelBuild.Passes;

/// <summary>One change of a model. Stateless; the same model gives the same result.</summary>
public interface IPass
{
    /// <summary>Name in messages.</summary>
    string Name { get; }

    /// <summary>Changes the model in place.</summary>
    /// <returns>What was done and what was left alone, with reasons.</returns>
    /// <exception cref="ModelException">The model can't be brought into the form that later passes need.</exception>
    PassResult Run(Model model);
}

/// <summary>What a pass did.</summary>
/// <param name="Pass">Name of the pass.</param>
/// <param name="Entries">One for each place that it looked at and has something to say about, in the graph's order.</param>
public sealed record PassResult(string Pass, IReadOnlyList<PassEntry> Entries)
{
    /// <summary>Whether the model changed.</summary>
    public bool Changed => Entries.Any(e => e.Applied);
}

/// <summary>One place where a pass applied or declined.</summary>
/// <param name="Where">The node, value or function.</param>
/// <param name="Applied">Whether it changed something there.</param>
/// <param name="Reason">What was changed, or why not.</param>
public sealed record PassEntry(string Where, bool Applied, string Reason);
