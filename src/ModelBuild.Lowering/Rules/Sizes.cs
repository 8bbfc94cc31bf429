using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Questions about sizes.</summary>
internal static class Sizes
{
    /// <summary>Product of some sizes.</summary>
    public static Dimension Product(IEnumerable<Dimension> sizes) => sizes.Aggregate(Dimension.Fixed(1), (a, d) => a * d);

    /// <summary>The shape of an fp32 tensor whose sizes are known, or null.</summary>
    public static Shape? Of(LoweringContext context, Value? value) => value is not null && context.Builder.TensorTypeOf(value) is (ElementType.Float32, { } shape) ? shape : null;

    /// <summary>A dimension counted from the start, or -1 when there is none.</summary>
    public static int Axis(long axis, int rank)
    {
        long a = axis < 0 ? axis + rank : axis;
        return a >= 0 && a < rank ? (int)a : -1;
    }

    /// <summary>A value in row-major form.</summary>
    public static PlanDraft Plain(LoweringContext context, Value value)
    {
        context.Flush([value]);
        return context.Builder.Of(value);
    }
}
