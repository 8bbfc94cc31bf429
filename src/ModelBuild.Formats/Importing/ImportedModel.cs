using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Passes;
using ModelBuild.Passes.Layout;

namespace ModelBuild.Formats.Importing;

/// <summary>First and last steps that all readers of other formats share.</summary>
internal static class ImportedModel
{
    private static readonly IReadOnlyList<IPass> s_passes = [new DeadCodeRemoval(), new TransposeElimination(), new DeadCodeRemoval()];

    /// <summary>An empty model in ONNX's operator set 21.</summary>
    public static Model Create(string producerName, string producerVersion = "")
    {
        var model = new Model { IrVersion = 10, ProducerName = producerName, ProducerVersion = producerVersion };
        model.OpsetImports[""] = Normalize.TargetOpset;
        return model;
    }

    /// <summary>Removes what the translation left over: unused nodes and constants, and the transposes between two layouts.</summary>
    public static Model Finish(Model model)
    {
        PassList.Run(s_passes, model);
        ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = false, UseDeclaredOutputs = false });
        return model;
    }
}
