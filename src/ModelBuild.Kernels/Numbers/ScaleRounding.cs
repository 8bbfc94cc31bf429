namespace ModelBuild.Kernels;

/// <summary>How a number becomes a power of two.</summary>
internal enum ScaleRounding
{
    /// <summary>To the next power of two that is not less.</summary>
    Up,

    /// <summary>To the next power of two that is not greater.</summary>
    Down,

    /// <summary>To the nearest one, ties up.</summary>
    Nearest,
}
