namespace ModelBuild.Passes.Layout.Rules;

/// <summary>Operators that treat each element for itself; their further inputs are single numbers.</summary>
internal sealed class ElementwiseRule : ITransposeRule
{
    public IEnumerable<string> OpTypes =>
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Cast", "Ceil", "Celu", "Clip", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign",
        "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu",
    ];

    public Action? Plan(TransposeMove move) => () => { };
}

/// <summary>Operators on several tensors, element by element, with broadcasting.</summary>
internal sealed class BroadcastRule : ITransposeRule
{
    public bool IsVariadic => true;

    public IEnumerable<string> OpTypes =>
    [
        "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod",
        "Mul", "Or", "Pow", "PRelu", "Sub", "Sum", "Where", "Xor",
    ];

    public Action? Plan(TransposeMove move) => () => { };
}
