using System.Linq;

namespace ModelBuild.Generator.Emitter;

/// <summary>Constructor, loading, information, disposal.</summary>
internal static class LifetimeEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        string name = surface.Spec.ClassName;
        const string options = "Where the weights are and what runs them; null for the defaults.";
        writer.Line($"private readonly {CallSurface.Runtime}.ModelHandle _model;");
        writer.Separate();
        writer.Docs("Prepares the model. The weights are loaded at the first use, by whichever thread comes first.", [("options", options)]);
        writer.Line($"public {name}(global::ModelBuild.ModelOptions? options = null) => _model = new(Manifest.Definition, {surface.Opener}, options);");
        writer.Separate();
        writer.Docs("The model's names, types, shapes and origin.", []);
        writer.Line("public static global::ModelBuild.ModelInfo Info => Manifest.Definition.Info;");
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Line("global::ModelBuild.ModelInfo global::ModelBuild.IModel.Info => Info;");
        writer.Separate();
        writer.Docs("What runs the model on this machine, such as <c>Cpu</c>; loads the weights when nothing has yet.", [], "", [("global::System.ObjectDisposedException", "The model is disposed.")]);
        writer.Line("public string ExecutionProvider => _model.ExecutionProvider;");
        if (surface.Spec.HasLabels)
        {
            writer.Separate();
            writer.Docs("Names of the classes, in the order of the scores.", []);
            writer.Line("public static global::System.Collections.Generic.IReadOnlyList<string> Labels => LabelList.Items;");
        }

        writer.Separate();
        writer.Docs("Makes the model and loads its weights on the thread pool.", [("options", options), ("cancellationToken", "Ends the waiting.")], "The loaded model.",
            [("global::System.OperationCanceledException", "The token fired first.")]);
        writer.Open($"public static async global::System.Threading.Tasks.ValueTask<{name}> LoadAsync(global::ModelBuild.ModelOptions? options = null, {CallSurface.Token} cancellationToken = default)");
        writer.Line($"{name} model = new(options);");
        writer.Open("try");
        writer.Line("await model._model.OpenAsync(cancellationToken).ConfigureAwait(false);");
        writer.Line("return model;");
        writer.Close();
        writer.Open("catch");
        writer.Line("model.Dispose();");
        writer.Line("throw;");
        writer.Close();
        writer.Close();
        writer.Separate();
        writer.Docs("Releases the weights once the calls in flight have ended.", []);
        writer.Line("public void Dispose() => _model.Dispose();");
    }
}
