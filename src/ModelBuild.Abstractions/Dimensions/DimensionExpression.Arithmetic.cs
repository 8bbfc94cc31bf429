using System;
using System.Collections.Generic;
using System.Linq;

namespace ModelBuild.Dimensions;

internal sealed partial class DimensionExpression
{
    /// <summary>The sum.</summary>
    public static DimensionExpression? Add(DimensionExpression? left, DimensionExpression? right) => Combine(left, right, 1);

    /// <summary>The difference.</summary>
    public static DimensionExpression? Subtract(DimensionExpression? left, DimensionExpression? right) => Combine(left, right, -1);

    /// <summary>The product.</summary>
    public static DimensionExpression? Multiply(DimensionExpression? left, DimensionExpression? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (left.IsConstant && left._constant == 1)
        {
            return right;
        }

        if (right.IsConstant && right._constant == 1)
        {
            return left;
        }

        try
        {
            var terms = new List<Term>();
            long constant = checked(left._constant * right._constant);
            Scale(left, right._constant);
            Scale(right, left._constant);
            if (left._terms.Length * right._terms.Length > MaxTerms * MaxTerms)
            {
                return null;
            }

            foreach (Term a in left._terms)
            {
                foreach (Term b in right._terms)
                {
                    terms.Add(new Term(checked(a.Coefficient * b.Coefficient), [.. a.Factors.Concat(b.Factors).OrderBy(f => f.Text, StringComparer.Ordinal)]));
                }
            }

            return Create(terms, constant);

            void Scale(DimensionExpression source, long factor)
            {
                foreach (Term term in factor == 0 ? s_noTerms : source._terms)
                {
                    terms.Add(new Term(checked(term.Coefficient * factor), term.Factors));
                }
            }
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The largest integer not above the exact quotient; null when the divisor is zero.</summary>
    public static DimensionExpression? FloorDivide(DimensionExpression? dividend, DimensionExpression? divisor)
    {
        if (dividend is null || divisor is null || divisor.Equals(Zero))
        {
            return null;
        }

        if (dividend.Equals(Zero))
        {
            return dividend;
        }

        if (dividend.Equals(divisor))
        {
            return One;
        }

        try
        {
            if (divisor.ConstantValue is { } number)
            {
                return number switch
                {
                    1 => dividend,
                    long.MinValue => null,
                    < 0 => FloorDivide(Subtract(Zero, dividend), Constant(-number)),
                    _ => DivideByConstant(dividend, number),
                };
            }

            return DivideExactly(dividend, divisor) ?? Of(new QuotientAtom(dividend, divisor));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The smallest integer not below the exact quotient, for a positive divisor; null when the divisor is zero or negative.</summary>
    public static DimensionExpression? CeilingDivide(DimensionExpression? dividend, DimensionExpression? divisor)
    {
        if (dividend is null || divisor is null || divisor.ConstantValue <= 0)
        {
            return null;
        }

        if (!divisor.IsConstant && FloorDivide(dividend, divisor) is { } quotient && Multiply(quotient, divisor) is { } product && product.Equals(dividend))
        {
            return quotient;
        }

        return FloorDivide(Add(dividend, Subtract(divisor, One)), divisor);
    }

    /// <summary>The remainder of <see cref="FloorDivide"/>, which has the divisor's sign.</summary>
    public static DimensionExpression? Modulo(DimensionExpression? dividend, DimensionExpression? divisor) =>
        Subtract(dividend, Multiply(divisor, FloorDivide(dividend, divisor)));

    /// <summary>The greater one.</summary>
    public static DimensionExpression? Max(DimensionExpression? left, DimensionExpression? right) => Extremum(left, right, max: true);

    /// <summary>The lesser one.</summary>
    public static DimensionExpression? Min(DimensionExpression? left, DimensionExpression? right) => Extremum(left, right, max: false);

    private static DimensionExpression? Combine(DimensionExpression? left, DimensionExpression? right, int sign)
    {
        if (left is null || right is null)
        {
            return null;
        }

        try
        {
            long constant = checked(left._constant + (sign * right._constant));
            if (right.IsConstant)
            {
                return left.IsConstant ? Constant(constant) : Create([.. left._terms], constant);
            }

            var terms = new List<Term>(left._terms);
            foreach (Term term in right._terms)
            {
                terms.Add(new Term(checked(sign * term.Coefficient), term.Factors));
            }

            return Create(terms, constant);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static DimensionExpression? DivideByConstant(DimensionExpression dividend, long divisor)
    {
        if (dividend.IsConstant)
        {
            return Constant(Floor(dividend._constant, divisor));
        }

        // Terms that divide exactly, and the whole part of the constant, stand outside of the quotient.
        var outside = new List<Term>();
        var inside = new List<Term>();
        long common = divisor;
        foreach (Term term in dividend._terms)
        {
            if (term.Coefficient % divisor == 0)
            {
                outside.Add(new Term(term.Coefficient / divisor, term.Factors));
            }
            else
            {
                inside.Add(term);
                common = Gcd(common, term.Coefficient);
            }
        }

        long whole = Floor(dividend._constant, divisor);
        DimensionExpression? quotient = Zero;
        if (inside.Count > 0)
        {
            // floor((g*a + c) / (g*d)) = floor((a + floor(c/g)) / d)
            long rest = checked(dividend._constant - (whole * divisor));
            DimensionExpression? numerator = Create([.. inside.Select(t => new Term(t.Coefficient / common, t.Factors))], Floor(rest, common));
            quotient = numerator is null ? null : Quotient(numerator, divisor / common);
        }

        return Add(Create(outside, whole), quotient);
    }

    private static DimensionExpression? Quotient(DimensionExpression numerator, long divisor)
    {
        // floor((floor(a/m) + b) / n) = floor((a + b*m) / (m*n)) for integers b and positive m, n
        for (int i = 0; i < numerator._terms.Length; i++)
        {
            if (numerator._terms[i] is { Coefficient: 1, Factors: { Length: 1 } factors } && factors[0] is QuotientAtom { Divisor.ConstantValue: > 0 and long m } inner)
            {
                List<Term> others = [.. numerator._terms];
                others.RemoveAt(i);
                DimensionExpression? rest = Create(others, numerator._constant);
                return FloorDivide(Add(inner.Dividend, Multiply(rest, Constant(m))), Constant(checked(m * divisor)));
            }
        }

        return Of(new QuotientAtom(numerator, Constant(divisor)));
    }

    /// <summary>The quotient when the divisor is one term that divides every term, else null.</summary>
    private static DimensionExpression? DivideExactly(DimensionExpression dividend, DimensionExpression divisor)
    {
        if (divisor._terms.Length != 1 || divisor._constant != 0 || dividend._constant != 0)
        {
            return DivideBySum(dividend, divisor);
        }

        Term by = divisor._terms[0];
        var terms = new List<Term>();
        long constant = 0;
        foreach (Term term in dividend._terms)
        {
            if (term.Coefficient % by.Coefficient != 0 || Without(term.Factors, by.Factors) is not { } factors)
            {
                return null;
            }

            if (factors.Length == 0)
            {
                constant = term.Coefficient / by.Coefficient;
            }
            else
            {
                terms.Add(new Term(term.Coefficient / by.Coefficient, factors));
            }
        }

        return Create(terms, constant);
    }

    /// <summary>The quotient when the dividend is the divisor times one term, else null.</summary>
    private static DimensionExpression? DivideBySum(DimensionExpression dividend, DimensionExpression divisor)
    {
        if (dividend._terms.Length == 0 || divisor._terms.Length == 0 || dividend._terms[0].Coefficient % divisor._terms[0].Coefficient != 0)
        {
            return null;
        }

        // The only candidate is the quotient of the leading terms; multiplying back decides.
        if (Without(dividend._terms[0].Factors, divisor._terms[0].Factors) is not { } factors)
        {
            return null;
        }

        long coefficient = dividend._terms[0].Coefficient / divisor._terms[0].Coefficient;
        DimensionExpression? candidate = factors.Length == 0 ? Constant(coefficient) : Create([new Term(coefficient, factors)], 0);
        return Multiply(candidate, divisor) is { } product && product.Equals(dividend) ? candidate : null;
    }

    private static Atom[]? Without(Atom[] factors, Atom[] removed)
    {
        var rest = new List<Atom>(factors);
        foreach (Atom atom in removed)
        {
            int index = rest.FindIndex(f => f.Text == atom.Text);
            if (index < 0)
            {
                return null;
            }

            rest.RemoveAt(index);
        }

        return [.. rest];
    }

    private static DimensionExpression? Extremum(DimensionExpression? left, DimensionExpression? right, bool max)
    {
        if (left is null || right is null)
        {
            return null;
        }

        var arguments = new List<DimensionExpression>();
        foreach (DimensionExpression argument in Arguments(left, max).Concat(Arguments(right, max)))
        {
            // One that is never the greater (lesser) one is left out.
            if (arguments.Exists(other => max ? IsNotAbove(argument, other) : IsNotAbove(other, argument)))
            {
                continue;
            }

            arguments.RemoveAll(other => max ? IsNotAbove(other, argument) : IsNotAbove(argument, other));
            arguments.Add(argument);
        }

        if (arguments.Count == 1)
        {
            return arguments[0];
        }

        arguments.Sort((a, b) => string.CompareOrdinal(a._text, b._text));
        return arguments.Count > MaxTerms ? null : Of(new ExtremumAtom(max, [.. arguments]));
    }

    private static DimensionExpression[] Arguments(DimensionExpression expression, bool max) =>
        expression.SingleExtremum is { } inner && inner.IsMax == max ? inner.Arguments : [expression];

    private ExtremumAtom? SingleExtremum =>
        _constant == 0 && _terms.Length == 1 && _terms[0] is { Coefficient: 1, Factors: { Length: 1 } factors } ? factors[0] as ExtremumAtom : null;

    /// <summary>Whether <paramref name="a"/> is evidently never greater than <paramref name="b"/>.</summary>
    private static bool IsNotAbove(DimensionExpression a, DimensionExpression b)
    {
        // Each step enters one nested extremum, so that the depth of the formulas bounds the recursion.
        if (a.SingleExtremum is { } left)
        {
            return left.IsMax ? Array.TrueForAll(left.Arguments, x => IsNotAbove(x, b)) : Array.Exists(left.Arguments, x => IsNotAbove(x, b)) || IsDifferenceNotNegative(b, a);
        }

        if (b.SingleExtremum is { } right)
        {
            return right.IsMax ? Array.Exists(right.Arguments, x => IsNotAbove(a, x)) || IsDifferenceNotNegative(b, a) : Array.TrueForAll(right.Arguments, x => IsNotAbove(a, x));
        }

        return IsDifferenceNotNegative(b, a);
    }

    private static bool IsDifferenceNotNegative(DimensionExpression greater, DimensionExpression lesser)
    {
        if (Subtract(greater, lesser) is { LowerBound: >= 0 })
        {
            return true;
        }

        // floor(a/m) is at least floor(b/m) when a is at least b.
        return (greater.QuotientDivisor ?? lesser.QuotientDivisor) is { } divisor
            && greater.DividendFor(divisor) is { } a && lesser.DividendFor(divisor) is { } b && Subtract(a, b) is { LowerBound: >= 0 };
    }

    private long? QuotientDivisor => Array.Find(_terms, t => t is { Coefficient: 1, Factors: [QuotientAtom { Divisor.ConstantValue: > 0 }] }) is { Factors: [QuotientAtom quotient] }
        ? quotient.Divisor.ConstantValue : null;

    /// <summary>The dividend that gives this formula when divided by <paramref name="divisor"/> and rounded down, or null.</summary>
    private DimensionExpression? DividendFor(long divisor)
    {
        int index = Array.FindIndex(_terms, t => t is { Coefficient: 1, Factors: [QuotientAtom quotient] } && quotient.Divisor.ConstantValue == divisor);
        if (index < 0)
        {
            return Multiply(this, Constant(divisor));
        }

        List<Term> others = [.. _terms];
        others.RemoveAt(index);
        return Add(((QuotientAtom)_terms[index].Factors[0]).Dividend, Multiply(Create(others, _constant), Constant(divisor)));
    }

    private static long Floor(long dividend, long divisor)
    {
        long quotient = dividend / divisor;
        return dividend % divisor != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient;
    }

    private static long Gcd(long a, long b)
    {
        a = Math.Abs(a);
        b = b == long.MinValue ? 1 : Math.Abs(b);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    private static DimensionExpression? Of(Atom atom) => Create([new Term(1, [atom])], 0);

    /// <summary>Merges and sorts terms; null when the result is larger than allowed.</summary>
    private static DimensionExpression? Create(List<Term> terms, long constant)
    {
        if (terms.Count == 0)
        {
            return Constant(constant);
        }

        if (terms.Count > 1)
        {
            terms.Sort(Term.Compare);
            int kept = 0;
            for (int i = 1; i < terms.Count; i++)
            {
                if (Term.Compare(terms[kept], terms[i]) == 0)
                {
                    terms[kept] = new Term(checked(terms[kept].Coefficient + terms[i].Coefficient), terms[kept].Factors);
                }
                else
                {
                    terms[++kept] = terms[i];
                }
            }

            terms.RemoveRange(kept + 1, terms.Count - kept - 1);
        }

        terms.RemoveAll(t => t.Coefficient == 0);
        if (terms.Count == 0)
        {
            return Constant(constant);
        }

        int depth = terms.Max(t => t.Factors.Max(f => f.Depth));
        if (terms.Count > MaxTerms || depth > MaxDepth || terms.Exists(t => t.Factors.Length > MaxTerms))
        {
            return null;
        }

        Term[] sorted = [.. terms];
        string text = Write(sorted, constant, TextNotation.Instance);
        return text.Length > MaxLength ? null : new DimensionExpression(sorted, constant, text, depth);
    }
}
