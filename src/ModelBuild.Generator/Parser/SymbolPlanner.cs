using System;
using System.Collections.Generic;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Decides where the size of each symbolic dimension comes from, and in which order.</summary>
internal sealed class SymbolPlanner(Identifiers.Scope names, ParameterScope parameters, ModelSignature signature)
{
    private readonly List<SymbolSpec> _plan = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A length leaves one symbol open when it stands alone in the shape, once; everything that no length tells is stated by the caller.</summary>
    public List<SymbolSpec> Plan(List<TensorSpec> inputs)
    {
        List<TensorSpec> given = inputs.FindAll(i => i.Role is TensorRole.Caller or TensorRole.State && i.HasShape);
        foreach (TensorSpec input in given)
        {
            IEnumerable<DimensionSpec> fixedInStream =
                input.Role == TensorRole.State ? input.Dimensions
                : signature.Contexts.Any(c => c.Input == input.Name) ? input.Dimensions.Take(input.Dimensions.Count - 1)
                : [];
            foreach (string symbol in fixedInStream.SelectMany(Symbols))
            {
                Add(symbol, SymbolOrigin.Stream, given, null);
            }
        }

        List<TensorSpec> measured = given.FindAll(i => i.Role == TensorRole.Caller && !i.IsOptional);
        Deduce(measured, given);
        foreach (string symbol in given.SelectMany(i => i.Dimensions).SelectMany(Symbols))
        {
            Add(symbol, SymbolOrigin.Caller, given, null);
        }

        // What the caller states comes first, because nothing depends on the order of the rest.
        return [.. _plan.OrderBy(s => s.Origin == SymbolOrigin.Deduced ? 1 : 0)];
    }

    private void Deduce(List<TensorSpec> measured, List<TensorSpec> given)
    {
        bool found;
        do
        {
            found = false;
            foreach (TensorSpec input in measured)
            {
                string[] open = [.. input.Dimensions.SelectMany(Symbols).Where(s => !_known.Contains(s)).Distinct()];
                if (open.Length == 1 && input.Dimensions.Count(d => Symbols(d).Contains(open[0])) == 1 && Axis(input, open[0]) >= 0)
                {
                    Add(open[0], SymbolOrigin.Deduced, given, input);
                    found = true;
                }
            }
        }
        while (found);
    }

    private void Add(string symbol, SymbolOrigin origin, List<TensorSpec> given, TensorSpec? from)
    {
        if (!_known.Add(symbol))
        {
            return;
        }

        from ??= given.Find(i => i.Role == TensorRole.Caller && !i.IsOptional && Axis(i, symbol) >= 0);
        string identifier = names.Add(symbol, "Size", "Size");
        _plan.Add(new(symbol, identifier, parameters.Add(identifier, "Size"), origin, from?.Index ?? -1, from is null ? -1 : Axis(from, symbol)));
    }

    private static int Axis(TensorSpec input, string symbol)
    {
        string text = DimensionExpression.Symbol(symbol).ToString();
        for (int i = 0; i < input.Dimensions.Count; i++)
        {
            if (input.Dimensions[i].Formula == text)
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<string> Symbols(DimensionSpec dimension) =>
        dimension.Kind == DimensionKind.Formula && DimensionExpression.TryParse(dimension.Formula, out DimensionExpression? e) ? e!.Symbols : [];
}
