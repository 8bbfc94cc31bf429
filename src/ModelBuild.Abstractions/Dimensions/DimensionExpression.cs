using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelBuild.Dimensions;

/// <summary>
/// A tensor dimension as an integer formula over the symbols of a model's inputs. Immutable and always in canonical form: two
/// formulas that the rules below can prove equal have the same text, and equality is equality of texts.
/// </summary>
/// <remarks>
/// <para>Text form, as it stands in <c>.mbsig</c> files. There are no spaces in what is written; a reader allows them.</para>
/// <code>
/// expression = [ "-" ] term { ( "+" | "-" ) term }
/// term       = factor { "*" factor }
/// factor     = integer | symbol | "(" expression ")" | quotient | extremum
/// quotient   = "floor" "(" [ "-" ] term "/" factor ")"
/// extremum   = ( "max" | "min" ) "(" expression { "," expression } ")"
/// integer    = digit { digit }                                 fits a signed 64-bit integer
/// symbol     = plain | "'" { any character except ' and \ | "\'" | "\\" } "'"
/// plain      = ( letter | "_" ) { letter | digit | "_" }       ASCII letters; not floor, max or min
/// </code>
/// <para>A symbol stands for the size of one dimension and is never negative. <c>floor(a/b)</c> is the largest integer not above the
/// exact quotient, so it differs from C#'s <c>/</c> when the quotient is negative; a division that rounds up is written with it too.
/// A symbol whose name is not <c>plain</c> is written in single quotes, such as <c>'batch-size'</c>.</para>
/// <para>Canonical form: a sum of products of symbols, quotients and extrema with integer coefficients, like terms merged, higher
/// degrees first, the constant last. A quotient by a constant has no common factor left, its terms that divide exactly and the whole
/// part of its constant stand outside, and a quotient of a quotient is one quotient: <c>floor((h-1)/2)+1</c> becomes <c>floor((h+1)/2)</c>.</para>
/// <para>Every operation returns null when an operand is null (unknown), when a number leaves 64 bits, or when the result would exceed
/// <see cref="MaxTerms"/>, <see cref="MaxDepth"/> or <see cref="MaxLength"/>: formulas stay small whatever a model contains.</para>
/// </remarks>
internal sealed partial class DimensionExpression : IEquatable<DimensionExpression>
{
    /// <summary>Most terms of a sum, and most factors of a term.</summary>
    public const int MaxTerms = 16;

    /// <summary>Deepest nesting of quotients and extrema.</summary>
    public const int MaxDepth = 6;

    /// <summary>Most characters of the text form.</summary>
    public const int MaxLength = 240;

    private static readonly DimensionExpression?[] s_small = new DimensionExpression?[260];
    private static readonly Term[] s_noTerms = [];

    // Sorted, without zero coefficients, like factors merged; the constant stands apart.
    private readonly Term[] _terms;
    private readonly long _constant;
    private readonly string _text;

    private DimensionExpression(Term[] terms, long constant, string text, int depth)
    {
        _terms = terms;
        _constant = constant;
        _text = text;
        Depth = depth;
    }

    private int Depth { get; }

    /// <summary>Zero.</summary>
    public static DimensionExpression Zero => Constant(0);

    /// <summary>One.</summary>
    public static DimensionExpression One => Constant(1);

    /// <summary>A number, which may be negative.</summary>
    public static DimensionExpression Constant(long value)
    {
        if (value < -2 || value >= s_small.Length - 2)
        {
            return new(s_noTerms, value, FormatInteger(value), 0);
        }

        // A race makes two equal objects, which is harmless.
        return s_small[value + 2] ??= new(s_noTerms, value, FormatInteger(value), 0);
    }

    /// <summary>The symbol of that name, of any length: the limits hold for what is computed with it.</summary>
    public static DimensionExpression Symbol(string name)
    {
        var atom = new SymbolAtom(name);
        return new([new Term(1, [atom])], 0, atom.Text, 0);
    }

    /// <summary>Whether this is a number.</summary>
    public bool IsConstant => _terms.Length == 0;

    /// <summary>The number, or null when this is a formula.</summary>
    public long? ConstantValue => IsConstant ? _constant : null;

    /// <summary>The name when this is one symbol and nothing else, or null.</summary>
    public string? SymbolName =>
        _constant == 0 && _terms.Length == 1 && _terms[0] is { Coefficient: 1, Factors: { Length: 1 } factors } && factors[0] is SymbolAtom symbol ? symbol.Name : null;

    /// <summary>Names of all symbols, in ordinal order, each once.</summary>
    public IReadOnlyList<string> Symbols
    {
        get
        {
            if (IsConstant)
            {
                return [];
            }

            var names = new SortedSet<string>(StringComparer.Ordinal);
            CollectSymbols(names);
            return [.. names];
        }
    }

    private void CollectSymbols(ISet<string> names)
    {
        foreach (Term term in _terms)
        {
            foreach (Atom atom in term.Factors)
            {
                atom.CollectSymbols(names);
            }
        }
    }

    /// <summary>A number that this is never below, given that no symbol is negative; null when none is evident.</summary>
    public long? LowerBound
    {
        get
        {
            foreach (Term term in _terms)
            {
                if (term.Coefficient < 0 || !Array.TrueForAll(term.Factors, f => f.IsNonNegative))
                {
                    return null;
                }
            }

            return _constant;
        }
    }

    /// <summary>The value for given symbols.</summary>
    /// <param name="symbol">Value of a symbol, or null when it has none.</param>
    /// <param name="value">The result.</param>
    /// <returns>False when a symbol has no value, a divisor is zero or a number leaves 64 bits.</returns>
    public bool TryEvaluate(Func<string, long?> symbol, out long value)
    {
        try
        {
            long? result = Evaluate(symbol);
            value = result.GetValueOrDefault();
            return result.HasValue;
        }
        catch (OverflowException)
        {
            value = 0;
            return false;
        }
    }

    private long? Evaluate(Func<string, long?> symbol)
    {
        long sum = _constant;
        foreach (Term term in _terms)
        {
            long product = term.Coefficient;
            foreach (Atom atom in term.Factors)
            {
                if (atom.Evaluate(symbol) is not { } value)
                {
                    return null;
                }

                product = checked(product * value);
            }

            sum = checked(sum + product);
        }

        return sum;
    }

    /// <summary>This formula with symbols replaced.</summary>
    /// <param name="symbol">What to put for a symbol, or null to keep it.</param>
    public DimensionExpression? Substitute(Func<string, DimensionExpression?> symbol)
    {
        DimensionExpression? sum = Constant(_constant);
        foreach (Term term in _terms)
        {
            DimensionExpression? product = Constant(term.Coefficient);
            foreach (Atom atom in term.Factors)
            {
                product = Multiply(product, atom.Substitute(symbol));
            }

            sum = Add(sum, product);
        }

        return sum;
    }

    /// <summary>
    /// The formula as a C# expression of type <c>long</c>. Operators are plain <c>+ - *</c>, so that the caller chooses <c>checked</c>.
    /// </summary>
    /// <param name="symbol">C# expression of a symbol, an identifier or something in parentheses, of type <c>long</c>.</param>
    /// <param name="floorDivide">A method <c>long F(long dividend, long divisor)</c> that rounds down, called by this name.</param>
    public string ToCSharp(Func<string, string> symbol, string floorDivide) => Write(new CSharpNotation(symbol, floorDivide));

    /// <inheritdoc/>
    public bool Equals(DimensionExpression? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DimensionExpression);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <summary>The text form.</summary>
    public override string ToString() => _text;
}
