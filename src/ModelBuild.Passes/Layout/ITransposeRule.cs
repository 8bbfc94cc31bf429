using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout;

/// <summary>Operators before which a Transpose may be moved behind them.</summary>
internal interface ITransposeRule
{
    /// <summary>The operators.</summary>
    IEnumerable<string> OpTypes { get; }

    /// <summary>Whether all inputs are tensors of one layout (with broadcasting); otherwise only the first is.</summary>
    bool IsVariadic => false;

    /// <summary>Checks whether the node can take its inputs in the order from before the Transpose.</summary>
    /// <returns>What to change for that beside the inputs that have a layout; null when it can't.</returns>
    Action? Plan(TransposeMove move);
}

/// <summary>One node behind a Transpose.</summary>
/// <param name="graph">The node's graph.</param>
/// <param name="node">The node.</param>
/// <param name="perm">The Transpose's order: axis <c>i</c> as the node has it is axis <c>perm[i]</c> of the Transpose's input.</param>
/// <param name="names">Names of the model.</param>
internal sealed class TransposeMove(Graph graph, Node node, int[] perm, NameAllocator names)
{
    /// <summary>The node.</summary>
    public Node Node { get; } = node;

    /// <summary>The Transpose's order.</summary>
    public int[] Perm { get; } = perm;

    /// <summary>Number of dimensions before and behind the Transpose.</summary>
    public int Rank => Perm.Length;

    /// <summary>The order that the outputs need afterwards; that of the inputs unless a rule says otherwise.</summary>
    public int[] OutputPerm { get; set; } = perm;

    /// <summary>Whether the node gives up its outputs' order entirely: what it computes does not depend on the order any more.</summary>
    public bool IsAbsorbed { get; set; }

    /// <summary>An axis of the node as an axis of the Transpose's input, or null when out of range.</summary>
    public int? Axis(long axis) => axis < 0 ? (axis + Rank is >= 0 and var a ? Perm[a] : null) : axis < Rank ? Perm[axis] : null;

    /// <summary>Elements of a constant integer input; null when the input is left out or not constant.</summary>
    public long[]? Integers(int input) => Node.Input(input)?.Initializer is { } data && !graph.Inputs.Contains(Node.Input(input)!)
        ? data.ElementType switch
        {
            ElementType.Int64 => data.As<long>().ToArray(),
            ElementType.Int32 => Array.ConvertAll(data.As<int>().ToArray(), i => (long)i),
            _ => null,
        }
        : null;

    /// <summary>Replaces an input by a constant list of integers of the same type.</summary>
    public void SetIntegers(int input, params ReadOnlySpan<long> values)
    {
        Value old = Node.Inputs[input]!;
        TensorData data = old.Initializer!.ElementType == ElementType.Int32
            ? TensorData.Create<int>(ElementType.Int32, [values.Length], Array.ConvertAll(values.ToArray(), v => checked((int)v)))
            : TensorData.Int64s(values);
        Node.Inputs[input] = graph.AddInitializer(names.Next(old.Name), data);
    }

    /// <summary>Replaces an input by a constant, or adds it.</summary>
    public void SetConstant(int input, string hint, TensorData data)
    {
        while (Node.Inputs.Count <= input)
        {
            Node.Inputs.Add(null);
        }

        Node.Inputs[input] = graph.AddInitializer(names.Next(Node.Inputs[input]?.Name ?? hint), data);
    }
}
