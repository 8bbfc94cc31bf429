using System.Globalization;
using System.Text;

namespace ModelBuild.Generator.Emitter;

/// <summary>Puts text of a model into source code, whatever it holds.</summary>
internal static class SourceText
{
    /// <summary>A string literal.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"", text.Length + 2);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '"' or '\\')
            {
                literal.Append('\\').Append(c);
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                literal.Append(c).Append(text[++i]);
            }
            else if (c is ' ' || IsVisible(c))
            {
                literal.Append(c);
            }
            else
            {
                literal.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
            }
        }

        return literal.Append('"').ToString();
    }

    /// <summary>Text inside an XML documentation comment, on one line.</summary>
    public static string Xml(string text)
    {
        var xml = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                // U+FFFE and U+FFFF of every plane are no XML characters.
                int codePoint = char.ConvertToUtf32(c, text[i + 1]);
                i++;
                xml.Append((codePoint & 0xFFFE) == 0xFFFE ? "?" : char.ConvertFromUtf32(codePoint));
                continue;
            }

            switch (c)
            {
                case '<': xml.Append("&lt;"); break;
                case '>': xml.Append("&gt;"); break;
                case '&': xml.Append("&amp;"); break;
                case '"': xml.Append("&quot;"); break;
                default:
                    // Everything that ends a line in C# becomes a space, everything that XML can't hold a question mark.
                    xml.Append(char.IsWhiteSpace(c) ? ' ' : IsVisible(c) ? c : '?');
                    break;
            }
        }

        return xml.ToString();
    }

    /// <summary>Text of several lines inside an XML documentation comment: paragraphs are kept, at most <paramref name="maxLines"/> of them.</summary>
    public static string XmlParagraphs(string text, int maxLines = 40)
    {
        var xml = new StringBuilder();
        int count = 0;
        foreach (string line in text.Split(s_newLines, System.StringSplitOptions.RemoveEmptyEntries))
        {
            string trimmed = line.Trim();
            if (trimmed.Length == 0)
            {
                continue;
            }

            if (count++ == maxLines)
            {
                xml.Append("<br/>...");
                break;
            }

            xml.Append(count > 1 ? "<br/>" : "").Append(Xml(trimmed));
        }

        return xml.ToString();
    }

    private static readonly char[] s_newLines = ['\r', '\n', '\u0085', '\u2028', '\u2029'];

    private static bool IsVisible(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
