using ModelBuild.Manifest;
using static ModelBuild.Generator.Tests.Infrastructure.Signatures;

namespace ModelBuild.Generator.Tests.Infrastructure;

/// <summary>Plans written by hand, so that golden files follow the emitter and not the lowering.</summary>
internal static class PlanSamples
{
    /// <summary>A model of fixed sizes whose steps take pointers: with the arena, weights, an alias; needs no frame.</summary>
    public static (ModelSignature Signature, Plan Plan) Small { get; } = (
        ModelOf("Small", [Tensor("x", "float32", "1", "4"), Tensor("scale", "float32", "1")], [Tensor("y", "float32", "1", "4")]),
        new Plan
        {
            Values = new(
            [
                Value("x", 1, PlanHome.Input, 0, 1, 4), Value("scale", 1, PlanHome.Input, 1, 1), Value("y", 1, PlanHome.Output, 0, 1, 4),
                Value("bias", 1, PlanHome.Weights, 64, 4), Value("hidden", 1, PlanHome.Arena, 0, 1, 4), Value("flat", 1, PlanHome.Alias, 4, 4), Value("other", 1, PlanHome.Arena, 64, 4),
            ]),
            Inputs = new([0, 1]),
            Defaults = new([-1, -1]),
            Outputs = new([2]),
            ArenaBytes = 128,
            WeightsBytes = 80,
            WeightsHash = string.Concat(Enumerable.Repeat("0123456789abcdef", 4)),
            Body = new(
            [
                Call("scale */ \n", "Elementwise.Broadcast<Operations.Multiply>", true, Pointer("x", 0), Pointer("y", 1), Pointer("z", 4, true), Integers("xShape", 1, 4), Integers("yShape", 1)),
                Call("bias", "Elementwise.Binary<Operations.Add>", true, Pointer("x", 5), Pointer("y", 3), Pointer("z", 6, true), Integer("length", 4)),
                Call("relu", "Elementwise.Unary<Operations.Relu>", true, Pointer("x", 6), Pointer("y", 2, true), Integer("length", 4), Float("alpha", 0), Float("beta", -0f)),
            ]),
        });

    /// <summary>Sizes of the inputs, every kind of argument, and enough steps for two methods.</summary>
    public static (ModelSignature Signature, Plan Plan) Dynamic { get; } = (
        ModelOf("Dynamic", [Tensor("text", "string", "n"), Tensor("x", "float32", "n", "3")], [Tensor("y", "float32", "2*n", "3"), Tensor("label", "string", "n"), Tensor("count", "int64")]),
        new Plan
        {
            Symbols = new([new PlanSymbol("n", 1, 0)]),
            Sizes = new(["n", "2*n", "3*n"]),
            Values = new(
            [
                Value("text", 8, PlanHome.Input, 0, Size(0)), Value("x", 1, PlanHome.Input, 1, Size(0), 3), Value("y", 1, PlanHome.Output, 0, Size(1), 3),
                Value("label", 8, PlanHome.Output, 1, Size(0)), Value("count", 7, PlanHome.Output, 2), Value("rectified", 1, PlanHome.Arena, 0, Size(0), 3),
                Value("scores", 1, PlanHome.Own, 0, Size(0), 3) with { HasShape = false, Shape = default }, Value("default", 1, PlanHome.Weights, 0, 1),
            ]),
            Inputs = new([0, 1]),
            Defaults = new([-1, -1]),
            Outputs = new([2, 3, 4]),
            ArenaBytes = -1,
            WeightsBytes = 4,
            Body = new(
            [
                Call("relu", "Elementwise.Unary<Operations.LeakyRelu>", true, Pointer("x", 1), Pointer("y", 5, true), Number("length", Size(2)), Float("alpha", 0.1f), Float("beta", float.NaN)),
                Call("concat", "Joining.Concat", Values("inputs", 1, 5), TensorArgument("concatResult", 2, true), Integer("axis", -2)),
                Call("lower", "Normalizing.StringNormalizer", TensorArgument("x", 0), TensorArgument("y", 3, true), Text("caseChangeAction", "LOWER"), Integer("isCaseSensitive", 0), Text("locale", "en\"US"), Texts("stopwords", "a\\", "\u2028")),
                Call("size", "ShapeQueries.Size", TensorArgument("data", 0), TensorArgument("size", 4, true)),
                .. Enumerable.Range(0, 10).Select(i => Call($"copy/{i}", "ControlFlow.Clear", TensorArgument("accumulator", 6, true), Enumeration("elementType", "TensorElementType", "Float32"), i % 2 == 0 ? Integers("itemShape", 3, -1) : Numbers("itemShape", Size(0), 3))),
            ]),
        });

    /// <summary>Branches and loops.</summary>
    public static (ModelSignature Signature, Plan Plan) Branches { get; } = (
        ModelOf("Branches", [Tensor("on", "bool", "1"), Tensor("n", "int64"), Tensor("x", "float32", "3")], [Tensor("y", "float32", "3"), Tensor("all", "float32", "?", "3")]),
        new Plan
        {
            Values = new(
            [
                Value("on", 9, PlanHome.Input, 0, 1), Value("n", 7, PlanHome.Input, 1), Value("x", 1, PlanHome.Input, 2, 3), Value("y", 1, PlanHome.Output, 0, 3),
                Value("all", 1, PlanHome.Output, 1, 0, 3) with { HasShape = false, Shape = default }, Value("i", 7, PlanHome.Own, 0), Value("doubled", 1, PlanHome.Own, 0, 3),
            ]),
            Inputs = new([0, 1, 2]),
            Defaults = new([-1, -1, -1]),
            Outputs = new([3, 4]),
            Body = new(
            [
                new PlanIf("if", 0, new([Call("then", "Loops.Assign", AnyValue("x", 2), AnyValue("y", 3, true))]), new([Call("else", "Joining.Concat", Values("inputs", 2), TensorArgument("concatResult", 3, true), Integer("axis", 0))])),
                Call("loop", "ControlFlow.Clear", TensorArgument("accumulator", 4, true), Enumeration("elementType", "TensorElementType", "Float32"), Integers("itemShape", 3)),
                new PlanLoop("loop", 1, 0, 5, new(
                [
                    new PlanIf("inner", 0, new([Call("inner/then", "Loops.Assign", AnyValue("x", 2), AnyValue("y", 6, true))]), default),
                    Call("append", "Loops.Append", TensorArgument("item", 6), TensorArgument("iteration", 5), TensorArgument("accumulator", 4, true)),
                ])),
            ]),
        });

    /// <summary>A plan for tests that need any.</summary>
    public static Plan Copy => Small.Plan;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<(ModelSignature Signature, Plan Plan)> All { get; } = [.. new[] { Small, Dynamic, Branches }.Select(s => (s.Signature with { Backend = "Compiled", WeightsFile = $"models/{s.Signature.ClassName}.mbw" }, s.Plan))];

    private static PlanNumber Size(int index) => new(index, true);

    private static PlanValueInfo Value(string name, int elementType, PlanHome home, long place, params PlanNumber[] shape) =>
        new(name, PlanValueKind.Tensor, elementType, true, new(shape), home, place, 0, 99);

    private static PlanCall Call(string layer, string kernel, params PlanArgument[] arguments) => Call(layer, kernel, false, arguments);

    private static PlanCall Call(string layer, string kernel, bool usesContext, params PlanArgument[] arguments) => new(layer, kernel, usesContext, new(arguments));

    private static PlanArgument Argument(string name, PlanArgumentKind kind, string type, bool isOutput, params PlanNumber[] numbers) => new(name, kind, type, isOutput, new(numbers), default);

    private static PlanArgument Pointer(string name, int value, bool isOutput = false) => Argument(name, PlanArgumentKind.Pointer, "float*", isOutput, value);

    private static PlanArgument TensorArgument(string name, int value, bool isOutput = false) => Argument(name, PlanArgumentKind.Value, "TensorValue", isOutput, value);

    private static PlanArgument AnyValue(string name, int value, bool isOutput = false) => Argument(name, PlanArgumentKind.Value, "PlanValue", isOutput, value);

    private static PlanArgument Values(string name, params int[] values) => Argument(name, PlanArgumentKind.Values, "TensorValue", false, [.. values.Select(v => (PlanNumber)v)]);

    private static PlanArgument Integer(string name, long value) => Argument(name, PlanArgumentKind.Integer, "long", false, value);

    private static PlanArgument Number(string name, PlanNumber value) => Argument(name, PlanArgumentKind.Integer, "long", false, value);

    private static PlanArgument Integers(string name, params long[] values) => Argument(name, PlanArgumentKind.Integers, "long", false, [.. values.Select(v => (PlanNumber)v)]);

    private static PlanArgument Numbers(string name, params PlanNumber[] values) => Argument(name, PlanArgumentKind.Integers, "long", false, values);

    private static PlanArgument Float(string name, float value) => Argument(name, PlanArgumentKind.Float, "float", false, BitConverter.SingleToInt32Bits(value));

    private static PlanArgument Text(string name, string text) => new(name, PlanArgumentKind.Text, "string", false, default, new([text]));

    private static PlanArgument Texts(string name, params string[] texts) => new(name, PlanArgumentKind.Texts, "string", false, default, new(texts));

    private static PlanArgument Enumeration(string name, string type, string member) => new(name, PlanArgumentKind.Enumeration, type, false, default, new([member]));
}
