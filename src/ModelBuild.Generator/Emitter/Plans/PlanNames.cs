using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>Names of a plan as C# writes them.</summary>
internal static class PlanNames
{
    /// <summary>The nested class with the code.</summary>
    public const string Class = "GeneratedPlan";

    /// <summary>Namespace of what plans call.</summary>
    public const string Kernels = "global::ModelBuild.Kernels";

    private static readonly HashSet<string> s_keywords = ["float", "double", "byte", "sbyte", "short", "ushort", "int", "uint", "long", "ulong", "nint", "bool", "void", "string"];

    private static readonly string[] s_elements =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
        "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2",
    ];

    /// <summary>A type: a keyword, a full name, or a type of the kernels.</summary>
    public static string Type(string name)
    {
        string element = name.TrimEnd('*');
        string stars = name.Substring(element.Length);
        return (s_keywords.Contains(element) || element.StartsWith("global::", System.StringComparison.Ordinal) ? element
            : element == "TensorElementType" ? "global::ModelBuild.TensorElementType"
            : $"{Kernels}.{Identifiers.Escape(element)}") + stars;
    }

    /// <summary><c>Class.Method&lt;Operation&gt;</c> with namespaces.</summary>
    public static string Kernel(string name)
    {
        int bracket = name.IndexOf('<');
        return bracket < 0
            ? $"{Kernels}.{name}"
            : $"{Kernels}.{name.Substring(0, bracket)}<{string.Join(", ", name.Substring(bracket + 1, name.Length - bracket - 2).Split(',').Select(t => Type(t.Trim())))}>";
    }

    /// <summary>A value in a comment, such as <c>'scores' float32[1,1000]</c>.</summary>
    public static string Describe(Plan plan, int index)
    {
        PlanValueInfo value = plan.Values[index];
        string element = value.ElementType >= 0 && value.ElementType < s_elements.Length ? s_elements[value.ElementType] : "?";
        string type = value.Kind == PlanValueKind.Tensor ? element : $"{value.Kind.ToString().ToLowerInvariant()}({element})";
        string shape = value.HasShape ? $"[{string.Join(",", value.Shape.Select(n => n.IsSize ? plan.Sizes[(int)n.Value] : Integer(n.Value)))}]" : "[...]";
        return Comment($"'{value.Name}' {type}{(value.Kind == PlanValueKind.Tensor ? shape : "")}");
    }

    /// <summary>Any text on one line of a comment.</summary>
    public static string Comment(string text)
    {
        const int MaxLength = 400;
        string literal = SourceText.Literal(text.Length > MaxLength ? text.Substring(0, char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength) + "..." : text);
        return literal.Substring(1, literal.Length - 2).Replace("\\\"", "\"");
    }

    public static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number from its bits.</summary>
    public static string Float(long bits)
    {
        int pattern = unchecked((int)bits);
        float value = System.BitConverter.ToSingle(System.BitConverter.GetBytes(pattern), 0);
        if (float.IsNaN(value))
        {
            return $"global::System.BitConverter.Int32BitsToSingle({Integer(pattern)})";
        }

        return float.IsInfinity(value) ? $"float.{(value > 0 ? "Positive" : "Negative")}Infinity" : Sign(pattern < 0, Shortest(System.Math.Abs(value)) + "f");
    }

    /// <summary>A number from its bits.</summary>
    public static string Double(long bits)
    {
        double value = System.BitConverter.Int64BitsToDouble(bits);
        if (double.IsNaN(value))
        {
            return $"global::System.BitConverter.Int64BitsToDouble({Integer(bits)})";
        }

        return double.IsInfinity(value) ? $"double.{(value > 0 ? "Positive" : "Negative")}Infinity" : Sign(bits < 0, System.Math.Abs(value).ToString("G17", CultureInfo.InvariantCulture) + "d");
    }

    private static string Sign(bool isNegative, string number) => isNegative ? "-" + number : number;

    // 9 digits tell every float apart; fewer are easier to read.
    private static string Shortest(float value)
    {
        for (int digits = 6; digits < 9; digits++)
        {
            string text = value.ToString("G" + Integer(digits), CultureInfo.InvariantCulture);
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float read) && read == value)
            {
                return text;
            }
        }

        return value.ToString("G9", CultureInfo.InvariantCulture);
    }
}
