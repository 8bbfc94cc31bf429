using System.Globalization;
using System.Linq;
using System.Text;

namespace ModelBuild.Tasks;

/// <summary>Names of generated classes.</summary>
internal static class Naming
{
    /// <summary>Words of the text, each with a capital first letter, joined.</summary>
    public static string PascalCase(string text)
    {
        var name = new StringBuilder();
        bool start = true;
        foreach (char c in text)
        {
            if (!char.IsLetterOrDigit(c))
            {
                start = true;
                continue;
            }

            name.Append(start ? char.ToUpper(c, CultureInfo.InvariantCulture) : c);
            start = false;
        }

        return name.Length > 0 && char.IsDigit(name[0]) ? "Model" + name : name.ToString();
    }

    /// <summary>Whether a class can have that name without an escape.</summary>
    public static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_');
}
