using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelBuild.Dimensions;

internal sealed partial class DimensionExpression
{
    /// <summary>A coefficient times factors, which are sorted by text; a power repeats its factor.</summary>
    private readonly struct Term(long coefficient, Atom[] factors)
    {
        public long Coefficient { get; } = coefficient;

        public Atom[] Factors { get; } = factors;

        /// <summary>Higher degree first, then by the factors' texts; 0 for like terms.</summary>
        public static int Compare(Term a, Term b)
        {
            int order = b.Factors.Length.CompareTo(a.Factors.Length);
            for (int i = 0; order == 0 && i < a.Factors.Length; i++)
            {
                order = string.CompareOrdinal(a.Factors[i].Text, b.Factors[i].Text);
            }

            return order;
        }
    }

    /// <summary>What is not a sum or a product.</summary>
    private abstract class Atom
    {
        /// <summary>Canonical text, which identifies the atom.</summary>
        public string Text { get; protected init; } = "";

        public int Depth { get; protected init; }

        public abstract bool IsNonNegative { get; }

        public abstract void CollectSymbols(ISet<string> names);

        public abstract long? Evaluate(Func<string, long?> symbol);

        public abstract DimensionExpression? Substitute(Func<string, DimensionExpression?> symbol);

        public abstract string Write(Notation notation);
    }

    private sealed class SymbolAtom : Atom
    {
        public SymbolAtom(string name)
        {
            Name = name;
            Text = QuoteSymbol(name);
        }

        public string Name { get; }

        public override bool IsNonNegative => true;

        public override void CollectSymbols(ISet<string> names) => names.Add(Name);

        public override long? Evaluate(Func<string, long?> symbol) => symbol(Name);

        public override DimensionExpression? Substitute(Func<string, DimensionExpression?> symbol) => symbol(Name) ?? Symbol(Name);

        public override string Write(Notation notation) => notation.Symbol(Name);
    }

    private sealed class QuotientAtom : Atom
    {
        public QuotientAtom(DimensionExpression dividend, DimensionExpression divisor)
        {
            Dividend = dividend;
            Divisor = divisor;
            Depth = Math.Max(dividend.Depth, divisor.Depth) + 1;
            Text = TextNotation.Instance.Quotient(dividend, divisor);
        }

        public DimensionExpression Dividend { get; }

        public DimensionExpression Divisor { get; }

        public override bool IsNonNegative => Dividend.LowerBound >= 0 && Divisor.LowerBound >= 0;

        public override void CollectSymbols(ISet<string> names)
        {
            Dividend.CollectSymbols(names);
            Divisor.CollectSymbols(names);
        }

        public override long? Evaluate(Func<string, long?> symbol) =>
            Dividend.Evaluate(symbol) is { } dividend && Divisor.Evaluate(symbol) is { } divisor && divisor != 0 ? Floor(dividend, divisor) : null;

        public override DimensionExpression? Substitute(Func<string, DimensionExpression?> symbol) => FloorDivide(Dividend.Substitute(symbol), Divisor.Substitute(symbol));

        public override string Write(Notation notation) => notation.Quotient(Dividend, Divisor);
    }

    private sealed class ExtremumAtom : Atom
    {
        public ExtremumAtom(bool max, DimensionExpression[] arguments)
        {
            IsMax = max;
            Arguments = arguments;
            Depth = arguments.Max(a => a.Depth) + 1;
            Text = TextNotation.Instance.Extremum(max, arguments);
        }

        public bool IsMax { get; }

        public DimensionExpression[] Arguments { get; }

        public override bool IsNonNegative => IsMax ? Array.Exists(Arguments, a => a.LowerBound >= 0) : Array.TrueForAll(Arguments, a => a.LowerBound >= 0);

        public override void CollectSymbols(ISet<string> names)
        {
            foreach (DimensionExpression argument in Arguments)
            {
                argument.CollectSymbols(names);
            }
        }

        public override long? Evaluate(Func<string, long?> symbol)
        {
            long? best = null;
            foreach (DimensionExpression argument in Arguments)
            {
                if (argument.Evaluate(symbol) is not { } value)
                {
                    return null;
                }

                best = best is { } other && (IsMax ? other >= value : other <= value) ? other : value;
            }

            return best;
        }

        public override DimensionExpression? Substitute(Func<string, DimensionExpression?> symbol)
        {
            DimensionExpression? result = Arguments[0].Substitute(symbol);
            foreach (DimensionExpression argument in Arguments.Skip(1))
            {
                result = Extremum(result, argument.Substitute(symbol), IsMax);
            }

            return result;
        }

        public override string Write(Notation notation) => notation.Extremum(IsMax, Arguments);
    }
}
