using ModelBuild.Manifest;
using static ModelBuild.Generator.Tests.Infrastructure.Signatures;

namespace ModelBuild.Generator.Tests.Infrastructure;

/// <summary>One signature per kind of surface.</summary>
internal static class GoldenCases
{
    public static IReadOnlyList<ModelSignature> All { get; } =
    [
        ImageFeatures,
        Embedder,
        VoiceActivity,
        FaceDetector,

        // Labels and a batch that is deduced.
        ModelOf("Digits", [Tensor("pixels", "float32", "batch", "784")], [Tensor("logits", "float32", "batch", "10")]) with { Labels = new(Enumerable.Range(0, 10).Select(i => $"{i}")) },

        // Two outputs of known size, two sizes that the caller states, formulas.
        ModelOf("Segmenter", [Tensor("image", "float16", "1", "3", "height", "width")], [Tensor("mask", "float32", "1", "floor((height+1)/2)", "floor((width+1)/2)"), Tensor("score", "float64", "1")]),

        // Text in and out, booleans, an input without a rank, an optional input, a name that is a number.
        ModelOf("Words",
            [Tensor("text", "string", "n"), Tensor("flags", "bool", "n"), Unranked("924", "int32"), Tensor("softmax_0.tmp_0", "float32", "1") with { IsOptional = true }],
            [Tensor("class", "string", "n")]),

        // Names that are members or keywords, collisions, nothing usable in a name.
        ModelOf("Names",
            [Tensor("Name", "float32", "1"), Tensor("length", "float32", "1"), Tensor("a.b", "float32", "1"), Tensor("a_b", "float32", "1"), Tensor("", "float32", "1"), Tensor("???", "float32", "Names"), Tensor("入力", "float32", "1")],
            [Tensor("Equals", "float32", "1"), Tensor("x", "float32", "1"), Tensor("X", "float32", "1")]),

        // A stream over several rows with a frame of any length, two outputs.
        ModelOf("Denoiser", [Tensor("audio", "float32", "batch", "samples"), Tensor("h", "float32", "batch", "16")], [Tensor("clean", "float32", "batch", "samples"), Tensor("level", "float32", "batch"), Tensor("h_out", "float32", "batch", "16")]) with
        {
            States = new([new StateSignature("h", "h_out")]),
            Contexts = new([new ContextSignature("audio", 8)]),
        },

        // No input at all, an output that is no tensor.
        ModelOf("Constants", [], [Tensor("pi", "float32", "1"), new TensorSignature("map", "map", "float32", "map", false, default, "", false)]) with
        {
            Constants = new([new ConstantSignature("ones", "float16", new(["32"]), "1"), new ConstantSignature("on", "bool", default, "1"), new ConstantSignature("small", "int8", new(["2"]), "-3")]),
        },
    ];
}
