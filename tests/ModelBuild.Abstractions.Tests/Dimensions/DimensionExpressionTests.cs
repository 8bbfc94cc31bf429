using CsCheck;
using ModelBuild.Dimensions;

namespace ModelBuild.Abstractions.Tests;

[TestClass]
public sealed class DimensionExpressionTests
{
    [TestMethod]
    [DataRow("batch", "batch")]
    [DataRow("2 * batch + 1", "2*batch+1")]
    [DataRow("1+batch*2", "2*batch+1")]
    [DataRow("b*a+a*b", "2*a*b")]
    [DataRow("-h+3", "-h+3")]
    [DataRow("(h+1)*(h-1)", "h*h-1")]
    [DataRow("h-h", "0")]
    [DataRow("floor((h-1)/2)+1", "floor((h+1)/2)")]
    [DataRow("floor(4*h/2)", "2*h")]
    [DataRow("floor((4*h+6)/4)", "h+1")]
    [DataRow("floor((2*h+3)/4)", "floor((h+1)/2)")]
    [DataRow("floor((floor((h+1)/2)+1)/2)", "floor((h+3)/4)")]
    [DataRow("floor(a*b/b)", "a")]
    [DataRow("floor((a*c+b*c)/(a+b))", "c")]
    [DataRow("floor(-h/2)", "floor((-h)/2)")]
    [DataRow("floor(a/b)", "floor(a/b)")]
    [DataRow("floor(7/2)", "3")]
    [DataRow("max(h,0)", "h")]
    [DataRow("min(h,h+1)", "h")]
    [DataRow("max(s,min(512,s))", "s")]
    [DataRow("max(b,a)", "max(a,b)")]
    [DataRow("max(a,max(b,a))", "max(a,b)")]
    [DataRow("max(2,1,3)", "3")]
    [DataRow("'batch-size'*2", "2*'batch-size'")]
    [DataRow("'batch'", "batch")]
    [DataRow("'floor'", "'floor'")]
    [DataRow(@"'it\'s'", @"'it\'s'")]
    [DataRow(@"'a\\b'", @"'a\\b'")]
    [DataRow("''", "''")]
    public void Text_becomes_canonical(string text, string canonical)
    {
        Assert.IsTrue(DimensionExpression.TryParse(text, out DimensionExpression? expression), text);
        Assert.AreEqual(canonical, expression!.ToString());
        Assert.IsTrue(DimensionExpression.TryParse(canonical, out DimensionExpression? again));
        Assert.AreEqual(expression, again);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("?")]
    [DataRow("a b")]
    [DataRow("a+")]
    [DataRow("a/2")]
    [DataRow("floor(a+1/2)")]
    [DataRow("floor(a)")]
    [DataRow("floor(a/0)")]
    [DataRow("max()")]
    [DataRow("max(a")]
    [DataRow("'open")]
    [DataRow("1.5")]
    [DataRow("2a")]
    [DataRow("é")]
    [DataRow("99999999999999999999")]
    public void Text_outside_the_grammar_is_refused(string text) => Assert.IsFalse(DimensionExpression.TryParse(text, out _));

    [TestMethod]
    public void Deep_and_long_texts_are_refused()
    {
        Assert.IsFalse(DimensionExpression.TryParse(new string('(', 4000) + "a", out _));
        Assert.IsFalse(DimensionExpression.TryParse(string.Concat(Enumerable.Repeat("floor(", 600)) + "a", out _));
        Assert.IsFalse(DimensionExpression.TryParse("a" + new string(' ', 5000), out _));
    }

    [TestMethod]
    public void Symbols_are_listed_once_in_order()
    {
        Assert.IsTrue(DimensionExpression.TryParse("max(z,floor((a+z)/b))*'x y'", out DimensionExpression? expression));
        CollectionAssert.AreEqual(new[] { "a", "b", "x y", "z" }, expression!.Symbols.ToArray());
        Assert.IsNull(expression.SymbolName);
        Assert.AreEqual("x y", DimensionExpression.Symbol("x y").SymbolName);
    }

    [TestMethod]
    public void A_symbol_may_be_of_any_length_but_not_what_is_computed_with_it()
    {
        string name = new('n', 5000);
        DimensionExpression symbol = DimensionExpression.Symbol(name);
        Assert.AreEqual(name, symbol.SymbolName);
        Assert.IsNull(DimensionExpression.Add(symbol, DimensionExpression.One));
    }

    [TestMethod]
    public void Numbers_beyond_64_bits_are_unknown()
    {
        DimensionExpression big = DimensionExpression.Constant(long.MaxValue);
        DimensionExpression? h = DimensionExpression.Symbol("h");
        Assert.IsNull(DimensionExpression.Add(big, DimensionExpression.One));
        Assert.IsNull(DimensionExpression.Multiply(big, DimensionExpression.Constant(2)));
        Assert.IsNull(DimensionExpression.Multiply(DimensionExpression.Multiply(h, big), big));
        Assert.IsNull(DimensionExpression.FloorDivide(DimensionExpression.Constant(long.MinValue), DimensionExpression.Constant(-1)));
        Assert.IsFalse(DimensionExpression.Multiply(h, h)!.TryEvaluate(_ => long.MaxValue, out _));
    }

    [TestMethod]
    public void Growth_ends_in_unknown()
    {
        DimensionExpression? sum = DimensionExpression.Zero;
        DimensionExpression? nested = DimensionExpression.Symbol("n");
        for (int i = 0; i < 100; i++)
        {
            sum = DimensionExpression.Add(sum, DimensionExpression.Symbol($"s{i}"));
            nested = DimensionExpression.FloorDivide(DimensionExpression.Symbol("m"), nested);
        }

        Assert.IsNull(sum);
        Assert.IsNull(nested);
    }

    [TestMethod]
    [DataRow("2*batch+1", "2L*batch+1L")]
    [DataRow("floor((h+1)/2)*w", "Divide(h+1L, 2L)*w")]
    [DataRow("max(a,b,c)-1", "global::System.Math.Max(global::System.Math.Max(a, b), c)-1L")]
    [DataRow("-min(a,7)", "-global::System.Math.Min(7L, a)")]
    public void CSharp_form(string text, string code)
    {
        Assert.IsTrue(DimensionExpression.TryParse(text, out DimensionExpression? expression));
        Assert.AreEqual(code, expression!.ToCSharp(s => s, "Divide"));
    }

    [TestMethod]
    public void Substitution_simplifies()
    {
        Assert.IsTrue(DimensionExpression.TryParse("floor((h+1)/2)*max(w,3)", out DimensionExpression? expression));
        DimensionExpression? result = expression!.Substitute(s => s == "h" ? DimensionExpression.Constant(223) : null);
        Assert.AreEqual("112*max(3,w)", result?.ToString());
    }

    [TestMethod]
    [DataRow("n", 0L)]
    [DataRow("2*n+3", 3L)]
    [DataRow("n*floor(m/2)+1", 1L)]
    [DataRow("max(n-5,0)+2", 2L)]
    [DataRow("n-1", -1L)]
    [DataRow("floor((n-1)/2)", -1L)]
    [DataRow("n-m", null)]
    [DataRow("n*floor((1-m)/2)", null)]
    public void Lower_bound_needs_evidence(string text, long? bound)
    {
        Assert.IsTrue(DimensionExpression.TryParse(text, out DimensionExpression? expression));
        Assert.AreEqual(bound, expression!.LowerBound);
    }

    /// <summary>A formula and how to compute it without one.</summary>
    private sealed record Pair(DimensionExpression? Formula, Func<long[], long?> Value);

    private static readonly string[] s_symbols = ["a", "b", "c d"];

    private static Gen<Pair> Formulas(int depth)
    {
        Gen<Pair> constant = Gen.Long[-9, 9].Select(n => new Pair(DimensionExpression.Constant(n), _ => n));
        Gen<Pair> symbol = Gen.Int[0, 2].Select(i => new Pair(DimensionExpression.Symbol(s_symbols[i]), v => v[i]));
        if (depth == 0)
        {
            return Gen.OneOf(constant, symbol);
        }

        Gen<Pair> inner = Formulas(depth - 1);
        return Gen.OneOf(
            symbol,
            Combine(inner, DimensionExpression.Add, (x, y) => x + y),
            Combine(inner, DimensionExpression.Subtract, (x, y) => x - y),
            Combine(inner, DimensionExpression.Multiply, (x, y) => x * y),
            Combine(inner, DimensionExpression.Max, (x, y) => Math.Max(x, y)),
            Combine(inner, DimensionExpression.Min, (x, y) => Math.Min(x, y)),
            Combine(inner, DimensionExpression.FloorDivide, (x, y) => y == 0 ? null : (long)Math.Floor((decimal)x / y)),
            Combine(inner, DimensionExpression.Modulo, (x, y) => y == 0 ? null : x - (y * (long)Math.Floor((decimal)x / y))));
    }

    private static Gen<Pair> Combine(Gen<Pair> inner, Func<DimensionExpression?, DimensionExpression?, DimensionExpression?> formula, Func<long, long, long?> value) =>
        Gen.Select(inner, inner, (x, y) => new Pair(formula(x.Formula, y.Formula), v => x.Value(v) is { } p && y.Value(v) is { } q ? value(p, q) : null));

    [TestMethod]
    public void Canonical_form_keeps_the_value() =>
        Gen.Select(Formulas(4), Gen.Long[0, 40].Array[3]).Sample((pair, values) =>
        {
            if (pair.Formula is null || pair.Value(values) is not { } expected)
            {
                return true;
            }

            string text = pair.Formula.ToString();
            return DimensionExpression.TryParse(text, out DimensionExpression? parsed) && parsed!.Equals(pair.Formula)
                && (!pair.Formula.TryEvaluate(s => values[Array.IndexOf(s_symbols, s)], out long actual) || actual == expected)
                && (pair.Formula.LowerBound is not { } bound || bound <= expected);
        }, iter: 5_000);
}
