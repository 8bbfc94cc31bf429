namespace ModelBuild.Graphs.Inference;

/// <summary>Symbolic shape and type inference.</summary>
public static class ShapeInference
{
    /// <summary>
    /// Infers the types of all values of a model, nested graphs included, and writes them to <see cref="Value.Type"/>. Types that the main
    /// graph's inputs and outputs declare are the model's public signature and stay as they are; <see cref="InferenceResult.TypeOf"/> has
    /// the more precise ones.
    /// </summary>
    /// <exception cref="ModelException">Shapes contradict each other (MB2004), in strict mode only.</exception>
    public static InferenceResult Run(Model model, InferenceOptions? options = null) => new InferenceContext(model, options ?? new()).Run();
}
