using System.Collections.Generic;
using System.Linq;
using System.Text;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>Writes a step that calls a kernel.</summary>
internal static class CallEmitter
{
    private const int LineLength = 150;

    /// <summary>What a step does, as a comment.</summary>
    public static string Comment(Plan plan, PlanCall call)
    {
        List<string> outputs = [.. call.Arguments.Where(a => a.IsOutput && a.Kind is PlanArgumentKind.Pointer or PlanArgumentKind.Value or PlanArgumentKind.Values)
            .SelectMany(a => a.Numbers).Where(n => n.Value != PlanArgument.Absent).Take(4).Select(n => PlanNames.Describe(plan, (int)n.Value))];
        return $"// {PlanNames.Comment(call.Layer)}{(outputs.Count > 0 ? " -> " + string.Join(", ", outputs) : "")}";
    }

    /// <summary>Writes the call.</summary>
    public static void Emit(SourceWriter writer, PlanCall call, PlanMemory memory, PlanConstants constants)
    {
        var line = new StringBuilder(PlanNames.Kernel(call.Kernel)).Append('(');
        List<string> arguments = [.. call.Arguments.Select(a => $"{Identifiers.Escape(a.Name)}: {Argument(a, memory, constants)}")];
        if (call.UsesContext)
        {
            arguments.Insert(0, memory.Context);
        }

        string indent = "";
        for (int i = 0; i < arguments.Count; i++)
        {
            if (i > 0 && line.Length + arguments[i].Length > LineLength)
            {
                writer.Line(indent + line.ToString().TrimEnd());
                line.Clear();
                indent = "    ";
            }

            line.Append(arguments[i]).Append(i + 1 < arguments.Count ? ", " : "");
        }

        writer.Line($"{indent}{line});");
    }

    private static string Argument(PlanArgument a, PlanMemory memory, PlanConstants constants) => a.Kind switch
    {
        PlanArgumentKind.None => "null",
        PlanArgumentKind.Pointer => memory.Pointer((int)a.Numbers[0].Value, a.Type),
        PlanArgumentKind.Value => PlanMemory.Value((int)a.Numbers[0].Value, a.Type),
        PlanArgumentKind.Values => $"[{string.Join(", ", a.Numbers.Select(n => n.Value == PlanArgument.Absent ? "null!" : PlanMemory.Value((int)n.Value, a.Type)))}]",
        PlanArgumentKind.Integer => Integer(a.Numbers[0], a.Type, memory),
        PlanArgumentKind.Integers when a.Numbers.Any(n => n.IsSize) => $"[{string.Join(", ", a.Numbers.Select(n => Integer(n, a.Type, memory)))}]",
        PlanArgumentKind.Integers => constants.Array(a.Type, [.. a.Numbers.Select(n => PlanNames.Integer(n.Value))]),
        PlanArgumentKind.Float => a.Type == "double" ? PlanNames.Double(a.Numbers[0].Value) : PlanNames.Float(a.Numbers[0].Value),
        PlanArgumentKind.Floats => constants.Array("float", [.. a.Numbers.Select(n => PlanNames.Float(n.Value))]),
        PlanArgumentKind.Boolean => a.Numbers[0].Value != 0 ? "true" : "false",
        PlanArgumentKind.Enumeration => $"{PlanNames.Type(a.Type)}.{Identifiers.Escape(a.Texts[0])}",
        PlanArgumentKind.Text => SourceText.Literal(a.Texts[0]),
        _ => constants.Array("string", [.. a.Texts.Select(SourceText.Literal)]),
    };

    // As the interpreter: a size that does not fit is cut off. Sizes are checked when they are computed.
    private static string Integer(PlanNumber number, string type, PlanMemory memory) =>
        number.IsSize && type != "long" ? $"({type}){memory.Number(number)}" : memory.Number(number);
}
