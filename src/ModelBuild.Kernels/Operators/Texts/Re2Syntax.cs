using System.Text;

namespace ModelBuild.Kernels;

/// <summary>Regular expressions of RE2 as .NET's. The languages agree but for what this rewrites: ASCII classes, POSIX classes, quoted runs, one-letter properties, code points and named groups.</summary>
internal static class Re2Syntax
{
    /// <summary>Translates a pattern.</summary>
    /// <exception cref="KernelException">The pattern uses a construct that RE2 does not have.</exception>
    public static string Translate(string pattern)
    {
        var output = new StringBuilder(pattern.Length + 16);
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i = Escape(pattern, i, output, inClass: false);
                    break;
                case '[':
                    i = Class(pattern, i, output);
                    break;
                case '(' when At(pattern, i, "(?P<"):
                    output.Append("(?<");
                    i += 3;
                    break;
                case '(' when At(pattern, i, "(?") && !IsKnownGroup(pattern, i):
                    throw new KernelException($"'{pattern[i..Math.Min(i + 4, pattern.Length)]}' in the pattern '{pattern}' is not in the RE2 syntax.");
                case '$':
                    // Without the flag m RE2's $ is the very end; .NET's also stands before a last line break.
                    output.Append(@"\z");
                    break;
                case '#' or ' ':
                    output.Append('\\').Append(pattern[i]);
                    break;
                default:
                    output.Append(pattern[i]);
                    break;
            }
        }

        return output.ToString();
    }

    private static bool At(string pattern, int index, string text) => string.CompareOrdinal(pattern, index, text, 0, text.Length) == 0;

    private static bool IsKnownGroup(string pattern, int index)
    {
        int i = index + 2;
        if (i < pattern.Length && pattern[i] == '<')
        {
            return i + 1 < pattern.Length && pattern[i + 1] is not ('=' or '!');
        }

        while (i < pattern.Length && pattern[i] is 'i' or 'm' or 's' or '-')
        {
            i++;
        }

        return i < pattern.Length && pattern[i] is ':' or ')';
    }

    private static int Escape(string pattern, int index, StringBuilder output, bool inClass)
    {
        if (index + 1 >= pattern.Length)
        {
            throw new KernelException($"The pattern '{pattern}' ends in a backslash.");
        }

        char kind = pattern[index + 1];
        switch (kind)
        {
            case 'd' or 'w' or 's':
                output.Append(inClass ? AsciiClasses.Find(kind) : $"[{AsciiClasses.Find(kind)}]");
                return index + 1;
            case 'D' or 'W' or 'S':
                string others = AsciiClasses.Find(char.ToLowerInvariant(kind), isNegated: true)!;
                output.Append(inClass ? others : $"[{others}]");
                return index + 1;
            case 'Q':
                int end = pattern.IndexOf(@"\E", index + 2, StringComparison.Ordinal);
                string quoted = end < 0 ? pattern[(index + 2)..] : pattern[(index + 2)..end];
                output.Append(System.Text.RegularExpressions.Regex.Escape(quoted).Replace("]", @"\]", StringComparison.Ordinal));
                return end < 0 ? pattern.Length - 1 : end + 1;
            case 'x' when index + 2 < pattern.Length && pattern[index + 2] == '{':
                int close = pattern.IndexOf('}', index);
                if (close < 0 || !int.TryParse(pattern.AsSpan(index + 3, close - index - 3), System.Globalization.NumberStyles.HexNumber, null, out int point) || !Rune.IsValid(point))
                {
                    throw new KernelException($"The pattern '{pattern}' has a bad code point.");
                }

                foreach (char c in new Rune(point).ToString())
                {
                    output.Append($@"\u{(int)c:X4}");
                }

                return close;
            case 'p' or 'P' when index + 2 < pattern.Length && pattern[index + 2] != '{':
                output.Append('\\').Append(kind).Append('{').Append(pattern[index + 2]).Append('}');
                return index + 2;
            case >= '1' and <= '9':
                throw new KernelException($"The pattern '{pattern}' looks back at a group, which RE2 has not.");
            case 'C' or 'G' or 'Z' or 'k':
                throw new KernelException($@"'\{kind}' in the pattern '{pattern}' can't be used.");
            default:
                output.Append('\\').Append(kind);
                return index + 1;
        }
    }

    private static int Class(string pattern, int index, StringBuilder output)
    {
        output.Append('[');
        int i = index + 1;
        if (i < pattern.Length && pattern[i] == '^')
        {
            output.Append('^');
            i++;
        }

        for (bool first = true; i < pattern.Length; i++, first = false)
        {
            if (pattern[i] == ']' && !first)
            {
                output.Append(']');
                return i;
            }

            if (pattern[i] == '\\')
            {
                i = Escape(pattern, i, output, inClass: true);
            }
            else if (At(pattern, i, "[:") && pattern.IndexOf(":]", i + 2, StringComparison.Ordinal) is var end and > 0)
            {
                output.Append(Posix(pattern[(i + 2)..end], pattern));
                i = end + 1;
            }
            else
            {
                // A bracket within a class would mean subtraction.
                output.Append(pattern[i] is '[' or ']' ? "\\" : "").Append(pattern[i]);
            }
        }

        throw new KernelException($"A class in the pattern '{pattern}' has no end.");
    }

    private static string Posix(string name, string pattern)
    {
        bool isNegated = name.StartsWith('^');
        return AsciiClasses.Find(isNegated ? name[1..] : name, isNegated) ?? throw new KernelException($"There is no class [:{name}:] in the pattern '{pattern}'.");
    }
}
