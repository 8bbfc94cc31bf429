using System;
using System.Collections.Generic;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Emitter.Plans;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Reads a plan and checks what the emitters rely on.</summary>
internal static class PlanParser
{
    /// <summary>Never throws for any text.</summary>
    /// <param name="path">Path of the plan file.</param>
    /// <param name="text">Its content; null when it can't be read.</param>
    public static PlanSpec Parse(string path, string? text)
    {
        if (text is null)
        {
            return new() { Path = path, Error = "the file can't be read" };
        }

        try
        {
            return Read(text) is { } plan
                ? new()
                {
                    Path = path,
                    Text = text,
                    IsDirect = DirectRun.Fits(plan),
                    Inputs = new(plan.Inputs.Select(i => plan.Values[i].Name)),
                    Outputs = new(plan.Outputs.Select(i => plan.Values[i].Name)),
                }
                : new() { Path = path };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return new() { Path = path, Error = e.Message.TrimEnd('.') };
        }
    }

    /// <summary>The plan of a text that <see cref="Parse"/> accepted; null for an empty one.</summary>
    /// <exception cref="FormatException">The text is no plan.</exception>
    public static Plan? Read(string text)
    {
        Plan? plan = PlanFile.Read(text);
        if (plan is not null)
        {
            Check(plan);
        }

        return plan;
    }

    private static void Check(Plan plan)
    {
        Require(plan.Defaults.Count == plan.Inputs.Count, "there are not as many defaults as inputs");
        Indices(plan, plan.Inputs);
        Indices(plan, plan.Outputs);
        Indices(plan, plan.Defaults.Where(d => d >= 0));
        Require(plan.Symbols.All(s => s.Input >= 0 && s.Input < plan.Inputs.Count && s.Dimension >= 0), "a symbol belongs to no input");
        Require(plan.WeightsHash.Length is 0 or 64 && plan.WeightsHash.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')), "the hash of the weights is none");
        foreach (string size in plan.Sizes)
        {
            Require(DimensionExpression.TryParse(size, out DimensionExpression? e) && e!.Symbols.All(n => plan.Symbols.Any(s => s.Name == n)), $"'{size}' is no formula of its symbols");
        }

        for (int i = 0; i < plan.Values.Count; i++)
        {
            PlanValueInfo value = plan.Values[i];
            Numbers(plan, value.Shape);

            // An alias comes after the value in whose memory it lies, so there are no circles.
            Require(value.Home != PlanHome.Alias || (value.Place >= 0 && value.Place < plan.Values.Count && value.Place != i), $"value {i} lies in no memory");
        }

        Block(plan, plan.Body);
    }

    private static void Block(Plan plan, EquatableArray<PlanStatement> body)
    {
        foreach (PlanStatement statement in body)
        {
            switch (statement)
            {
                case PlanIf i:
                    Indices(plan, [i.Condition]);
                    Block(plan, i.Then);
                    Block(plan, i.Else);
                    break;
                case PlanLoop l:
                    Indices(plan, new[] { l.TripCount, l.Condition }.Where(v => v != -1).Concat([l.Iteration]));
                    Block(plan, l.Body);
                    break;
                case PlanCall c:
                    Require(c.Kernel.Split('.', '<', '>', ',').All(part => part.Length == 0 || Identifiers.IsValid(part.Trim())) && c.Kernel.IndexOf('.') > 0, $"'{c.Kernel}' is no kernel");
                    foreach (PlanArgument argument in c.Arguments)
                    {
                        Argument(plan, argument);
                    }

                    break;
            }
        }
    }

    private static void Argument(Plan plan, PlanArgument argument)
    {
        Require(Identifiers.IsValid(argument.Name), $"'{argument.Name}' is no parameter");
        Require(argument.Type.TrimEnd('*').Split('.', ':').All(part => part.Length == 0 || Identifiers.IsValid(part)), $"'{argument.Type}' is no type");
        switch (argument.Kind)
        {
            case PlanArgumentKind.Pointer or PlanArgumentKind.Value:
                Require(argument.Numbers.Count == 1, $"'{argument.Name}' names no value");
                Indices(plan, argument.Numbers.Select(n => checked((int)n.Value)));
                break;
            case PlanArgumentKind.Values:
                Indices(plan, argument.Numbers.Select(n => checked((int)n.Value)).Where(n => n != PlanArgument.Absent));
                break;
            case PlanArgumentKind.Integer or PlanArgumentKind.Float or PlanArgumentKind.Boolean:
                Require(argument.Numbers.Count == 1, $"'{argument.Name}' has no number");
                Numbers(plan, argument.Numbers);
                break;
            case PlanArgumentKind.Integers or PlanArgumentKind.Floats:
                Numbers(plan, argument.Numbers);
                break;
            case PlanArgumentKind.Enumeration:
                Require(argument.Texts.Count == 1 && Identifiers.IsValid(argument.Texts[0]), $"'{argument.Name}' is no member of {argument.Type}");
                break;
            case PlanArgumentKind.Text:
                Require(argument.Texts.Count == 1, $"'{argument.Name}' has no text");
                break;
        }
    }

    private static void Numbers(Plan plan, IEnumerable<PlanNumber> numbers) =>
        Require(numbers.All(n => !n.IsSize || (n.Value >= 0 && n.Value < plan.Sizes.Count)), "a size does not exist");

    private static void Indices(Plan plan, IEnumerable<int> indices) => Require(indices.All(i => i >= 0 && i < plan.Values.Count), "a value does not exist");

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new FormatException(problem);
        }
    }
}
