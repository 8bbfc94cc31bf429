using ModelBuild.Compression.Calibrate;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>How far int8 goes with one weight.</summary>
internal enum Int8Level
{
    /// <summary>It stays as it is.</summary>
    Float,

    /// <summary>Stored as integers; the arithmetic is the original's.</summary>
    Stored,

    /// <summary>Stored as integers, and nodes that can multiply integers.</summary>
    Integer,
}

/// <summary>What int8 knows and decides about one weight.</summary>
internal sealed class Int8Layer(WeightGroup group)
{
    /// <summary>The weight and its uses.</summary>
    public WeightGroup Group { get; } = group;

    /// <summary>Which elements share a scale; null when no use is a layer that int8 knows.</summary>
    public ChannelLayout? Layout { get; set; }

    /// <summary>The rounded weight; null when it can't be rounded.</summary>
    public Int8Tensor? Tensor { get; set; }

    /// <summary>Whether the execution provider multiplies integers.</summary>
    public bool AllowInteger { get; set; } = true;

    /// <summary>How far to go.</summary>
    public Int8Level Level { get; set; }

    /// <summary>Why no further.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Error of the output when weight and activations are rounded.</summary>
    public Measured? IntegerError { get; set; }

    /// <summary>Error of the output when only the weight is rounded.</summary>
    public Measured? StoredError { get; set; }

    /// <summary>The error at the level decided on.</summary>
    public Measured? Error => Level switch { Int8Level.Integer => IntegerError, Int8Level.Stored => StoredError, _ => null };

    /// <summary>The rule by which a use reads integers, or null when it reads the expanded weight.</summary>
    public static IInt8Rule? RuleOf(WeightUse use, Int8Tensor tensor, Int8Level level) =>
        Int8Rules.For(use.Node, use.Index, tensor) is { RunsAs: not null } rule && (level == Int8Level.Integer || (level == Int8Level.Stored && !rule.RoundsActivations))
            && rule.WhyNot(use.Node, use.Index, tensor) is null && rule.Layout(use.Node, use.Index, tensor).SameAs(tensor.Layout) ? rule : null;

    /// <summary>Whether some use can multiply integers.</summary>
    public bool CanBeInteger => Tensor is { } tensor && Group.Uses.Any(u => RuleOf(u, tensor, Int8Level.Integer) is { RoundsActivations: true });
}
