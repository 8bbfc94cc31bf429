using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>Inputs</c> and <c>Outputs</c>: names, types, shapes, lengths.</summary>
internal static class DescriptorEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        Group(writer, surface, "Inputs", "What a call takes.", surface.Feeds, isInput: true);
        Group(writer, surface, "Outputs", "What a call gives.", surface.Fetches, isInput: false);
    }

    private static void Group(SourceWriter writer, CallSurface surface, string name, string summary, List<TensorSpec> tensors, bool isInput)
    {
        writer.Separate();
        writer.Docs(summary, []);
        writer.Open($"public static class {name}");
        foreach (TensorSpec tensor in tensors)
        {
            Tensor(writer, surface, tensor, isInput);
            writer.Separate();
        }

        writer.Close();
    }

    private static void Tensor(SourceWriter writer, CallSurface surface, TensorSpec t, bool isInput)
    {
        writer.Docs($"<c>{SourceText.Xml(t.Name)}</c>: <c>{CallSurface.TypeAndShape(t)}</c>{CallSurface.Description(t)}", []);
        writer.Open($"public static class {t.Identifier}");
        writer.Doc("summary", "Name in the model.");
        writer.Line($"public const string Name = {SourceText.Literal(t.Name)};");
        writer.Separate();
        writer.Doc("summary", "Type of the elements.");
        writer.Line($"public const global::ModelBuild.TensorElementType ElementType = global::ModelBuild.TensorElementType.{t.Element.EnumMember};");
        writer.Separate();
        writer.Doc("summary", "Name, type and shape as an object.");
        writer.Line($"public static global::ModelBuild.TensorInfo Info => {surface.Info(t, isInput)};");
        if (t.HasShape)
        {
            writer.Separate();
            writer.Doc("summary", "Sizes, outermost first; -1 where not fixed.");
            writer.Line($"public static {CallSurface.ReadOnlySpan}<long> Shape => [{string.Join(", ", t.Dimensions.Select(d => (d.Kind == DimensionKind.Fixed ? d.Size : -1).ToString(CultureInfo.InvariantCulture)))}];");
        }

        if (t.FixedLength >= 0)
        {
            writer.Separate();
            writer.Doc("summary", "Number of elements.");
            writer.Line($"public const int Length = {t.FixedLength.ToString(CultureInfo.InvariantCulture)};");
        }
        else if (t.IsSizeKnown)
        {
            LengthFor(writer, surface, t, isInput);
        }

        if (isInput)
        {
            FrameLength(writer, surface, t);
            Write(writer, surface, t);
        }

        writer.Close();
    }

    private static void LengthFor(SourceWriter writer, CallSurface surface, TensorSpec t, bool isInput)
    {
        List<SymbolSpec> symbols = surface.SymbolsOf(t);
        writer.Separate();
        writer.Docs("Number of elements for given sizes.", symbols.Select(s => (s.Parameter, $"Size of dimension <c>{SourceText.Xml(s.Name)}</c>.")), $"The product of <c>{SourceText.Xml(string.Join(", ", t.Dimensions.Select(d => d.Text)))}</c>.",
            [("global::System.OverflowException", "There are more elements than an array holds."), ("global::ModelBuild.TensorShapeException", "A size of the shape is negative.")]);
        writer.Line($"public static int LengthFor({string.Join(", ", symbols.Select(s => $"int {s.Parameter}"))}) => {surface.Length(t, isInput, s => $"(long){s.Parameter}")};");
    }

    private static void FrameLength(SourceWriter writer, CallSurface surface, TensorSpec t)
    {
        ContextSpec? context = surface.Spec.Contexts.FirstOrDefault(c => c.Input == t.Index);
        if (context is null || t.FixedLength < 0)
        {
            return;
        }

        long last = t.Dimensions[t.Dimensions.Count - 1].Size;
        writer.Separate();
        writer.Doc("summary", $"Number of elements that a call takes: without the {context.Count.ToString(CultureInfo.InvariantCulture)} that are carried over.");
        writer.Line($"public const int FrameLength = {(t.FixedLength / last * (last - context.Count)).ToString(CultureInfo.InvariantCulture)};");
    }

    private static void Write(SourceWriter writer, CallSurface surface, TensorSpec t)
    {
        PreprocessSpec? preprocess = surface.Spec.Preprocess.FirstOrDefault(p => p.Input == t.Index);
        if (preprocess is null)
        {
            return;
        }

        writer.Separate();
        writer.Line("private static readonly global::ModelBuild.Images.ImagePreprocessor s_preprocessor = new(new()");
        writer.Open("");
        foreach (string option in preprocess.Options)
        {
            writer.Line(option + ",");
        }

        writer.Close(");");
        writer.Separate();
        writer.Docs($"Turns the pixels of one image into elements: {SourceText.Xml(preprocess.Description)}.",
        [
            ("pixels", "Rows from top to bottom."), ("width", "Pixels of a row."), ("height", "Rows."), ("stride", "Bytes from one row's start to the next; 0 for rows without padding."),
            ("format", "What the bytes are."), ("tensor", "Receives the elements of one image."),
        ], "", [("global::System.ArgumentException", "A size does not fit; the message says which.")]);
        writer.Line($"public static void Write({CallSurface.ReadOnlySpan}<byte> pixels, int width, int height, int stride, global::ModelBuild.Images.PixelFormat format, {CallSurface.Span}<{t.Element.Type}> tensor) =>");
        writer.Line("    s_preprocessor.Write(pixels, width, height, stride, format, tensor);");
    }
}
