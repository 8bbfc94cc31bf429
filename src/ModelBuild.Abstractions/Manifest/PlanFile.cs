using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelBuild.Manifest;

/// <summary>
/// Text form of a <see cref="Plan"/>, <c>&lt;Class&gt;.mbplan</c>: a line per fact or statement, fields separated by tabs and escaped as in
/// <see cref="SignatureFile"/>. Written next to every signature, so that every kind of build lists the same files.
/// </summary>
internal static class PlanFile
{
    /// <summary>The whole content when the model runs on another backend than the compiled one, or is not compiled yet.</summary>
    public const string Empty = "modelbuild-plan\t1\n";

    private const string Header = "modelbuild-plan\t1";

    /// <summary>Writes the text form; the same plan gives the same text.</summary>
    public static string Write(Plan plan)
    {
        var text = new StringBuilder(Header).Append('\n');
        Line("arena", Integer(plan.ArenaBytes), Integer(plan.WeightsBytes), plan.WeightsHash);
        foreach (PlanSymbol s in plan.Symbols)
        {
            Line("symbol", s.Name, Integer(s.Input), Integer(s.Dimension));
        }

        foreach (string size in plan.Sizes)
        {
            Line("size", size);
        }

        foreach (PlanValueInfo v in plan.Values)
        {
            Line("value", [v.Name, v.Kind.ToString(), Integer(v.ElementType), v.Home.ToString(), Integer(v.Place), Integer(v.First), Integer(v.Last),
                v.HasShape ? "ranked" : "unranked", .. v.Shape.Select(Number)]);
        }

        Line("inputs", [.. plan.Inputs.Select(i => Integer(i))]);
        Line("defaults", [.. plan.Defaults.Select(i => Integer(i))]);
        Line("outputs", [.. plan.Outputs.Select(i => Integer(i))]);
        Block(plan.Body);
        return text.ToString();

        void Block(EquatableArray<PlanStatement> statements)
        {
            foreach (PlanStatement statement in statements)
            {
                switch (statement)
                {
                    case PlanCall c:
                        Line("call", [c.Kernel, c.UsesContext ? "context" : "", c.Layer, .. c.Arguments.Select(Argument)]);
                        break;
                    case PlanIf i:
                        Line("if", Integer(i.Condition), i.Layer);
                        Block(i.Then);
                        Line("else");
                        Block(i.Else);
                        Line("end");
                        break;
                    case PlanLoop l:
                        Line("loop", Integer(l.TripCount), Integer(l.Condition), Integer(l.Iteration), l.Layer);
                        Block(l.Body);
                        Line("end");
                        break;
                    default:
                        throw new InvalidOperationException(statement.GetType().Name);
                }
            }
        }

        void Line(string fact, params string[] fields)
        {
            text.Append(fact);
            foreach (string field in fields)
            {
                text.Append('\t').Append(SignatureFile.Escape(field));
            }

            text.Append('\n');
        }
    }

    /// <summary>Reads the text form.</summary>
    /// <returns>The plan, or null when the text is that of an empty one.</returns>
    /// <exception cref="FormatException">The text is not a plan.</exception>
    public static Plan? Read(string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0].TrimEnd('\r') != Header)
        {
            throw new FormatException($"The first line is not '{Header.Replace('\t', ' ')}'.");
        }

        var reader = new Reader([.. lines.Skip(1).Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0)]);
        return reader.Plan();
    }

    // name kind type flags numbers|texts, separated by the unit separator, because a field may hold any text.
    private static string Argument(PlanArgument a) => string.Join("\u001f", [
        a.Name, a.Kind.ToString(), a.Type, a.IsOutput ? "out" : "", string.Join(",", a.Numbers.Select(Number)), .. a.Texts.Select(EscapeText)]);

    private static string EscapeText(string text) => text.Replace("\u001e", "\u001ee").Replace("\u001f", "\u001es");

    private static string Number(PlanNumber number) => (number.IsSize ? "$" : "") + Integer(number.Value);

    private static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class Reader(string[] lines)
    {
        private int _next;

        public Plan? Plan()
        {
            if (lines.Length == 0)
            {
                return null;
            }

            var symbols = new List<PlanSymbol>();
            var sizes = new List<string>();
            var values = new List<PlanValueInfo>();
            EquatableArray<int> inputs = default, defaults = default, outputs = default;
            long arena = 0, weights = 0;
            string hash = "";
            for (; _next < lines.Length; _next++)
            {
                string[] f = Fields(_next);
                switch (f[0])
                {
                    case "arena":
                        arena = Long(f[1]);
                        weights = Long(f[2]);
                        hash = f.Length > 3 ? f[3] : "";
                        continue;
                    case "symbol":
                        symbols.Add(new(f[1], Int(f[2]), Int(f[3])));
                        continue;
                    case "size":
                        sizes.Add(f[1]);
                        continue;
                    case "value":
                        values.Add(new(f[1], Parse<PlanValueKind>(f[2]), Int(f[3]), f[8] == "ranked", new(f.Skip(9).Select(NumberOf)), Parse<PlanHome>(f[4]), Long(f[5]), Int(f[6]), Int(f[7])));
                        continue;
                    case "inputs":
                        inputs = new(f.Skip(1).Select(Int));
                        continue;
                    case "defaults":
                        defaults = new(f.Skip(1).Select(Int));
                        continue;
                    case "outputs":
                        outputs = new(f.Skip(1).Select(Int));
                        continue;
                }

                break;
            }

            EquatableArray<PlanStatement> body = Block();
            if (_next != lines.Length)
            {
                throw new FormatException($"Line {_next + 2} of the plan closes a block that is not open.");
            }

            return new Plan
            {
                Symbols = new(symbols),
                Sizes = new(sizes),
                Values = new(values),
                Inputs = inputs,
                Defaults = defaults,
                Outputs = outputs,
                ArenaBytes = arena,
                WeightsBytes = weights,
                WeightsHash = hash,
                Body = body,
            };
        }

        // The tool bounds the nesting of what it writes.
        private EquatableArray<PlanStatement> Block()
        {
            var statements = new List<PlanStatement>();
            for (; _next < lines.Length; _next++)
            {
                string[] f = Fields(_next);
                switch (f[0])
                {
                    case "call":
                        statements.Add(new PlanCall(f[3], f[1], f[2].Length > 0, new(f.Skip(4).Select(ArgumentOf))));
                        break;
                    case "if":
                        _next++;
                        EquatableArray<PlanStatement> then = Block();
                        Expect("else");
                        EquatableArray<PlanStatement> otherwise = Block();
                        Expect("end");
                        _next--;
                        statements.Add(new PlanIf(f[2], Int(f[1]), then, otherwise));
                        break;
                    case "loop":
                        _next++;
                        EquatableArray<PlanStatement> body = Block();
                        Expect("end");
                        _next--;
                        statements.Add(new PlanLoop(f[4], Int(f[1]), Int(f[2]), Int(f[3]), body));
                        break;
                    case "else" or "end":
                        return new(statements);
                    default:
                        throw new FormatException($"Line {_next + 2} of the plan starts with '{f[0]}'.");
                }
            }

            return new(statements);
        }

        private void Expect(string fact)
        {
            if (_next >= lines.Length || lines[_next] != fact)
            {
                throw new FormatException($"The plan lacks '{fact}' in line {_next + 2}.");
            }

            _next++;
        }

        private string[] Fields(int line)
        {
            string[] fields = [.. lines[line].Split('\t').Select(SignatureFile.Unescape)];
            int needed = fields[0] switch { "value" => 9, "loop" => 5, "call" or "symbol" => 4, "if" or "arena" => 3, "size" => 2, _ => 1 };
            return fields.Length >= needed ? fields : throw new FormatException($"Line {line + 2} of the plan has {fields.Length} fields where {needed} are needed.");
        }

        private static PlanArgument ArgumentOf(string field)
        {
            string[] parts = [.. field.Split('\u001f').Select(p => p.Replace("\u001es", "\u001f").Replace("\u001ee", "\u001e"))];
            return parts.Length >= 5
                ? new(parts[0], Parse<PlanArgumentKind>(parts[1]), parts[2], parts[3].Length > 0, new(parts[4].Split(',').Where(n => n.Length > 0).Select(NumberOf)), new(parts.Skip(5)))
                : throw new FormatException("An argument of the plan is cut off.");
        }

        private static PlanNumber NumberOf(string text) => text.Length > 0 && text[0] == '$' ? new PlanNumber(Long(text.Substring(1)), true) : new PlanNumber(Long(text), false);

        private static T Parse<T>(string text)
            where T : struct => Enum.TryParse(text, out T value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}.");

        private static int Int(string text) => checked((int)Long(text));

        private static long Long(string text) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw new FormatException($"'{text}' is not an integer.");
    }
}
