using System.Linq;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter;

/// <summary>What is known of the model at build time, for the backend. Nested classes, so that it is made when it is first used.</summary>
internal static class ManifestEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        ModelSpec spec = surface.Spec;
        ModelSignature s = spec.Signature;
        writer.Separate();
        writer.Open("private static class Manifest");
        writer.Open($"internal static readonly {CallSurface.Runtime}.ModelDefinition Definition = new()");
        writer.Open("Info = new()");
        writer.Line($"Name = {SourceText.Literal(s.ClassName)},");
        writer.Line($"ModelFile = {SourceText.Literal(s.ModelFile)},");
        writer.Line($"ContentHash = {SourceText.Literal(s.ContentHash)},");
        writer.Line($"Description = {SourceText.Literal(s.DocString)},");
        writer.Line($"Producer = {SourceText.Literal(s.Producer)},");
        writer.Line($"License = {SourceText.Literal(s.License)},");
        writer.Line($"Backend = {SourceText.Literal(s.Backend)},");
        writer.Line($"Quantization = {SourceText.Literal(s.Quantize.Length > 0 ? s.Quantize : "none")},");
        Tensors(writer, "Inputs", spec.Inputs);
        Tensors(writer, "Outputs", spec.Outputs);
        writer.Close(",");
        writer.Line($"WeightsFile = {SourceText.Literal(s.WeightsFile)},");
        writer.Line($"Assembly = typeof({spec.ClassName}).Assembly,");
        writer.Line($"Embedded = {(s.Storage == "Embedded" ? "true" : "false")},");
        writer.Line($"ExecutionProviders = new string[] {{ {string.Join(", ", s.ExecutionProviders.DefaultIfEmpty("Cpu").Select(SourceText.Literal))} }},");
        if (surface.Plan.HasPlan)
        {
            writer.Line($"Plan = new {Plans.PlanNames.Class}(),");
        }

        writer.Close(";");
        foreach (TensorSpec tensor in spec.Inputs.Concat(spec.Outputs).Where(t => t.Role != TensorRole.None && t.IsFixed && t.Dimensions.Count > 0))
        {
            string sizes = string.Join(", ", tensor.Dimensions.Select(d => d.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            writer.Separate();
            writer.Line($"internal static readonly long[] {CallSurface.ShapeField(tensor)} = {{ {sizes} }};");
        }

        foreach (TensorSpec constant in spec.Inputs.Where(i => i.Role == TensorRole.Constant))
        {
            string length = constant.FixedLength.ToString(System.Globalization.CultureInfo.InvariantCulture);
            writer.Separate();
            writer.Line($"internal static readonly {constant.Element.Type}[] Constant{constant.Index.ToString(System.Globalization.CultureInfo.InvariantCulture)} = {CallSurface.Runtime}.ConstantTensor.Create<{constant.Element.Type}>({constant.Value}, {length});");
        }

        writer.Close();
        if (!spec.HasLabels)
        {
            return;
        }

        writer.Separate();
        writer.Open("private static class LabelList");
        writer.Line("internal static readonly string[] Names =");
        writer.Open("");
        foreach (string label in s.Labels)
        {
            writer.Line(SourceText.Literal(label) + ",");
        }

        writer.Close(";");
        writer.Separate();
        writer.Line("internal static readonly global::System.Collections.ObjectModel.ReadOnlyCollection<string> Items = new(Names);");
        writer.Close();
    }

    private static void Tensors(SourceWriter writer, string name, EquatableArray<TensorSpec> tensors)
    {
        writer.Line($"{name} = new global::ModelBuild.TensorInfo[]");
        writer.Open("");
        foreach (TensorSpec t in tensors)
        {
            string start = $"{SourceText.Literal(t.Name)}, global::ModelBuild.TensorElementType.{t.Element.EnumMember}";
            writer.Line(t.HasShape
                ? $"new({start}{string.Concat(t.Dimensions.Select(d => ", " + SourceText.Literal(d.Kind == DimensionKind.Unknown || d.Text.Length == 0 ? "?" : d.Text)))}),"
                : $"global::ModelBuild.TensorInfo.Unranked({start}),");
        }

        writer.Close(",");
    }
}
