using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Manifest;
using ModelBuild.Passes;

namespace ModelBuild.Tool.Assets;

/// <summary>An item with its model opened and its signature made.</summary>
internal sealed class DescribedAsset : IDisposable
{
    private DescribedAsset(AssetArguments arguments, AssetSettings settings, Model model, ModelSignature signature, IReadOnlyList<string> externalFiles)
    {
        Arguments = arguments;
        Settings = settings;
        Model = model;
        Signature = signature;
        ExternalFiles = externalFiles;
    }

    /// <summary>What the task asks for.</summary>
    public AssetArguments Arguments { get; }

    /// <summary>Checked metadata.</summary>
    public AssetSettings Settings { get; }

    /// <summary>The model with the item's fixed shapes applied.</summary>
    public Model Model { get; }

    /// <summary>Content of the <c>.mbsig</c>.</summary>
    public ModelSignature Signature { get; }

    /// <summary>Files besides the model that hold weights.</summary>
    public IReadOnlyList<string> ExternalFiles { get; }

    /// <summary>Opens the model and makes the signature.</summary>
    /// <exception cref="ModelException">Model or metadata can't be used.</exception>
    public static DescribedAsset Open(AssetArguments asset, CancellationToken cancellationToken)
    {
        AssetSettings settings = AssetSettings.Read(asset);
        if (!File.Exists(asset.Source) && !Directory.Exists(asset.Source))
        {
            throw asset.Error("MB0001", $"the file '{asset.Source}' does not exist.");
        }

        IModelFormat format = SourceModel.Format(asset, settings);
        Model model = SourceModel.Open(asset, settings);
        try
        {
            IReadOnlyList<string> external = SourceFiles.External(model, asset.Source);
            KnownDomains.Check(model, asset.Source);
            long size = new FileInfo(asset.Source).Length + external.Sum(f => new FileInfo(f).Length);
            string hash = SourceFiles.Hash(asset.Source, cancellationToken);
            ModelSignature signature = SignatureBuilder.Build(asset, settings, model, Types(model, settings), format.Name, hash, size);
            return new DescribedAsset(asset, settings, model, signature, external);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Types of the outputs; inside functions they only show once those are inlined, which leaves the signature as it is.</summary>
    private static InferenceResult Infer(Model model, AssetSettings settings)
    {
        if (model.Functions.Count > 0)
        {
            try
            {
                PassList.Run(PassList.Normalization, model);
            }
            catch (ModelException)
            {
                // The build reports it; the class is still described, with less known of its outputs.
            }
        }

        return ShapeInference.Run(model, new()
        {
            Contents = AssumedInputs.Contents(model, settings.Constants),
            Symbols = AssumedInputs.StreamSizes(model, [.. settings.States.Keys], [.. settings.Contexts.Keys]),
        });
    }

    // Most exporters state every size. Then nothing is left to infer, and a design-time build does not wait for it. Streams fix sizes that the model leaves open.
    private static Func<Value, GraphType?> Types(Model model, AssetSettings settings)
    {
        List<Value> inputs = SignatureBuilder.RequiredInputs(model);
        HashSet<string> symbols = [.. inputs.SelectMany(i => i.Tensor?.Shape ?? Shape.Scalar).Select(d => d.Symbol).OfType<string>()];
        bool stated = inputs.Concat(model.Graph.Outputs).All(v => v.Tensor is { ElementType: not ElementType.Undefined, Shape: { } shape } && shape.All(d => d.IsFixed || (d.Symbol is { } s && symbols.Contains(s))));
        return stated && settings.States.Count + settings.Contexts.Count == 0 ? static value => value.Type : Infer(model, settings).TypeOf;
    }

    /// <summary>Writes signature and, when there is none, an empty plan; and the list of further input files.</summary>
    public void WriteManifests()
    {
        if (Settings.GeneratesClass)
        {
            Output.AtomicFile.WriteIfChanged(Arguments.Signature, SignatureFile.Write(Signature));
            if (!File.Exists(Arguments.Plan))
            {
                Output.AtomicFile.WriteIfChanged(Arguments.Plan, PlanFile.Empty);
            }
        }

        if (Arguments.Inputs is { } inputs)
        {
            Output.AtomicFile.WriteIfChanged(inputs, string.Concat(ExternalFiles.Select(f => f + "\n")));
        }
    }

    /// <summary>Closes the model.</summary>
    public void Dispose() => Model.Dispose();
}
