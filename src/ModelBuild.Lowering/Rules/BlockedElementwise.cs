using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Elementwise functions on images that are in channel blocks and have no row-major form.</summary>
internal static class BlockedElementwise
{
    // Functions that keep the lanes behind the last channel finite.
    private static readonly HashSet<string> s_safe = ["Abs", "Add", "Subtract", "Multiply", "PRelu", "Ceiling", "Clip", "Elu", "Erf", "Exp", "Floor", "Gelu", "GeluTanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Negate", "Relu", "Sigmoid", "Silu", "Softplus", "Sqrt", "Tanh"];

    /// <summary>Adds the step for a function of one element, if the operand is only in channel blocks.</summary>
    public static bool TryUnary(LoweringContext context, NodeGroup group, Value x, string structure, float alpha, float beta)
    {
        if (!IsBlockedOnly(context, x) || !s_safe.Contains(structure) || BlockedLayout.Image(context, x) is not { } image || !context.Builder.IsKnown(image.Length) || BlockedLayout.Image(context, group.Output) is null)
        {
            return false;
        }

        context.Builder.Call(group.Layer, $"Elementwise.Unary<Operations.{structure}>", ("x", context.Blocked.Find(x)), ("y", BlockedLayout.Define(context, group.Output)), ("length", image.Length), ("alpha", alpha), ("beta", beta));
        return true;
    }

    /// <summary>Adds the step for a function of two elements, if an operand is only in channel blocks and the other can be.</summary>
    public static bool TryBinary(LoweringContext context, NodeGroup group, Value x, Value y, string structure)
    {
        bool isSafe = s_safe.Contains(structure) || (structure == "Divide" && y.Initializer is { ElementType: ElementType.Float32, ElementCount: 1 } divisor && divisor.As<float>()[0] != 0);
        if (!(IsBlockedOnly(context, x) || IsBlockedOnly(context, y)) || !isSafe || BlockedLayout.Image(context, group.Output) is not { } output)
        {
            return false;
        }

        Shape shape = context.Builder.TensorTypeOf(group.Output).Shape!;
        if (Operand(context, x, shape) is not { } left || Operand(context, y, shape) is not { } right)
        {
            return false;
        }

        (PlanDraft a, Shape aShape) = left();
        (PlanDraft b, Shape bShape) = right();
        PlanDraft z = BlockedLayout.Define(context, group.Output);
        if (aShape.Equals(bShape) && context.Builder.IsKnown(output.Length))
        {
            context.Builder.Call(group.Layer, $"Elementwise.Binary<Operations.{structure}>", ("x", a), ("y", b), ("z", z), ("length", output.Length));
        }
        else
        {
            context.Builder.Call(group.Layer, $"Elementwise.Broadcast<Operations.{structure}>", ("x", a), ("y", b), ("z", z), ("xShape", aShape), ("yShape", bShape));
        }

        return true;
    }

    /// <summary>Whether a value is in channel blocks and has no row-major form.</summary>
    public static bool IsBlockedOnly(LoweringContext context, Value value) => context.Blocked.Find(value) is not null && !context.Builder.IsDefined(value);

    // How an operand is read in channel blocks; null when it can't be. Nothing is added before both are known to be.
    private static Func<(PlanDraft Draft, Shape Shape)>? Operand(LoweringContext context, Value value, Shape result)
    {
        if (value.Initializer is { ElementType: ElementType.Float32 } data)
        {
            if (data.ElementCount == 1)
            {
                return () => (context.Builder.Of(value), [1]);
            }

            // One number per channel: [C,1,1], [1,C,1,1].
            int fromEnd = result.Rank - 1;
            bool isPerChannel = data.Rank >= fromEnd && data.ElementCount == data.Dimensions[data.Rank - fromEnd] && result[1] == Dimension.Fixed(data.ElementCount);
            return isPerChannel
                ? () => (context.Builder.Constant(context.Packed.Blocked(data, (int)data.ElementCount), value.Name + ":c16"), [1, (data.ElementCount + BlockedLayout.Block - 1) / BlockedLayout.Block, 1, 1, BlockedLayout.Block])
                : null;
        }

        // The channels must not be repeated: a block of one channel is not a block of sixteen equal ones.
        if (BlockedLayout.Image(context, value) is not { } image || context.Builder.TensorTypeOf(value).Shape is not { } shape || shape.Rank != result.Rank || shape[1] != result[1])
        {
            return null;
        }

        return () => (BlockedLayout.Ensure(context, value), image.Blocked);
    }
}
