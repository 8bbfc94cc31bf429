using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Simplification;

/// <summary>Small questions that patterns ask.</summary>
internal static class Patterns
{
    /// <summary>The node of ONNX's own operator set that computes a value, when it is of the given type.</summary>
    public static Node? Producer(Value? value, string opType) => value?.Producer is { Domain: "" } node && node.OpType == opType ? node : null;

    /// <summary>The number that a constant with one element holds, or null.</summary>
    public static float? Scalar(Value? value) => value?.Initializer is { ElementType: ElementType.Float32, ElementCount: 1 } data ? data.As<float>()[0] : null;

    /// <summary>Whether a value is a constant number near <paramref name="expected"/>.</summary>
    public static bool IsScalar(Value? value, double expected, double tolerance = 1e-4) => Scalar(value) is { } number && Math.Abs(number - expected) <= tolerance * Math.Max(1, Math.Abs(expected));

    /// <summary>Splits the inputs of a commutative node in a number and the other one, or null.</summary>
    public static (Value Other, float Number)? WithScalar(Node? node) => node switch
    {
        null => null,
        _ when Scalar(node.Input(1)) is { } n && node.Input(0) is { } a => (a, n),
        _ when Scalar(node.Input(0)) is { } n && node.Input(1) is { } b => (b, n),
        _ => null,
    };

    /// <summary>The integers that a constant holds, or null.</summary>
    public static long[]? Integers(Value? value) => value?.Initializer is { ElementType: ElementType.Int64 } data ? data.As<long>().ToArray() : null;
}
