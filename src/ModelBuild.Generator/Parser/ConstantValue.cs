using System.Globalization;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Parser;

/// <summary>Numbers of a signature as C# expressions.</summary>
internal static class ConstantValue
{
    /// <summary>An expression of the element's C# type, or null when the text is no such number.</summary>
    public static string? Write(ElementSpec element, string text)
    {
        if (element.EnumMember == "Bool")
        {
            return text switch { "1" or "true" or "True" => "true", "0" or "false" or "False" => "false", _ => null };
        }

        if (element.EnumMember is "Int64" or "Int32" or "Int16" or "Int8")
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out long number) && Fits(element, number)
                ? number == long.MinValue ? "long.MinValue" : number.ToString(CultureInfo.InvariantCulture) + (element.EnumMember == "Int64" ? "L" : "") : null;
        }

        if (element.EnumMember is "UInt64" or "UInt32" or "UInt16" or "UInt8")
        {
            return ulong.TryParse(text, NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out ulong number) && number <= Maximum(element)
                ? number.ToString(CultureInfo.InvariantCulture) + (element.EnumMember switch { "UInt64" => "UL", "UInt32" => "U", _ => "" }) : null;
        }

        if (!element.IsFloat && element.EnumMember != "BFloat16")
        {
            return null;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || double.IsNaN(value) || double.IsInfinity(value))
        {
            return null;
        }

        string digits = value.ToString("R", CultureInfo.InvariantCulture);
        return element.EnumMember switch
        {
            "Float64" => digits + "D",
            "Float32" => System.Math.Abs(value) <= float.MaxValue ? $"(float){digits}D" : null,
            "Float16" => System.Math.Abs(value) <= 65504 ? $"(global::System.Half){digits}D" : null,
            _ => System.Math.Abs(value) <= float.MaxValue ? $"global::ModelBuild.Runtime.TensorViews.ToBFloat16((float){digits}D)" : null,
        };
    }

    private static bool Fits(ElementSpec element, long number) => element.EnumMember switch
    {
        "Int32" => number is >= int.MinValue and <= int.MaxValue,
        "Int16" => number is >= short.MinValue and <= short.MaxValue,
        "Int8" => number is >= sbyte.MinValue and <= sbyte.MaxValue,
        _ => true,
    };

    private static ulong Maximum(ElementSpec element) => element.EnumMember switch
    {
        "UInt32" => uint.MaxValue,
        "UInt16" => ushort.MaxValue,
        "UInt8" => byte.MaxValue,
        _ => ulong.MaxValue,
    };
}
