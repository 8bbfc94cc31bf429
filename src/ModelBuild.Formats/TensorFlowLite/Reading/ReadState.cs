using ModelBuild.Formats.Importing;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>What all subgraphs of one file share while it is read.</summary>
internal sealed class ReadState(TfLiteFile file)
{
    private const int MaxDepth = 32;
    private const int MaxOperators = 1 << 20;

    private int _depth;
    private int _operators;

    public TfLiteFile File { get; } = file;

    public UnsupportedOperators Unsupported { get; } = new();

    /// <summary>Current content of variables by name.</summary>
    public Dictionary<string, Value> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the operators run once, before the first call.</summary>
    public bool IsInitializing { get; set; }

    /// <summary>Counts an operator: subgraphs that call each other may unfold to any number.</summary>
    public void Count()
    {
        if (++_operators > MaxOperators)
        {
            throw new ModelException("MB1010", $"The graphs that call each other unfold to more than {MaxOperators} operators.", File.Path);
        }
    }

    /// <summary>Goes into a called subgraph.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new ModelException("MB1010", $"Graphs call each other more than {MaxDepth} deep.", File.Path);
        }
    }

    /// <summary>Comes back from it.</summary>
    public void Leave() => _depth--;
}
