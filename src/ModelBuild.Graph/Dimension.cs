namespace ModelBuild.Graphs;

/// <summary>One dimension of a <see cref="Shape"/>: a number, a symbol that stands for one number throughout a model, or unknown.</summary>
/// <remarks>A symbol may be a formula over the model's own symbols, such as <c>2*batch+1</c>, when shape inference derived it.</remarks>
public readonly record struct Dimension
{
    private readonly long _value;

    private Dimension(long value, string? symbol)
    {
        _value = value;
        Symbol = symbol;
    }

    /// <summary>Nothing is known.</summary>
    public static Dimension Unknown => new(-1, null);

    /// <summary>A dimension named by the model, such as <c>batch</c>.</summary>
    public static Dimension Named(string symbol) => new(-1, symbol);

    /// <summary>A fixed size.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is negative.</exception>
    public static Dimension Fixed(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new(value, null);
    }

    /// <summary>A fixed size.</summary>
    public static implicit operator Dimension(long value) => Fixed(value);

    /// <summary>The symbol, or null when the dimension is fixed or unknown.</summary>
    public string? Symbol { get; }

    /// <summary>Whether <see cref="Value"/> can be read.</summary>
    public bool IsFixed => Symbol is null && _value >= 0;

    /// <summary>Whether neither a number nor a symbol is known.</summary>
    public bool IsUnknown => Symbol is null && _value < 0;

    /// <summary>The size.</summary>
    /// <exception cref="InvalidOperationException">The dimension is not fixed.</exception>
    public long Value => IsFixed ? _value : throw new InvalidOperationException($"Dimension '{this}' is not fixed.");

    /// <inheritdoc/>
    public override string ToString() => Symbol ?? (IsFixed ? _value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?");
}
