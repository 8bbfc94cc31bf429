using System.Collections.Generic;
using System.Linq;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>
/// Lists that calls take, as arrays that are made once: unoptimized code, such as that of a Debug build, allocates for a span over constants.
/// </summary>
internal sealed class PlanConstants
{
    private const int NamedItems = 6;
    private const int NamedLength = 40;

    private readonly Dictionary<(string Type, string Items), string> _names = [];
    private readonly List<(string Type, string Items, string Name)> _arrays = [];

    /// <summary>The array of these items.</summary>
    public string Array(string type, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return "[]";
        }

        (string, string) key = (type, string.Join(", ", items));
        if (!_names.TryGetValue(key, out string? name))
        {
            // A short list of integers is named by what it holds.
            string content = string.Join("_", items).Replace('-', 'm');
            bool isNamed = type is "long" or "int" && items.Count <= NamedItems && content.Length <= NamedLength;
            name = isNamed ? $"{(type == "int" ? "Int" : "")}_{content}" : $"{char.ToUpperInvariant(type[0])}{type.Substring(1)}s{PlanNames.Integer(_arrays.Count)}";
            _names.Add(key, name);
            _arrays.Add((type, key.Item2, name));
        }

        return "Constants." + name;
    }

    /// <summary>Writes the class that holds them.</summary>
    public void Emit(SourceWriter writer)
    {
        if (_arrays.Count == 0)
        {
            return;
        }

        writer.Separate();
        writer.Open("private static class Constants");
        foreach ((string type, string items, string name) in _arrays)
        {
            writer.Line($"internal static readonly {type}[] {name} = {{ {items} }};");
        }

        writer.Close();
    }
}
