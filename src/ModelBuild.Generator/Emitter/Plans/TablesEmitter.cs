using System.Collections.Generic;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>Writes what a frame is made of: values, sizes, names.</summary>
internal static class TablesEmitter
{
    public static void Emit(SourceWriter writer, Plan plan)
    {
        Values(writer, plan);
        Integers(writer, "Inputs", plan.Inputs);
        Integers(writer, "Defaults", plan.Defaults);
        Integers(writer, "Outputs", plan.Outputs);
        Integers(writer, "Symbols", plan.Symbols.SelectMany(s => new[] { s.Input, s.Dimension }));
        Property(writer, "int SizeCount", PlanNames.Integer(plan.Sizes.Count));
        Property(writer, "long ArenaBytes", PlanNames.Integer(plan.ArenaBytes));
        Property(writer, "long WeightsBytes", PlanNames.Integer(plan.WeightsBytes));
        if (plan.WeightsHash.Length > 0)
        {
            Property(writer, $"{CallSurface.ReadOnlySpan}<byte> WeightsHash", $"new byte[] {{ {string.Join(", ", Enumerable.Range(0, plan.WeightsHash.Length / 2).Select(i => "0x" + plan.WeightsHash.Substring(2 * i, 2)))} }}");
        }

        Names(writer, plan, "NameOfInput", plan.Inputs);
        Names(writer, plan, "NameOfOutput", plan.Outputs);
        Sizes(writer, plan);
    }

    private static void Property(SourceWriter writer, string declaration, string value)
    {
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Line($"public override {declaration} => {value};");
    }

    private static void Integers(SourceWriter writer, string name, IEnumerable<int> values)
    {
        string items = string.Join(", ", values.Select(v => PlanNames.Integer(v)));
        Property(writer, $"{CallSurface.ReadOnlySpan}<int> {name}", items.Length > 0 ? $"new int[] {{ {items} }}" : "[]");
    }

    // Read when the first frame is made.
    private static void Values(SourceWriter writer, Plan plan)
    {
        var lines = new List<string>();
        for (int i = 0; i < plan.Values.Count; i++)
        {
            PlanValueInfo v = plan.Values[i];
            IEnumerable<long> numbers = [(int)v.Kind, v.ElementType, (int)v.Home, v.Place, v.First, v.Last, v.HasShape ? v.Shape.Count : -1, .. v.Shape.Select(n => n.IsSize ? -1 - n.Value : n.Value)];
            lines.Add($"{string.Join(" ", numbers.Select(n => PlanNames.Integer(n)))} // {PlanNames.Integer(i)}: {PlanNames.Describe(plan, i)}");
        }

        Text(writer, "Values", lines);
    }

    /// <summary>
    /// A property that gives lines as UTF-8: one token for the compiler, where a table of numbers or an array of texts is thousands. Lines hold no line ends.
    /// </summary>
    public static void Text(SourceWriter writer, string name, IReadOnlyList<string> lines)
    {
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        if (lines.Count == 0)
        {
            writer.Line($"public override {CallSurface.ReadOnlySpan}<byte> {name} => [];");
            return;
        }

        string quotes = new('"', System.Math.Max(3, 1 + lines.Max(LongestQuotes)));
        writer.Line($"public override {CallSurface.ReadOnlySpan}<byte> {name} =>");
        writer.Line("    " + quotes);
        foreach (string line in lines)
        {
            writer.Line("    " + line);
        }

        writer.Line($"    {quotes}u8;");
    }

    private static int LongestQuotes(string line)
    {
        int longest = 0;
        for (int i = 0, length = 0; i < line.Length; i++)
        {
            length = line[i] == '"' ? length + 1 : 0;
            longest = System.Math.Max(longest, length);
        }

        return longest;
    }

    private static void Names(SourceWriter writer, Plan plan, string method, EquatableArray<int> values)
    {
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public override string {method}(int index) => index switch");
        for (int i = 0; i < values.Count; i++)
        {
            writer.Line($"{PlanNames.Integer(i)} => {SourceText.Literal(plan.Values[values[i]].Name)},");
        }

        writer.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(index)),");
        writer.Close(";");
    }

    private static void Sizes(SourceWriter writer, Plan plan)
    {
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public override void ComputeSizes({CallSurface.ReadOnlySpan}<long> symbols, {CallSurface.Span}<long> sizes)");
        if (plan.Sizes.Count > 0)
        {
            writer.Open("checked");
            for (int i = 0; i < plan.Sizes.Count; i++)
            {
                if (!DimensionExpression.TryParse(plan.Sizes[i], out DimensionExpression? e))
                {
                    throw new System.FormatException($"'{plan.Sizes[i]}' is no formula");
                }

                string code = e!.ToCSharp(name => $"symbols[{PlanNames.Integer(Index(plan, name))}]", $"{CallSurface.Runtime}.ModelShapes.FloorDivide");
                writer.Line($"sizes[{PlanNames.Integer(i)}] = {code}; // {PlanNames.Comment(plan.Sizes[i])}");
            }

            writer.Close();
        }

        writer.Close();
    }

    private static int Index(Plan plan, string symbol)
    {
        for (int i = 0; i < plan.Symbols.Count; i++)
        {
            if (plan.Symbols[i].Name == symbol)
            {
                return i;
            }
        }

        throw new System.FormatException($"there is no symbol '{symbol}'");
    }
}
