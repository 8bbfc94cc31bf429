using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests.Infrastructure;

/// <summary>Signatures of the models that tests use.</summary>
internal static class Signatures
{
    public static TensorSignature Tensor(string name, string elementType, params string[] dimensions) => new(name, name, elementType, "tensor", true, new(dimensions), "", false);

    public static TensorSignature Unranked(string name, string elementType) => new(name, name, elementType, "tensor", false, default, "", false);

    public static ModelSignature ModelOf(string className, TensorSignature[] inputs, TensorSignature[] outputs) => new()
    {
        ClassName = className,
        Namespace = "Consumer",
        ModelFile = className + ".onnx",
        Format = "ONNX",
        ContentHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Backend = "OnnxRuntime",
        ExecutionProviders = new(["Cpu"]),
        WeightsFile = $"models/{className}.onnx",
        Inputs = new(inputs),
        Outputs = new(outputs),
    };

    /// <summary>ResNet18 with renamed output, labels and preprocessing.</summary>
    public static ModelSignature ImageFeatures { get; } = ModelOf("ImageFeatures", [Tensor("Input247", "float32", "1", "3", "224", "224")], [Tensor("Pooling395_Output_0", "float32", "1", "512", "1", "1")]) with
    {
        DocString = "Residual network.\nTrained on photographs.",
        Producer = "CNTK 2.6",
        License = "MIT",
        Quantize = "int8",
        BackendReason = "no compiled backend",
        Preprocess = new([new PreprocessSignature("Input247", "shortest", 256, 0, "bilinear", "pillow", 224, 224, "rgb", "0.00392156862745098", new(["0.485", "0.456", "0.406"]), new(["0.229", "0.224", "0.225"]), "NCHW")]),
    };

    /// <summary>Sentence embedding: three inputs of one symbolic shape, a numeric output name.</summary>
    public static ModelSignature Embedder { get; } = ModelOf("Embedder",
        [Tensor("input_ids", "int64", "batch", "sequence"), Tensor("attention_mask", "int64", "batch", "sequence"), Tensor("token_type_ids", "int64", "batch", "sequence")],
        [new TensorSignature("924", "sentence", "float32", "tensor", true, new(["batch", "384"]), "", false)]);

    /// <summary>Voice activity: state, constant, context.</summary>
    public static ModelSignature VoiceActivity { get; } = ModelOf("VoiceActivity", [Tensor("input", "float32", "1", "576"), Tensor("state", "float32", "2", "1", "128")], [Tensor("output", "float32", "1", "1"), Tensor("stateN", "float32", "2", "1", "128")]) with
    {
        Constants = new([new ConstantSignature("sr", "int64", default, "16000")]),
        States = new([new StateSignature("state", "stateN")]),
        Contexts = new([new ContextSignature("input", 64)]),
    };

    /// <summary>Detection: outputs whose sizes depend on the data.</summary>
    public static ModelSignature FaceDetector { get; } = ModelOf("FaceDetector", [Tensor("image", "uint8", "1", "height", "width", "3")], [Tensor("scores", "float32", "?"), Tensor("boxes", "float32", "?", "4")]);
}
