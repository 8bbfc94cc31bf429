using System;
using System.Collections.Generic;
using System.Globalization;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Gives every parameter name once, and none that generated methods use for something else.</summary>
internal sealed class ParameterScope
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal)
    {
        "destination", "cancellationToken", "count", "k", "options", "feeds", "fetches", "sizes", "call", "result", "scores", "length", "model",
        "span", "spans", "shape", "scratch", "i", "itemLength", "resultLength",
    };

    /// <summary>The parameter that goes with a member.</summary>
    /// <param name="identifier">The member, in Pascal case.</param>
    /// <param name="suffix">What is appended when the name is taken.</param>
    public string Add(string identifier, string suffix)
    {
        string name = Identifiers.Camel(identifier);
        if (!_used.Add(name))
        {
            string stem = name + suffix;
            name = stem;
            for (int i = 2; !_used.Add(name); i++)
            {
                name = stem + i.ToString(CultureInfo.InvariantCulture);
            }
        }

        return Identifiers.Escape(name);
    }
}
