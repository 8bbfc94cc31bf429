using System.Globalization;
using ModelBuild.Dimensions;

namespace ModelBuild.Graphs;

/// <summary>One dimension of a <see cref="Shape"/>: a number, a symbol that stands for one number throughout a model, a formula over such symbols, or unknown.</summary>
/// <remarks>
/// The model's own symbols come from <see cref="Named"/>, whatever characters they contain. Formulas such as <c>2*batch+1</c> come from shape
/// inference and from arithmetic on dimensions; arithmetic with an unknown dimension, and a result that is negative or leaves 64 bits, is unknown.
/// </remarks>
public readonly struct Dimension : IEquatable<Dimension>
{
    // _value is the size when _expression is null; -1 then means unknown. An expression is never a constant.
    private readonly long _value;
    private readonly DimensionExpression? _expression;

    private Dimension(long value, DimensionExpression? expression)
    {
        _value = value;
        _expression = expression;
    }

    /// <summary>Nothing is known.</summary>
    public static Dimension Unknown => new(-1, null);

    /// <summary>A dimension named by the model, such as <c>batch</c>; unknown when the name is empty.</summary>
    public static Dimension Named(string symbol) => symbol.Length == 0 ? Unknown : Of(DimensionExpression.Symbol(symbol));

    /// <summary>A fixed size.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is negative.</exception>
    public static Dimension Fixed(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new(value, null);
    }

    /// <summary>A formula's value as a dimension: fixed when it is a number, unknown when it is null or negative.</summary>
    internal static Dimension Of(DimensionExpression? expression)
    {
        if (expression is null)
        {
            return Unknown;
        }

        return expression.ConstantValue is { } value ? new(value < 0 ? -1 : value, null) : new(-1, expression);
    }

    /// <summary>A fixed size.</summary>
    public static implicit operator Dimension(long value) => Fixed(value);

    /// <summary>
    /// The model's name of the dimension, or the text of its formula, or null when it is fixed or unknown. A name is given as the model
    /// spells it; <see cref="ToString"/> quotes it where a formula needs that.
    /// </summary>
    public string? Symbol => _expression is null ? null : _expression.SymbolName ?? _expression.ToString();

    /// <summary>Whether the dimension is one of the model's symbols, not a formula.</summary>
    public bool IsNamed => _expression?.SymbolName is not null;

    /// <summary>Whether <see cref="Value"/> can be read.</summary>
    public bool IsFixed => _expression is null && _value >= 0;

    /// <summary>Whether neither a number nor a symbol nor a formula is known.</summary>
    public bool IsUnknown => _expression is null && _value < 0;

    /// <summary>The size.</summary>
    /// <exception cref="InvalidOperationException">The dimension is not fixed.</exception>
    public long Value => IsFixed ? _value : throw new InvalidOperationException($"Dimension '{this}' is not fixed.");

    /// <summary>Number, symbol or formula; null when unknown.</summary>
    internal DimensionExpression? Expression => _expression ?? (_value >= 0 ? DimensionExpression.Constant(_value) : null);

    /// <summary>The sum.</summary>
    public static Dimension operator +(Dimension left, Dimension right) => Of(DimensionExpression.Add(left.Expression, right.Expression));

    /// <summary>The difference.</summary>
    public static Dimension operator -(Dimension left, Dimension right) => Of(DimensionExpression.Subtract(left.Expression, right.Expression));

    /// <summary>The product; 0 when one side is 0, even if the other is unknown.</summary>
    public static Dimension operator *(Dimension left, Dimension right) =>
        left is { IsFixed: true, _value: 0 } || right is { IsFixed: true, _value: 0 } ? Fixed(0) : Of(DimensionExpression.Multiply(left.Expression, right.Expression));

    /// <summary>The quotient, rounded down; unknown when the divisor is 0.</summary>
    public static Dimension operator /(Dimension left, Dimension right) => Of(DimensionExpression.FloorDivide(left.Expression, right.Expression));

    /// <summary>The quotient, rounded up; unknown when the divisor is 0.</summary>
    public static Dimension CeilingDivide(Dimension dividend, Dimension divisor) => Of(DimensionExpression.CeilingDivide(dividend.Expression, divisor.Expression));

    /// <summary>The sum.</summary>
    public static Dimension Add(Dimension left, Dimension right) => left + right;

    /// <summary>The difference.</summary>
    public static Dimension Subtract(Dimension left, Dimension right) => left - right;

    /// <summary>The product.</summary>
    public static Dimension Multiply(Dimension left, Dimension right) => left * right;

    /// <summary>The quotient, rounded down.</summary>
    public static Dimension Divide(Dimension left, Dimension right) => left / right;

    /// <summary>Same as the implicit conversion.</summary>
    public static Dimension ToDimension(long value) => Fixed(value);

    /// <summary>Whether both are the same number, provably the same formula, or both unknown.</summary>
    public bool Equals(Dimension other) => _value == other._value && (_expression is null ? other._expression is null : _expression.Equals(other._expression));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dimension other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _expression?.GetHashCode() ?? _value.GetHashCode();

    /// <summary>Whether both are equal in the sense of <see cref="Equals(Dimension)"/>.</summary>
    public static bool operator ==(Dimension left, Dimension right) => left.Equals(right);

    /// <summary>Whether both differ in the sense of <see cref="Equals(Dimension)"/>.</summary>
    public static bool operator !=(Dimension left, Dimension right) => !left.Equals(right);

    /// <summary>A number, a formula in the grammar of manifests (odd names in quotes), or <c>?</c>.</summary>
    public override string ToString() => _expression?.ToString() ?? (_value >= 0 ? _value.ToString(CultureInfo.InvariantCulture) : "?");
}
