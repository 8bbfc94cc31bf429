using System.Globalization;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Lowering;
using ModelBuild.Manifest;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild inspect --plan</c>: the plan of the compiled backend, step by step.</summary>
internal static class PlanReport
{
    /// <summary>Lowers a model and shows the plan.</summary>
    /// <exception cref="ModelException">The compiled backend can't run the model.</exception>
    public static void Write(string path, ModelReadOptions options, bool json)
    {
        using Model model = ModelFormats.Read(path, null, options);
        LoweredModel lowered = Lowerer.Lower(model);
        List<Step> steps = [.. Steps(lowered.Plan)];
        if (json)
        {
            WriteJson(lowered, steps);
        }
        else
        {
            WriteText(lowered, steps);
        }
    }

    private static void WriteText(LoweredModel lowered, List<Step> steps)
    {
        Plan plan = lowered.Plan;
        Console.Out.WriteLine($"Steps:   {steps.Count}");
        Console.Out.WriteLine($"Weights: {ByteSize.Format(plan.WeightsBytes)}");
        Console.Out.WriteLine($"Arena:   {(plan.ArenaBytes < 0 ? "depends on " + string.Join(", ", plan.Symbols.Select(s => s.Name)) : ByteSize.Format(plan.ArenaBytes))}");
        Terminal.Heading("Steps");
        Terminal.Table([">#", "Kernel", "Layer", "Result", "Place"], [.. steps.Select(s => new[] { s.Number.ToString(CultureInfo.InvariantCulture), s.Kernel, s.Layer, s.Result, s.Place })]);
        Terminal.Heading("Decisions");
        Terminal.Table(["Layer", "Decision"], [.. lowered.Decisions.Select(d => new[] { d.Layer, d.Decision })]);
    }

    private static void WriteJson(LoweredModel lowered, List<Step> steps) => JsonOutput.Write("plan", w =>
    {
        w.WriteNumber("weightsBytes", lowered.Plan.WeightsBytes);
        w.WriteNumber("arenaBytes", lowered.Plan.ArenaBytes);
        w.WriteStartArray("symbols");
        foreach (PlanSymbol symbol in lowered.Plan.Symbols)
        {
            w.WriteStringValue(symbol.Name);
        }

        w.WriteEndArray();
        w.WriteStartArray("steps");
        foreach (Step step in steps)
        {
            w.WriteStartObject();
            w.WriteNumber("number", step.Number);
            w.WriteString("kernel", step.Kernel.Trim());
            w.WriteString("layer", step.Layer);
            w.WriteString("result", step.Result);
            w.WriteString("place", step.Place);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartArray("decisions");
        foreach (Lowering.Planning.LoweringDecision decision in lowered.Decisions)
        {
            w.WriteStartObject();
            w.WriteString("layer", decision.Layer);
            w.WriteString("decision", decision.Decision);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    private static IEnumerable<Step> Steps(Plan plan)
    {
        int number = 0;
        return Walk(plan.Body, 0);

        // Readers bound the depth of nesting.
        IEnumerable<Step> Walk(EquatableArray<PlanStatement> block, int level)
        {
            string indent = new(' ', 2 * level);
            foreach (PlanStatement statement in block)
            {
                switch (statement)
                {
                    case PlanCall call:
                        List<PlanValueInfo> results = [.. call.Arguments.Where(a => a.IsOutput).SelectMany(a => a.Numbers).Where(n => n.Value >= 0).Select(n => plan.Values[(int)n.Value])];
                        yield return new Step(number++, indent + call.Kernel, call.Layer, string.Join(", ", results.Select(v => Describe(plan, v))), string.Join(", ", results.Select(v => Place(plan, v))));
                        break;
                    case PlanIf branch:
                        yield return new Step(number++, indent + "if", branch.Layer, "", "");
                        foreach (Step step in Walk(branch.Then, level + 1))
                        {
                            yield return step;
                        }

                        yield return new Step(number, indent + "else", branch.Layer, "", "");
                        foreach (Step step in Walk(branch.Else, level + 1))
                        {
                            yield return step;
                        }

                        break;
                    case PlanLoop loop:
                        yield return new Step(number++, indent + "loop", loop.Layer, "", "");
                        foreach (Step step in Walk(loop.Body, level + 1))
                        {
                            yield return step;
                        }

                        break;
                }
            }
        }
    }

    private static string Describe(Plan plan, PlanValueInfo value) => value.Kind != PlanValueKind.Tensor ? value.Kind.ToString()
        : $"{((ElementType)value.ElementType).Name()}[{(value.HasShape ? string.Join(',', value.Shape.Select(n => n.IsSize ? plan.Sizes[(int)n.Value] : n.Value.ToString(CultureInfo.InvariantCulture))) : "...")}]";

    private static string Place(Plan plan, PlanValueInfo value) => value.Home switch
    {
        PlanHome.Arena when plan.ArenaBytes >= 0 => FormattableString.Invariant($"arena+{value.Place}"),
        PlanHome.Arena => "arena",
        PlanHome.Output => "output",
        PlanHome.Alias => $"as {plan.Values[(int)value.Place].Name}",
        _ => "own memory",
    };

    private sealed record Step(int Number, string Kernel, string Layer, string Result, string Place);
}
