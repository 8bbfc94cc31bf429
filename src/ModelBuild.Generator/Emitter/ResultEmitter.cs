using System.Globalization;
using System.Linq;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary>The outputs that a backend allocated.</summary>
internal static class ResultEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        if (surface.IsSingle)
        {
            return;
        }

        writer.Separate();
        writer.Docs("The outputs of a call, in memory of the backend until it is disposed.", []);
        writer.Open("public sealed class Result : global::System.IDisposable");
        foreach (TensorSpec output in surface.Fetches)
        {
            writer.Line($"private readonly {CallSurface.Runtime}.NativeTensor {Field(output)};");
        }

        writer.Separate();
        writer.Open($"internal Result(ref {CallSurface.Runtime}.ModelCall call)");
        foreach (TensorSpec output in surface.Fetches)
        {
            writer.Line($"{Field(output)} = call.TakeOutput({output.Index.ToString(CultureInfo.InvariantCulture)});");
        }

        writer.Close();
        foreach (TensorSpec output in surface.Fetches)
        {
            writer.Separate();
            writer.Docs($"<c>{SourceText.Xml(output.Name)}</c>, <c>{CallSurface.TypeAndShape(output)}</c>, valid until the result is disposed{CallSurface.Description(output)}", [], "",
                [("global::System.ObjectDisposedException", "The result is disposed.")]);
            string view = output.Element.IsText ? $"ViewText({Field(output)})" : $"View<{output.Element.Type}>({Field(output)})";
            writer.Line($"public global::System.Numerics.Tensors.ReadOnlyTensorSpan<{output.Element.Type}> {output.Identifier} => {CallSurface.Runtime}.TensorViews.{view};");
        }

        writer.Separate();
        writer.Docs("Releases the memory of the outputs.", []);
        writer.Open("public void Dispose()");
        foreach (TensorSpec output in surface.Fetches)
        {
            writer.Line($"{Field(output)}.Dispose();");
        }

        writer.Close();
        writer.Close();
    }

    private static string Field(TensorSpec output) => $"_output{output.Index.ToString(CultureInfo.InvariantCulture)}";
}
