using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace ModelBuild.Manifest;

/// <summary>
/// Makes readable C# identifiers of any text: letters and digits are kept, everything else separates words, each word starts with a
/// capital. An underscore stays between two digits, so that <c>conv_1_2</c> (<c>Conv1_2</c>) and <c>conv_12</c> differ. A text without a
/// lower-case letter is not shouted: <c>INPUT__0</c> is <c>Input0</c>.
/// </summary>
internal static class Identifiers
{
    private const int MaxLength = 200;

    /// <summary>Names that members of a generated class have, so that neither the class nor anything named by the model may.</summary>
    private static readonly HashSet<string> s_members = new(StringComparer.Ordinal)
    {
        "Inputs", "Outputs", "Feeds", "Fetches", "AsyncFeeds", "AsyncFetches", "TensorFeeds", "Result", "Stream", "Info", "ExecutionProvider",
        "Run", "RunAsync", "RunBatch", "Classify", "Embed", "CreateStream", "LoadAsync", "Dispose", "Name", "ElementType", "Shape", "Rank",
        "Length", "LengthFor", "FrameLength", "Write", "Labels", "LabelList", "Reset", "Manifest", "Sizes", "GetSizes", "ToFeeds", "Execute", "ExecuteResult", "ExecuteGeneral", "GeneratedPlan",
        "Deconstruct", "PrintMembers", "EqualityContract", "ThrowIfDisposed", "Clone",
        "Equals", "GetHashCode", "GetType", "ToString", "Finalize", "MemberwiseClone", "ReferenceEquals",
    };

    private static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort",
        "using", "virtual", "void", "volatile", "while",
        // Contextual ones that mean something else where generated code has names.
        "await", "field", "file", "partial", "record", "required", "scoped", "value", "var", "where", "yield", "dynamic", "nameof", "global", "extension",
    };

    /// <summary>Default class name of a model file: <c>resnet18-v1.7.onnx</c> is <c>Resnet18V1_7</c>.</summary>
    /// <param name="fileName">File name with or without folder and extension.</param>
    public static string ClassName(string fileName)
    {
        string name = fileName.Substring(fileName.LastIndexOfAny(s_separators) + 1);
        int dot = name.LastIndexOf('.');
        string identifier = Pascal(dot > 0 ? name.Substring(0, dot) : name, "Model");
        return IsReserved(identifier) ? identifier + "Model" : identifier;
    }

    /// <summary>Whether a generated class has a member of this name, so that the class can't be called so.</summary>
    public static bool IsReserved(string identifier) => s_members.Contains(identifier);

    /// <summary>Whether the text can be written as an identifier, a keyword included (<see cref="Escape"/> writes it).</summary>
    public static bool IsValid(string text)
    {
        if (text.Length == 0 || !(text[0] == '_' || IsLetter(text[0])))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (c != '_' && !IsLetter(c) && !IsPart(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes a keyword as <c>@keyword</c>.</summary>
    public static string Escape(string identifier) => s_keywords.Contains(identifier) ? "@" + identifier : identifier;

    /// <summary>The same identifier with a small first word, for parameters; not escaped.</summary>
    public static string Camel(string pascal)
    {
        int upper = 0;
        while (upper < pascal.Length && char.IsUpper(pascal[upper]))
        {
            upper++;
        }

        // "IOStream" is "ioStream": of several capitals the last starts the next word, unless nothing follows.
        int lower = upper <= 1 || upper == pascal.Length ? upper : char.IsLetter(pascal[upper]) ? upper - 1 : upper;
        return pascal.Substring(0, lower).ToLowerInvariant() + pascal.Substring(lower);
    }

    /// <summary>An identifier in Pascal case.</summary>
    /// <param name="text">Any text, a lone surrogate included.</param>
    /// <param name="prefix">What the identifier starts with when the text starts with a digit, and all of it when no character can be used.</param>
    public static string Pascal(string text, string prefix)
    {
        bool shouted = true;
        foreach (char c in text)
        {
            shouted &= !char.IsLower(c);
        }

        var identifier = new StringBuilder(text.Length + prefix.Length);
        bool start = true;
        foreach (char c in text)
        {
            bool isLetter = IsLetter(c);
            if (!isLetter && !(IsPart(c) && !(start && IsMark(c))))
            {
                start = true;
                continue;
            }

            if (identifier.Length == 0 && !isLetter)
            {
                identifier.Append(prefix);
            }

            bool digit = !isLetter && !IsMark(c);
            if (start && digit && identifier.Length > 0 && IsDigit(identifier[identifier.Length - 1]))
            {
                identifier.Append('_');
            }

            identifier.Append(start ? char.ToUpperInvariant(c) : shouted ? char.ToLowerInvariant(c) : c);

            // A digit ends no word: "resnet18v1" stays one, "x2y" too.
            start = false;
            if (identifier.Length >= MaxLength)
            {
                break;
            }
        }

        return identifier.Length == 0 ? prefix : identifier.ToString();
    }

    /// <summary>Gives every name in a scope once.</summary>
    public sealed class Scope
    {
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);

        /// <summary>A scope in which no member's name is given.</summary>
        /// <param name="reserved">Further names that are not given.</param>
        public Scope(params string[] reserved)
        {
            _used.UnionWith(s_members);
            _used.UnionWith(reserved);
        }

        /// <summary>The identifier of a text; when it is taken, with <paramref name="suffix"/>, and when that is taken with a number from 2 up.</summary>
        public string Add(string text, string prefix, string suffix)
        {
            string identifier = Pascal(text, prefix);
            if (!_used.Add(identifier))
            {
                string stem = identifier.EndsWith(suffix, StringComparison.Ordinal) ? identifier : identifier + suffix;
                identifier = stem;
                for (int i = 2; !_used.Add(identifier); i++)
                {
                    identifier = stem + (IsDigit(stem[stem.Length - 1]) ? "_" : "") + i.ToString(CultureInfo.InvariantCulture);
                }
            }

            return identifier;
        }
    }

    private static readonly char[] s_separators = ['/', '\\'];

    private static bool IsLetter(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber;

    private static bool IsMark(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsDigit(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.DecimalDigitNumber;

    private static bool IsPart(char c) => IsMark(c) || IsDigit(c);
}
