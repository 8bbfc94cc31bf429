namespace ModelBuild.Runtime;

/// <summary>A plan that can be run: generated code derives from this. Immutable; what a call changes stands in its <see cref="PlanFrame"/>.</summary>
public abstract unsafe class CompiledPlan
{
    private PlanSlot[]? _slots;
    private string[]? _layers;
    private int[]? _inputs;
    private int[]? _defaults;
    private int[]? _outputs;
    private int[]? _symbols;
    private int[]? _laidOutAliases;
    private int[]? _callersAliases;

    /// <summary>
    /// The values as text, a line each: kind, element type, home, place, position of first and last use, number of dimensions (-1 when the shape is
    /// not known before the call), dimensions, with spaces between; then a comment after <c>//</c>, if any. A negative dimension <c>d</c> is the size
    /// number <c>-1 - d</c>. Text, because compilers take a table of numbers a thousand times slower.
    /// </summary>
    public abstract ReadOnlySpan<byte> Values { get; }

    /// <summary>Nodes of the model that the steps come from, a line each; <c>\uXXXX</c> stands for a character that a line can't hold, and for the backslash.</summary>
    public virtual ReadOnlySpan<byte> Layers => [];

    /// <summary>Values of the inputs, in order.</summary>
    public abstract ReadOnlySpan<int> Inputs { get; }

    /// <summary>For each input the value with its default, or -1.</summary>
    public abstract ReadOnlySpan<int> Defaults { get; }

    /// <summary>Values of the outputs, in order.</summary>
    public abstract ReadOnlySpan<int> Outputs { get; }

    /// <summary>Pairs of input and dimension that the symbols are read from.</summary>
    public abstract ReadOnlySpan<int> Symbols { get; }

    /// <summary>How many sizes <see cref="ComputeSizes"/> computes.</summary>
    public abstract int SizeCount { get; }

    /// <summary>Bytes of the arena, or -1 when it is laid out for each combination of sizes.</summary>
    public abstract long ArenaBytes { get; }

    /// <summary>Bytes of the weights.</summary>
    public abstract long WeightsBytes { get; }

    /// <summary>SHA-256 of the weights; empty when it is not compared.</summary>
    public virtual ReadOnlySpan<byte> WeightsHash => [];

    /// <summary>Name of an input in the model.</summary>
    public abstract string NameOfInput(int index);

    /// <summary>Name of an output in the model.</summary>
    public abstract string NameOfOutput(int index);

    /// <summary>Node of the model that a step comes from, for messages.</summary>
    /// <param name="step">Position of the statement; see <see cref="PlanFrame.Step"/>.</param>
    public virtual string LayerOfStep(int step)
    {
        _layers ??= PlanText.Lines(Layers);
        return step >= 0 && step < _layers.Length ? _layers[step] : "";
    }

    /// <summary>The values, decoded once for all frames.</summary>
    internal PlanSlot[] Slots => _slots ??= PlanSlot.Read(Values);

    /// <summary>Values that lie in arena or weights under a shape of their own.</summary>
    internal int[] LaidOutAliases => _laidOutAliases ??= Aliases(h => h is PlanSlotHome.Arena or PlanSlotHome.Weights);

    /// <summary>Values that lie in the caller's memory under a shape of their own.</summary>
    internal int[] CallersAliases => _callersAliases ??= Aliases(h => h is PlanSlotHome.Input or PlanSlotHome.Output);

    // As arrays, because unoptimized code allocates for each span over constants.

    /// <summary>The same as <see cref="Inputs"/>.</summary>
    internal int[] InputValues => _inputs ??= Inputs.ToArray();

    /// <summary>The same as <see cref="Defaults"/>.</summary>
    internal int[] DefaultValues => _defaults ??= Defaults.ToArray();

    /// <summary>The same as <see cref="Outputs"/>.</summary>
    internal int[] OutputValues => _outputs ??= Outputs.ToArray();

    /// <summary>The same as <see cref="Symbols"/>.</summary>
    internal int[] SymbolPlaces => _symbols ??= Symbols.ToArray();

    /// <summary>Computes the sizes from the symbols.</summary>
    public abstract void ComputeSizes(ReadOnlySpan<long> symbols, Span<long> sizes);

    /// <summary>Makes the calls of the plan.</summary>
    /// <param name="frame">Prepared by <see cref="PlanFrame.Prepare"/>.</param>
    public abstract void Execute(PlanFrame frame);

    private int[] Aliases(Predicate<PlanSlotHome> isWanted)
    {
        var aliases = new List<int>();
        for (int i = 0; i < Slots.Length; i++)
        {
            if (Slots[i].Home == PlanSlotHome.Alias && isWanted(Slots[PlanSlot.Root(Slots, i)].Home))
            {
                aliases.Add(i);
            }
        }

        return [.. aliases];
    }
}
