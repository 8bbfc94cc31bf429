using ModelBuild.Dimensions;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>A plan that is read rather than compiled. Serves one frame.</summary>
internal sealed class InterpretedPlan : CompiledPlan
{
    private readonly Plan _plan;
    private readonly byte[] _values;
    private readonly int[] _inputs;
    private readonly int[] _defaults;
    private readonly int[] _outputs;
    private readonly int[] _symbols;
    private readonly DimensionExpression[] _sizes;
    private InterpretedBlock? _body;
    private int _version = -1;

    /// <summary>Prepares a plan.</summary>
    public InterpretedPlan(Plan plan)
    {
        _plan = plan;
        _values = PlanEncoding.Encode(plan.Values);
        _inputs = [.. plan.Inputs];
        _defaults = [.. plan.Defaults];
        _outputs = [.. plan.Outputs];
        _symbols = [.. plan.Symbols.SelectMany(s => new[] { s.Input, s.Dimension })];
        _sizes = [.. plan.Sizes.Select(s => DimensionExpression.TryParse(s, out DimensionExpression? e) && e is not null ? e : throw new FormatException($"'{s}' is no formula."))];
    }

    /// <summary>Looks at every step after it ran; null for nothing.</summary>
    public Action<PlanCall>? AfterStep { get; set; }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => _values;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Inputs => _inputs;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Defaults => _defaults;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Outputs => _outputs;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Symbols => _symbols;

    /// <inheritdoc/>
    public override int SizeCount => _sizes.Length;

    /// <inheritdoc/>
    public override long ArenaBytes => _plan.ArenaBytes;

    /// <inheritdoc/>
    public override long WeightsBytes => _plan.WeightsBytes;

    /// <inheritdoc/>
    public override string NameOfInput(int index) => _plan.Values[_inputs[index]].Name;

    /// <inheritdoc/>
    public override string NameOfOutput(int index) => _plan.Values[_outputs[index]].Name;

    /// <inheritdoc/>
    public override void ComputeSizes(ReadOnlySpan<long> symbols, Span<long> sizes)
    {
        long[] values = symbols.ToArray();
        long? Symbol(string name)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (_plan.Symbols[i].Name == name)
                {
                    return values[i];
                }
            }

            return null;
        }

        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = _sizes[i].TryEvaluate(Symbol, out long size) ? size : throw new OverflowException(_plan.Sizes[i]);
        }
    }

    /// <inheritdoc/>
    public override void Execute(PlanFrame frame)
    {
        _body ??= new InterpretedBlock(_plan.Body, frame);
        if (_version != frame.Version)
        {
            _body.Update(frame.Sizes);
            _version = frame.Version;
        }

        _body.Run(frame, AfterStep);
    }
}
