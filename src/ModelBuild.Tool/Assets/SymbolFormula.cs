namespace ModelBuild.Tool.Assets;

/// <summary>Looks into symbols of dimensions that are formulas, such as <c>floor((width-1)/2)+1</c>.</summary>
internal static class SymbolFormula
{
    private static readonly string[] s_functions = ["floor", "ceil", "min", "max", "mod"];

    /// <summary>Whether every name in a formula is one of the given symbols. A symbol of the model may itself hold spaces or signs.</summary>
    public static bool UsesOnly(string formula, IReadOnlySet<string> symbols)
    {
        if (symbols.Contains(formula))
        {
            return true;
        }

        int i = 0;
        while (i < formula.Length)
        {
            char c = formula[i];
            if (char.IsLetter(c) || c == '_')
            {
                int start = i;
                while (i < formula.Length && (char.IsLetterOrDigit(formula[i]) || formula[i] is '_' or '.'))
                {
                    i++;
                }

                string name = formula[start..i];
                if (!symbols.Contains(name) && !s_functions.Contains(name, StringComparer.Ordinal))
                {
                    return false;
                }
            }
            else if (char.IsDigit(c) || c is ' ' or '+' or '-' or '*' or '/' or '%' or '(' or ')' or ',')
            {
                i++;
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
