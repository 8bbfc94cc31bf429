using System.Collections.Generic;

namespace ModelBuild.Diagnostics;

/// <summary>One coded message. Each has a page <c>docs/diagnostics/&lt;Id&gt;.md</c> and a test; a retired id is never given again.</summary>
/// <param name="Id">Such as <c>MB1001</c>.</param>
/// <param name="Title">What it is about, in a few words.</param>
internal sealed record DiagnosticCode(string Id, string Title);

/// <summary>Every code. MB0xxx project and MSBuild, MB1xxx reading and writing formats, MB2xxx passes and lowering, MB3xxx compression and data, MB4xxx generator, MB5xxx run time, MB9xxx defects.</summary>
internal static partial class DiagnosticCodes
{
    /// <summary>All codes in order.</summary>
    public static IReadOnlyList<DiagnosticCode> All { get; } =
    [
        // Project and MSBuild
        new("MB0001", "Model file not found"),
        new("MB0002", "Two models generate the same class"),
        new("MB0003", "Unknown value of a ModelAsset metadatum"),
        new("MB0004", "Class name is not a valid C# identifier"),
        new("MB0005", "Language is not C#"),
        new("MB0006", "Target framework is not supported"),
        new("MB0007", "The .NET SDK is too old"),
        new("MB0008", "No backend package is referenced"),
        new("MB0009", "A folder can't be written"),
        new("MB0010", "Metadata names an input or output that the model does not have"),
        new("MB0011", "A file named by metadata does not exist"),
        new("MB0012", "The tool can't be started"),
        new("MB0013", "Unknown ModelAsset metadatum"),
        new("MB0014", "Two projects deploy a model of the same name"),
        new("MB0015", "NativeAOT without AVX2 and without emitted kernels"),

        // Reading and writing formats
        new("MB1001", "Not a model file, or damaged"),
        new("MB1002", "File can't be read"),
        new("MB1003", "File is empty"),
        new("MB1004", "File is truncated"),
        new("MB1005", "Format is recognised but not supported"),
        new("MB1006", "External data leaves the model's folder"),
        new("MB1007", "External data is missing or too short"),
        new("MB1008", "Tensor content does not match its type and shape"),
        new("MB1009", "The graph is not well formed"),
        new("MB1010", "Nesting is too deep"),
        new("MB1011", "File can't be written"),
        new("MB1012", "Format can't be written"),
        new("MB1013", "Operators can't be read"),
        new("MB1015", "No such signature"),
        new("MB1016", "Shape of an input is missing"),
        new("MB1017", "Weights don't fit the model"),
        new("MB1018", "Key is missing or wrong"),
        new("MB1019", "Content is larger than allowed"),
        new("MB1020", "The file holds weights without a graph"),

        // Passes and lowering
        new("MB2001", "Operator is not supported by any backend"),
        new("MB2002", "Operator-set version can't be raised"),
        new("MB2003", "Function calls itself"),
        new("MB2004", "Shapes contradict each other"),
        new("MB2005", "Operators are not covered by the compiled backend"),
        new("MB2006", "Compiled model does not agree with ONNX Runtime"),

        // Compression and data
        new("MB3001", "Data file can't be used"),
        new("MB3002", "Data does not fit the model's inputs"),
        new("MB3003", "Compression scheme is not available"),
        new("MB3004", "Compression made the file larger"),
        new("MB3005", "Accuracy is beyond the stated limit"),
        new("MB3006", "Layers were left uncompressed"),
        new("MB3007", "ONNX Runtime can't run the model"),

        // Generator
        new("MB4001", "Signature file can't be read"),
        new("MB4002", "Generator defect"),
        new("MB4003", "Class name is the name of a member"),
        new("MB4004", "Model can't be given a class"),
        new("MB4005", "Output has no member"),
        new("MB4006", "Labels do not fit the output"),
        new("MB4007", "State, context, constant or preprocessing can't be used"),
        new("MB4008", "Two signatures describe the same class"),
        new("MB4009", "C# language version is too old"),
        new("MB4010", "Metadata is not carried out yet"),
        new("MB4011", "Plan can't be read"),
        new("MB4012", "Model has not been compiled yet"),
        new("MB4013", "Unsafe code is not allowed"),

        // Run time
        new("MB5001", "Tensor has another length or shape than the model takes"),
        new("MB5002", "Tensor is not dense"),
        new("MB5003", "Scores and labels differ in number"),
        new("MB5004", "Weights are not found"),
        new("MB5005", "ONNX Runtime can't be loaded"),
        new("MB5006", "No execution provider can be used"),
        new("MB5007", "ONNX Runtime can't load the model"),
        new("MB5008", "ONNX Runtime failed in a call"),
        new("MB5009", "Weights can't be used"),
        new("MB5010", "A compiled model failed in a call"),
        new("MB5011", "Model was not compiled"),

        // Defects
        new("MB9001", "Defect in ModelBuild"),
    ];
}
