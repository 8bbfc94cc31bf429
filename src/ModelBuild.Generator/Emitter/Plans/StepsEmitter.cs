using System.Collections.Generic;
using System.Linq;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>
/// Writes the steps: small methods of some steps each, because a compiler's work, at build time and at run time, grows faster than a method does. Positions count
/// the statements in the order of the plan's text.
/// </summary>
internal sealed class StepsEmitter(SourceWriter writer, Plan plan, PlanConstants constants)
{
    private const int MethodSteps = 12;

    /// <summary>A block with no more statements than this stands where it belongs.</summary>
    private const int InlineSteps = 6;

    private readonly List<string> _layers = [];
    private readonly Queue<(string Name, List<PlanStatement> Steps, int Position)> _pending = new();

    /// <summary>Writes <c>Execute</c> and the methods that it calls.</summary>
    public void Emit()
    {
        Number(plan.Body);
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Open($"public override void Execute({CallSurface.Runtime}.PlanFrame frame)");
        Calls(plan.Body, 0);
        writer.Close();
        while (_pending.Count > 0)
        {
            (string name, List<PlanStatement> steps, int position) = _pending.Dequeue();
            Method(name, steps, position);
        }

        Layers();
    }

    // The same layer comes several times, one behind the other.
    private void Number(IEnumerable<PlanStatement> body)
    {
        foreach (PlanStatement statement in body)
        {
            _layers.Add(statement.Layer);
            switch (statement)
            {
                case PlanIf i:
                    Number(i.Then);
                    Number(i.Else);
                    break;
                case PlanLoop l:
                    Number(l.Body);
                    break;
            }
        }
    }

    private static int Count(IEnumerable<PlanStatement> body) => body.Sum(s => s switch
    {
        PlanIf i => 1 + Count(i.Then) + Count(i.Else),
        PlanLoop l => 1 + Count(l.Body),
        _ => 1,
    });

    /// <summary>Calls of methods for the statements of a block.</summary>
    private void Calls(EquatableArray<PlanStatement> body, int position)
    {
        var steps = new List<PlanStatement>();
        int count = 0;
        foreach (PlanStatement statement in body)
        {
            steps.Add(statement);
            count += Count([statement]);
            if (steps.Count >= MethodSteps)
            {
                Flush();
            }
        }

        Flush();

        void Flush()
        {
            if (steps.Count > 0)
            {
                int last = position + count - 1;
                string name = $"Steps{PlanNames.Integer(position)}{(last > position ? "To" + PlanNames.Integer(last) : "")}";
                writer.Line($"{name}(frame);");
                _pending.Enqueue((name, steps, position));
                position += count;
                count = 0;
                steps = [];
            }
        }
    }

    private void Method(string name, List<PlanStatement> steps, int position)
    {
        // The locals that a method needs are known when its statements are written.
        var memory = new PlanMemory(plan, isDirect: false);
        SourceWriter outer = writer;
        writer = new SourceWriter(3);
        Statements(steps, position, memory);
        SourceWriter body = writer;
        writer = outer;

        writer.Separate();
        writer.Line($"// {PlanNames.Comment(steps[0].Layer)}{(steps.Count > 1 ? " to " + PlanNames.Comment(steps[steps.Count - 1].Layer) : "")}");
        writer.Open($"private static void {name}({CallSurface.Runtime}.PlanFrame frame)");
        if (memory.UsesArena)
        {
            writer.Line("byte* arena = frame.Arena;");
        }

        if (memory.UsesWeights)
        {
            writer.Line("byte* weights = frame.Weights;");
        }

        foreach (int size in memory.Sizes)
        {
            string number = PlanNames.Integer(size);
            writer.Line($"long size{number} = frame.Size({number}); // {PlanNames.Comment(plan.Sizes[size])}");
        }

        if (memory.UsesArena || memory.UsesWeights || memory.Sizes.Any())
        {
            writer.Separate();
        }

        writer.Append(body);
        writer.Close();
    }

    private void Statements(IEnumerable<PlanStatement> body, int position, PlanMemory memory)
    {
        foreach (PlanStatement statement in body)
        {
            string number = PlanNames.Integer(position);
            switch (statement)
            {
                case PlanCall c:
                    writer.Line(CallEmitter.Comment(plan, c));
                    writer.Line($"frame.BeginStep({number});");
                    CallEmitter.Emit(writer, c, memory, constants);
                    break;
                case PlanIf i:
                    writer.Line($"// {PlanNames.Comment(i.Layer)}");
                    writer.Line($"frame.BeginStep({number});");
                    writer.Open($"if (frame.IsTrue({PlanNames.Integer(i.Condition)}))");
                    Block(i.Then, position + 1, memory);
                    writer.Close();
                    if (i.Else.Count > 0)
                    {
                        writer.Open("else");
                        Block(i.Else, position + 1 + Count(i.Then), memory);
                        writer.Close();
                    }

                    break;
                case PlanLoop l:
                    writer.Line($"// {PlanNames.Comment(l.Layer)}");
                    writer.Open($"for (long i{number} = 0; frame.BeginIteration({number}, {PlanNames.Integer(l.TripCount)}, {PlanNames.Integer(l.Condition)}, {PlanNames.Integer(l.Iteration)}, i{number}); i{number}++)");
                    Block(l.Body, position + 1, memory);
                    writer.Close();
                    break;
            }

            position += Count([statement]);
            writer.Separate();
        }
    }

    private void Block(EquatableArray<PlanStatement> body, int position, PlanMemory memory)
    {
        if (Count(body) <= InlineSteps)
        {
            Statements(body, position, memory);
        }
        else
        {
            Calls(body, position);
        }
    }

    private void Layers()
    {
        if (_layers.Count == 0)
        {
            return;
        }

        TablesEmitter.Text(writer, "Layers", [.. _layers.Select(Escape)]);
    }

    // As a literal has it, except that the backslash itself is escaped by its number and quotes stay as they are.
    private static string Escape(string layer)
    {
        string literal = SourceText.Literal(layer.Replace("\\", "\u0001"));
        return literal.Substring(1, literal.Length - 2).Replace("\\\"", "\"").Replace("\\u0001", "\\u005C");
    }
}
