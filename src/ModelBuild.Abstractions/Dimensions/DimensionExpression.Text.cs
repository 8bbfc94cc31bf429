using System;
using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelBuild.Dimensions;

internal sealed partial class DimensionExpression
{
    /// <summary>Reads the text form; what is not canonical becomes so.</summary>
    /// <param name="text">At most 4,096 characters.</param>
    /// <param name="expression">The formula.</param>
    /// <returns>False when the text does not follow the grammar or the formula is larger than allowed. <c>?</c> is not a formula.</returns>
    public static bool TryParse(string text, out DimensionExpression? expression)
    {
        expression = null;
        if (text.Length > 4096)
        {
            return false;
        }

        var parser = new Parser(text);
        expression = parser.Expression();
        if (!parser.AtEnd)
        {
            expression = null;
        }

        return expression is not null;
    }

    /// <summary>A symbol's name as formulas spell it: as it is when it is plain, else in single quotes.</summary>
    public static string QuoteSymbol(string name)
    {
        if (IsPlain(name))
        {
            return name;
        }

        var text = new StringBuilder("'", name.Length + 2);
        foreach (char c in name)
        {
            if (c is '\'' or '\\')
            {
                text.Append('\\');
            }

            text.Append(c);
        }

        return text.Append('\'').ToString();
    }

    private static bool IsPlain(string name)
    {
        if (name.Length == 0 || IsDigit(name[0]) || name is "floor" or "max" or "min")
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!IsLetter(c) && !IsDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_';

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static string FormatInteger(long value) => value.ToString(CultureInfo.InvariantCulture);

    private string Write(Notation notation) => Write(_terms, _constant, notation);

    private static string Write(Term[] terms, long constant, Notation notation)
    {
        var text = new StringBuilder();
        foreach (Term term in terms)
        {
            if (text.Length > 0 && term.Coefficient > 0)
            {
                text.Append('+');
            }

            if (term.Coefficient == -1)
            {
                text.Append('-');
            }
            else if (term.Coefficient != 1)
            {
                text.Append(notation.Integer(term.Coefficient)).Append('*');
            }

            for (int i = 0; i < term.Factors.Length; i++)
            {
                text.Append(i == 0 ? "" : "*").Append(term.Factors[i].Write(notation));
            }
        }

        if (constant != 0 || terms.Length == 0)
        {
            text.Append(constant > 0 && terms.Length > 0 ? "+" : "").Append(notation.Integer(constant));
        }

        return text.ToString();
    }

    /// <summary>How the parts of a formula are spelled.</summary>
    private abstract class Notation
    {
        public virtual string Integer(long value) => FormatInteger(value);

        public abstract string Symbol(string name);

        public abstract string Quotient(DimensionExpression dividend, DimensionExpression divisor);

        public abstract string Extremum(bool max, DimensionExpression[] arguments);
    }

    private sealed class TextNotation : Notation
    {
        public static TextNotation Instance { get; } = new();

        public override string Symbol(string name) => QuoteSymbol(name);

        public override string Quotient(DimensionExpression dividend, DimensionExpression divisor) =>
            $"floor({Operand(dividend, dividend._terms.Length == 1 && dividend._constant == 0 && dividend._terms[0].Coefficient > 0)}/{Operand(divisor, divisor.IsConstant || IsAtom(divisor))})";

        public override string Extremum(bool max, DimensionExpression[] arguments) => $"{(max ? "max" : "min")}({string.Join(",", arguments.Select(a => a._text))})";

        private static string Operand(DimensionExpression operand, bool bare) => bare ? operand._text : $"({operand._text})";

        private static bool IsAtom(DimensionExpression e) => e._constant == 0 && e._terms.Length == 1 && e._terms[0] is { Coefficient: 1, Factors.Length: 1 };
    }

    private sealed class CSharpNotation(Func<string, string> symbol, string floorDivide) : Notation
    {
        public override string Integer(long value) => value == long.MinValue ? "long.MinValue" : FormatInteger(value) + "L";

        public override string Symbol(string name) => symbol(name);

        public override string Quotient(DimensionExpression dividend, DimensionExpression divisor) => $"{floorDivide}({dividend.Write(this)}, {divisor.Write(this)})";

        public override string Extremum(bool max, DimensionExpression[] arguments)
        {
            string text = arguments[0].Write(this);
            foreach (DimensionExpression argument in arguments.Skip(1))
            {
                text = $"global::System.Math.{(max ? "Max" : "Min")}({text}, {argument.Write(this)})";
            }

            return text;
        }
    }

    /// <summary>Recursive descent with a bounded depth.</summary>
    private sealed class Parser(string text)
    {
        private const int MaxNesting = 32;
        private int _position;
        private int _nesting;

        public bool AtEnd
        {
            get
            {
                Skip();
                return _position == text.Length;
            }
        }

        public DimensionExpression? Expression()
        {
            if (++_nesting > MaxNesting)
            {
                return null;
            }

            DimensionExpression? sum = SignedTerm();
            while (sum is not null && (Peek() is '+' or '-'))
            {
                bool minus = text[_position++] == '-';
                sum = minus ? Subtract(sum, Term()) : Add(sum, Term());
            }

            _nesting--;
            return sum;
        }

        private DimensionExpression? SignedTerm() => Take('-') ? Subtract(Zero, Term()) : Term();

        private DimensionExpression? Term()
        {
            DimensionExpression? product = Factor();
            while (product is not null && Take('*'))
            {
                product = Multiply(product, Factor());
            }

            return product;
        }

        private DimensionExpression? Factor()
        {
            char next = Peek();
            if (next == '(')
            {
                _position++;
                return Closed(Expression());
            }

            if (next == '\'')
            {
                return Quoted();
            }

            int start = _position;
            while (_position < text.Length && (IsLetter(text[_position]) || IsDigit(text[_position])))
            {
                _position++;
            }

            string word = text.Substring(start, _position - start);
            if (word.Length > 0 && IsDigit(word[0]))
            {
                return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? Constant(number) : null;
            }

            return word switch
            {
                "" => null,
                "floor" => Take('(') ? QuotientTail() : null,
                "max" or "min" => Take('(') ? ExtremumTail(word == "max") : null,
                _ => DimensionExpression.Symbol(word),
            };
        }

        private DimensionExpression? QuotientTail()
        {
            if (++_nesting > MaxNesting)
            {
                return null;
            }

            DimensionExpression? dividend = SignedTerm();
            DimensionExpression? divisor = dividend is not null && Take('/') ? Factor() : null;
            _nesting--;
            return Closed(FloorDivide(dividend, divisor));
        }

        private DimensionExpression? ExtremumTail(bool max)
        {
            DimensionExpression? result = Expression();
            while (result is not null && Take(','))
            {
                result = Extremum(result, Expression(), max);
            }

            return Closed(result);
        }

        private DimensionExpression? Closed(DimensionExpression? inner) => inner is not null && Take(')') ? inner : null;

        private DimensionExpression? Quoted()
        {
            var name = new StringBuilder();
            for (_position++; _position < text.Length; _position++)
            {
                char c = text[_position];
                if (c == '\'')
                {
                    _position++;
                    return DimensionExpression.Symbol(name.ToString());
                }

                if (c == '\\' && ++_position < text.Length)
                {
                    c = text[_position];
                }

                name.Append(c);
            }

            return null;
        }

        private char Peek()
        {
            Skip();
            return _position < text.Length ? text[_position] : '\0';
        }

        private bool Take(char c)
        {
            if (Peek() != c)
            {
                return false;
            }

            _position++;
            return true;
        }

        private void Skip()
        {
            while (_position < text.Length && text[_position] == ' ')
            {
                _position++;
            }
        }
    }
}
