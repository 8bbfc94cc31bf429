using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Turns preprocessing of a signature into options of <c>ImagePreprocessor</c>.</summary>
internal static class PreprocessParser
{
    public static List<PreprocessSpec> Parse(ModelParser parser, ModelSignature signature, List<TensorSpec> inputs)
    {
        var specs = new List<PreprocessSpec>();
        foreach (PreprocessSignature p in signature.Preprocess)
        {
            TensorSpec? input = inputs.Find(i => i.Name == p.Input && i.Role == TensorRole.Caller);
            if (input is null || input.Element.EnumMember is not ("Float32" or "Float16" or "UInt8"))
            {
                parser.Fail("MB4007", $"Preprocess is for '{p.Input}', which is no input of float32, float16 or uint8 that a caller gives.");
            }
            else if (specs.Exists(s => s.Input == input.Index))
            {
                parser.Fail("MB4007", $"Preprocess is given twice for '{p.Input}'.");
            }
            else if (Options(p, input) is { } options)
            {
                specs.Add(new(input.Index, new(options), Describe(p)));
            }
            else
            {
                parser.Fail("MB4007", $"Preprocess of '{p.Input}' has a value that is not known here. Use the same version of ModelBuild for the tool and the generator.");
            }
        }

        return specs;
    }

    private static List<string>? Options(PreprocessSignature p, TensorSpec input)
    {
        string? resize = Member("ImageResize", p.Resize, "none", "None", "exact", "Exact", "shortest", "Shortest");
        string? interpolation = Member("Interpolation", p.Interpolation, "nearest", "Nearest", "bilinear", "Bilinear", "bicubic", "Bicubic", "lanczos", "Lanczos", "area", "Area");
        string? library = Member("ResizeLibrary", p.Library, "pillow", "Pillow", "opencv", "OpenCv");
        string? color = Member("ColorOrder", p.Color, "rgb", "Rgb", "bgr", "Bgr", "gray", "Gray");
        string? layout = Member("ImageLayout", p.Layout, "NCHW", "ChannelsFirst", "CHW", "ChannelsFirst", "NHWC", "ChannelsLast", "HWC", "ChannelsLast");
        string? scale = Number(p.Scale.Length > 0 ? p.Scale : "1");
        string? mean = Numbers(p.Mean);
        string? std = Numbers(p.Std);
        return resize is null || interpolation is null || library is null || color is null || layout is null || scale is null || mean is null || std is null ? null :
        [
            $"Resize = {resize}", $"ResizeWidth = {Integer(p.ResizeWidth)}", $"ResizeHeight = {Integer(p.ResizeHeight)}", $"Interpolation = {interpolation}", $"Library = {library}",
            $"CropWidth = {Integer(p.CropWidth)}", $"CropHeight = {Integer(p.CropHeight)}", $"Color = {color}", $"Scale = {scale}", $"Mean = {mean}", $"Std = {std}",
            $"Layout = {layout}", $"TensorWidth = {Size(p, input, 'W')}", $"TensorHeight = {Size(p, input, 'H')}",
        ];
    }

    private static string Describe(PreprocessSignature p)
    {
        var steps = new List<string>();
        if (p.Resize != "none")
        {
            steps.Add(p.Resize == "exact" ? $"resize to {Integer(p.ResizeWidth)}x{Integer(p.ResizeHeight)}" : $"resize the shorter side to {Integer(p.ResizeWidth)}");
            steps.Add($"{p.Interpolation} as in {(p.Library == "opencv" ? "OpenCV" : "Pillow")}");
        }

        if (p.CropWidth > 0)
        {
            steps.Add($"centre crop to {Integer(p.CropWidth)}x{Integer(p.CropHeight)}");
        }

        steps.Add($"{p.Color} order");
        steps.Add($"times {(p.Scale.Length > 0 ? p.Scale : "1")}");
        if (p.Mean.Count > 0)
        {
            steps.Add($"minus ({string.Join(", ", p.Mean)})");
        }

        if (p.Std.Count > 0)
        {
            steps.Add($"divided by ({string.Join(", ", p.Std)})");
        }

        return string.Join(", ", steps) + $", layout {p.Layout}";
    }

    // The shape decides when it is fixed there.
    private static string Size(PreprocessSignature p, TensorSpec input, char axis)
    {
        int at = p.Layout.IndexOf(axis);
        return input.HasShape && at >= 0 && at < input.Dimensions.Count && input.Dimensions[at] is { Kind: DimensionKind.Fixed, Size: <= int.MaxValue } d
            ? d.Size.ToString(CultureInfo.InvariantCulture) : "0";
    }

    private static string? Member(string type, string value, params string[] pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] == value)
            {
                return $"global::ModelBuild.Images.{type}.{pairs[i + 1]}";
            }
        }

        return null;
    }

    private static string Integer(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Number(string text) => ConstantValue.Write(new("double", "Float64"), text);

    private static string? Numbers(EquatableArray<string> texts)
    {
        string?[] numbers = [.. texts.Select(Number)];
        return numbers.Contains(null) ? null : $"[{string.Join(", ", numbers)}]";
    }
}
