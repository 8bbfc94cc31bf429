using CsCheck;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests;

/// <summary>Whatever a model is called and says, the class compiles without warnings.</summary>
[TestClass]
public sealed class HostileNamesTests
{
    private static readonly string[] s_hostile =
    [
        "", " ", "x", "X", "_", "__", "0", "924", "class", "Class", "Run", "Info", "Equals", "GetHashCode", "Dispose", "Feeds", "Inputs", "Stream", "System", "ModelBuild",
        "sizes", "call", "destination", "feeds", "result", "span", "value", "field", "await", "*/", "/*", "//", "<summary>", "</summary>", "]]>", "&amp;", "&", "\"", "\\", "\\u0000",
        "{0}", "{", "}", "\n", "\r\n", "\t", "\0", "\u0001", "\u0085", "\u2028", "\u2029", "\uFEFF", "\uD800", "\uDC00", "\U0001F600", "\uFFFE", "\uFFFF", "\u200B", "é", "e\u0301", "\u0301x", "入力", "ª", "ǆ", "ß", "İ", "ı",
        "#if", "#error", "\n#error x\n", "a.b", "a/b:0", "a-b", "batch", "batch-size", "floor", "max", "min", "1_2", "12", "x\ny", "'", "@", "global::X", "Hostile", "hostile", "Name", "Length", "Batch", "size_Batch",
    ];

    private static readonly Gen<string> s_text = Gen.OneOf(
        Pick(s_hostile),
        Gen.Char.Array[0, 12].Select(c => new string(c)),
        Gen.Char[' ', '~'].Array[0, 20].Select(c => new string(c)),
        Gen.Select(Pick(s_hostile), Pick(s_hostile), (a, b) => a + b));

    private static readonly Gen<string> s_dimension = Gen.OneOf(Gen.Int[0, 8].Select(i => $"{i}"), s_text, Pick("?", "batch", "sequence", "batch*sequence", "floor((sequence-1)/2)+1", "max(batch,sequence)", "99999999999", "-1"));

    private static readonly Gen<TensorSignature> s_tensor = Gen.Select(
        s_text, s_text, Pick("float32", "int64", "string", "float16", "bool", "bfloat16", "uint8"), Pick("tensor", "tensor", "tensor", "tensor", "sequence"), s_dimension.Array[0, 4], s_text, Gen.Bool, Gen.Int[0, 9],
        (name, publicName, type, kind, dimensions, doc, optional, ranked) => new TensorSignature(name, publicName, type, kind, ranked > 0, new(ranked > 0 ? dimensions : []), doc, optional));

    private static readonly Gen<ModelSignature> s_signature = Gen.Select(
        s_tensor.Array[0, 5], s_tensor.Array[1, 4], s_text.Array[8], s_text.Array[0, 3], Gen.Bool, Gen.Int[0, 3], Gen.Bool,
        (inputs, outputs, texts, labels, isPublic, stream, hasNamespace) => new ModelSignature
        {
            ClassName = "Hostile",
            Namespace = hasNamespace ? "Consumer.@class".Replace("@", "", StringComparison.Ordinal) : "",
            Accessibility = isPublic ? "public" : "internal",
            ModelFile = texts[0],
            Format = texts[1],
            ContentHash = texts[2],
            DocString = texts[3],
            Producer = texts[4],
            License = texts[5],
            Backend = "OnnxRuntime",
            BackendReason = texts[6],
            WeightsFile = texts[7],
            Inputs = new(inputs),
            Outputs = new(outputs),
            Labels = new(labels),
            States = stream == 1 && inputs.Length > 0 ? new([new StateSignature(inputs[0].Name, outputs[0].Name)]) : default,
            Contexts = stream == 2 && inputs.Length > 0 ? new([new ContextSignature(inputs[^1].Name, 2)]) : default,
            Constants = stream == 3 ? new([new ConstantSignature(texts[0], "float32", new(["2"]), "1.5")]) : default,
        });

    [TestMethod]
    public void Any_signature_gives_code_that_compiles_or_an_error_with_a_code()
    {
        // The same signatures in every run; MODELBUILD_FUZZ_SEED asks for others.
        ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_SEED"), out ulong wanted) ? wanted : 1;
        int compiled = 0;
        for (uint stream = 0; stream < 60; stream++)
        {
            ModelSignature signature = s_signature.Generate(new PCG(stream, seed), null, out _);
            GeneratorDriverRunResult result = GeneratorRun.Generate(signature);
            Assert.IsFalse(
                result.Diagnostics.Any(d => d.Id is "MB4001" or "MB4002" || !d.Id.StartsWith("MB4", StringComparison.Ordinal)),
                string.Join("\n", result.Diagnostics) + "\n" + SignatureFile.Write(signature));
            if (result.Diagnostics.All(d => d.Severity != DiagnosticSeverity.Error))
            {
                GeneratorRun.CompileWithoutWarnings([signature]);
                compiled++;
            }
        }

        Assert.IsGreaterThan(8, compiled);
    }

    [TestMethod]
    public void Every_hostile_text_everywhere_compiles()
    {
        ModelSignature[] signatures = [.. s_hostile.Select((text, i) => new ModelSignature
        {
            ClassName = $"Hostile{i}",
            Namespace = "Consumer",
            Accessibility = "public",
            ModelFile = text,
            Format = text,
            ContentHash = text,
            DocString = text,
            Producer = text,
            License = text,
            Backend = "OnnxRuntime",
            BackendReason = text,
            WeightsFile = text,
            Quantize = text,
            ExecutionProviders = new([text]),
            Inputs = new([new(text, text, "float32", "tensor", true, new(["1", text]), text, false), new("second" + text, text, "int64", "tensor", true, new([text, "batch"]), text, false)]),
            Outputs = new([new(text, text, "float32", "tensor", true, new([text]), text, false)]),
            Labels = long.TryParse(text, out _) ? default : new([text, text]),
        })];
        GeneratorRun.CompileWithoutWarnings(signatures);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
