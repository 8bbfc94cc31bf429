using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Reads the dimensions of a signature. Input dimensions declare symbols, output dimensions use them.</summary>
internal sealed class DimensionParser
{
    // Names of the model that stand alone in an input, by which formulas elsewhere are told from names that look like one.
    private readonly HashSet<string> _plain = new(StringComparer.Ordinal);
    private readonly HashSet<string> _symbols = new(StringComparer.Ordinal);

    public DimensionParser(ModelSignature signature)
    {
        foreach (string text in signature.Inputs.SelectMany(i => i.Dimensions))
        {
            if (DimensionExpression.TryParse(text, out DimensionExpression? e) && e!.SymbolName is { } name)
            {
                _plain.Add(name);
            }
        }
    }

    /// <summary>Dimensions of an input; one of unknown size becomes a symbol of its own.</summary>
    public List<DimensionSpec> Input(TensorSignature t)
    {
        var dimensions = new List<DimensionSpec>();
        foreach (string text in t.Dimensions)
        {
            DimensionExpression? e = Parse(text);
            if (e is not null && e.IsConstant)
            {
                dimensions.Add(Fixed(e, text));
                continue;
            }

            // Exporters write both names such as "batch-size" and formulas such as "past+sequence": a formula uses names that stand alone elsewhere.
            if (text is "" or "?")
            {
                string stem = t.PublicName.Length > 0 ? t.PublicName : t.Name;
                e = DimensionExpression.Symbol($"{stem}_dim{dimensions.Count.ToString(CultureInfo.InvariantCulture)}");
            }
            else if (e is null || (e.SymbolName is null && !e.Symbols.All(_plain.Contains)))
            {
                e = DimensionExpression.Symbol(text);
            }

            _symbols.UnionWith(e.Symbols);
            dimensions.Add(new(DimensionKind.Formula, -1, e.ToString(), text));
        }

        return dimensions;
    }

    /// <summary>Dimensions of an output; what is no formula over the inputs' symbols is unknown. Read the inputs first.</summary>
    public List<DimensionSpec> Output(TensorSignature t)
    {
        var dimensions = new List<DimensionSpec>();
        foreach (string text in t.Dimensions)
        {
            DimensionExpression? e = _symbols.Contains(text) ? DimensionExpression.Symbol(text) : Parse(text);
            dimensions.Add(
                e is null || !e.Symbols.All(_symbols.Contains) ? new(DimensionKind.Unknown, -1, "", text)
                : e.IsConstant ? Fixed(e, text)
                : new(DimensionKind.Formula, -1, e.ToString(), text));
        }

        return dimensions;
    }

    private static DimensionExpression? Parse(string text) =>
        DimensionExpression.TryParse(text, out DimensionExpression? e) && e is not { ConstantValue: < 0 } ? e : null;

    private static DimensionSpec Fixed(DimensionExpression e, string text) => new(DimensionKind.Fixed, e.ConstantValue ?? 0, "", text);
}
