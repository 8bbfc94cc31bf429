using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ModelBuild.Manifest;

/// <summary>What the author wrote for one image input; what was left out is null and follows from the input's shape.</summary>
/// <param name="Input">Name of the input; null for the model's only image input.</param>
/// <param name="Resize"><c>none</c>, <c>exact</c> or <c>shortest</c>.</param>
/// <param name="ResizeWidth">Width for <c>exact</c>, length of the shorter side for <c>shortest</c>.</param>
/// <param name="ResizeHeight">Height for <c>exact</c>.</param>
/// <param name="Interpolation">Resampling filter.</param>
/// <param name="Library">Whose resampling rule.</param>
/// <param name="CropWidth">Width of the centre crop; 0 for none.</param>
/// <param name="CropHeight">Height of the centre crop; 0 for none.</param>
/// <param name="Color">Order of the channels, or null.</param>
/// <param name="Scale">Factor on the 0..255 values, in invariant form.</param>
/// <param name="Mean">Subtracted per channel, invariant forms.</param>
/// <param name="Std">Divisor per channel, invariant forms.</param>
/// <param name="Layout">Order of the dimensions, or null.</param>
internal sealed record PreprocessItem(
    string? Input, string Resize, int ResizeWidth, int ResizeHeight, string Interpolation, string Library, int CropWidth, int CropHeight,
    string? Color, string Scale, EquatableArray<string> Mean, EquatableArray<string> Std, string? Layout);

/// <summary>
/// Reads <c>Preprocess=</c>: <c>key=value</c> items separated by <c>;</c>. The item <c>input=</c> starts another image input.
/// The one reader of this text; the page docs/metadata.md states the grammar.
/// </summary>
internal static class PreprocessSyntax
{
    private static readonly string[] s_interpolations = ["nearest", "bilinear", "bicubic", "lanczos", "area"];
    private static readonly string[] s_libraries = ["pillow", "opencv"];
    private static readonly string[] s_colors = ["rgb", "bgr", "gray"];
    private static readonly string[] s_layouts = ["NCHW", "NHWC", "CHW", "HWC"];

    /// <summary>Reads the text.</summary>
    /// <exception cref="FormatException">The text breaks the grammar; the message says where and what is allowed.</exception>
    public static IReadOnlyList<PreprocessItem> Parse(string text)
    {
        var items = new List<PreprocessItem>();
        PreprocessItem? current = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string part in text.Split(';').Select(p => p.Trim()).Where(p => p.Length > 0))
        {
            int equals = part.IndexOf('=');
            if (equals <= 0 || equals == part.Length - 1)
            {
                throw new FormatException($"'{part}' is not of the form key=value");
            }

            string key = part.Substring(0, equals).Trim().ToLowerInvariant();
            string value = part.Substring(equals + 1).Trim();
            if (key == "input")
            {
                if (current is not null)
                {
                    items.Add(current);
                    seen.Clear();
                }

                current = s_empty with { Input = value };
                continue;
            }

            if (!seen.Add(key))
            {
                throw new FormatException($"'{key}' stands twice for the same input; start another input with input=NAME");
            }

            current = Apply(current ?? s_empty, key, value);
        }

        items.Add(current ?? throw new FormatException("it has no items"));
        if (items.Count > 1 && items.Any(i => i.Input is null))
        {
            throw new FormatException("with several inputs, each must start with input=NAME");
        }

        if (items.GroupBy(i => i.Input, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new FormatException($"input '{twice.Key}' stands twice");
        }

        return items;
    }

    private static readonly PreprocessItem s_empty = new(null, "none", 0, 0, "bilinear", "pillow", 0, 0, null, "1", default, default, null);

    private static PreprocessItem Apply(PreprocessItem item, string key, string value)
    {
        switch (key)
        {
            case "resize":
                return Resize(item, value);
            case "crop":
                (int width, int height) = Size(key, value);
                return item with { CropWidth = width, CropHeight = height };
            case "color":
                return item with { Color = OneOf(key, value, s_colors) };
            case "scale":
                return item with { Scale = Invariant(Number(key, value)) };
            case "mean":
                return item with { Mean = Numbers(key, value, zeroAllowed: true) };
            case "std":
                return item with { Std = Numbers(key, value, zeroAllowed: false) };
            case "layout":
                return item with { Layout = OneOf(key, value, s_layouts) };
            default:
                throw new FormatException($"'{key}' is not known; known are input, resize, crop, color, scale, mean, std and layout");
        }
    }

    private static PreprocessItem Resize(PreprocessItem item, string value)
    {
        string[] parts = [.. value.Split(',').Select(p => p.Trim())];
        int colon = parts[0].IndexOf(':');
        string rule = colon < 0 ? "" : parts[0].Substring(0, colon).Trim().ToLowerInvariant();
        string size = parts[0].Substring(colon + 1).Trim();
        item = rule switch
        {
            "exact" when Size("resize", size) is var (width, height) => item with { Resize = rule, ResizeWidth = width, ResizeHeight = height },
            "shortest" => item with { Resize = rule, ResizeWidth = Length("resize", size), ResizeHeight = 0 },
            _ => throw new FormatException($"resize={value} starts neither with exact:WIDTHxHEIGHT nor with shortest:LENGTH"),
        };
        foreach (string option in parts.Skip(1).Select(p => p.ToLowerInvariant()))
        {
            if (s_interpolations.Contains(option))
            {
                item = item with { Interpolation = option };
            }
            else
            {
                item = s_libraries.Contains(option)
                    ? item with { Library = option }
                    : throw new FormatException($"resize={value} has '{option}', which is neither a filter ({string.Join(", ", s_interpolations)}) nor a library ({string.Join(", ", s_libraries)})");
            }
        }

        return item.Interpolation switch
        {
            "area" when item.Library == "pillow" => throw new FormatException("resize=...,area is a rule of OpenCV; add ,opencv"),
            _ => item,
        };
    }

    private static (int Width, int Height) Size(string key, string value)
    {
        string[] parts = value.ToLowerInvariant().Split('x');
        return parts.Length == 2 ? (Length(key, parts[0]), Length(key, parts[1])) : throw new FormatException($"{key}={value} is not WIDTHxHEIGHT, such as 224x224");
    }

    private static int Length(string key, string value) =>
        int.TryParse(value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length is > 0 and <= 65536
            ? length
            : throw new FormatException($"{key} has '{value}', which is not a number of pixels from 1 to 65536");

    private static double Number(string key, string value)
    {
        string[] parts = value.Split('/');
        bool valid = double.TryParse(parts[0].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        if (parts.Length == 2)
        {
            valid &= double.TryParse(parts[1].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double divisor);
            number /= divisor;
        }

        return valid && parts.Length <= 2 && !double.IsNaN(number) && !double.IsInfinity(number)
            ? number
            : throw new FormatException($"{key} has '{value}', which is neither a number nor a fraction such as 1/255");
    }

    private static EquatableArray<string> Numbers(string key, string value, bool zeroAllowed)
    {
        double[] numbers = [.. value.Split(',').Select(n => Number(key, n))];
        if (!zeroAllowed && numbers.Contains(0))
        {
            throw new FormatException($"{key}={value} divides by zero");
        }

        return new(numbers.Select(Invariant));
    }

    private static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string OneOf(string key, string value, string[] allowed) =>
        Array.Find(allowed, a => string.Equals(a, value, StringComparison.OrdinalIgnoreCase))
        ?? throw new FormatException($"{key}={value} is not one of {string.Join(", ", allowed)}");
}
